using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Secrets;
using Millrace.Core.Settings;
using Millrace.Models.Routing;
using Millrace.Server.Starting;
using Millrace.Testing.Doubles;

namespace Millrace.Tests.Server;

public sealed class OperatorSecretsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("millrace-test-");

    [Fact]
    public async Task A_providers_key_can_be_a_secret_of_the_operator()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using (var before = Build(upstream))
        {
            await before.OpenAsync(CancellationToken.None);
            await before
                .Services.GetRequiredService<OperatorSecrets>()
                .PutAsync("upstream", "sk-kept-secret", CancellationToken.None);
        }
        await using var host = Build(upstream);
        await host.OpenAsync(CancellationToken.None);
        var router = host.Services.GetRequiredService<ModelRouter>();

        await router.CompleteAsync(
            new ModelRequest(
                router.Resolve(null),
                [new(Microsoft.Extensions.AI.ChatRole.User, "hi")]
            ),
            CancellationToken.None
        );

        upstream.Last.Headers["Authorization"].ShouldBe("Bearer sk-kept-secret");
        Directory
            .EnumerateFiles(_folder.FullName, "*", SearchOption.AllDirectories)
            .Any(file => File.ReadAllText(file).Contains("sk-kept-secret"))
            .ShouldBeFalse();
    }

    [Fact]
    public async Task A_secret_that_is_not_there_stops_the_start_with_its_name()
    {
        await using var upstream = await OpenAiDouble.StartAsync();
        await using var host = Build(upstream);
        await host.OpenAsync(CancellationToken.None);

        var wrong = Should.Throw<SettingsException>(() =>
            host.Services.GetRequiredService<ModelRouter>()
        );

        wrong.Message.ShouldContain("upstream");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private MillraceHost Build(ModelDouble upstream) =>
        MillraceHost.Build(settings =>
            settings.AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Millrace:Data:Folder"] = _folder.FullName,
                    ["Millrace:Server:Urls"] = "http://127.0.0.1:0",
                    ["Millrace:Models:Default"] = "some-model",
                    ["Millrace:Models:Providers:0:Name"] = "upstream",
                    ["Millrace:Models:Providers:0:BaseUrl"] = upstream.Root + "/v1",
                    ["Millrace:Models:Providers:0:ApiKey"] = "secret:upstream",
                }
            )
        );
}
