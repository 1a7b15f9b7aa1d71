using Millrace.BlackBox.Processes;
using Millrace.Testing.Doubles;

namespace Millrace.BlackBox.Sdks;

/// <summary>
/// A server behind whose model names stand the embedded model and a double of each protocol, so that the clients of one
/// form meet the models of the other.
/// </summary>
public sealed class GatewayServer : IAsyncLifetime
{
    /// <summary>The names of models that tests ask, one by one.</summary>
    public const string Local = "local";
    public const string OpenAi = "openai-double";
    public const string Anthropic = "anthropic-double";

    public OpenAiDouble OpenAiDouble { get; private set; } = null!;
    public AnthropicDouble AnthropicDouble { get; private set; } = null!;
    public ServerProcess Server { get; private set; } = null!;
    private string Pictures { get; } =
        Directory.CreateTempSubdirectory("millrace-blackbox-").FullName;

    /// <summary>The double behind a name; null for the embedded model.</summary>
    public ModelDouble? Behind(string model) =>
        model switch
        {
            OpenAi => OpenAiDouble,
            Anthropic => AnthropicDouble,
            _ => null,
        };

    public async ValueTask InitializeAsync()
    {
        OpenAiDouble = await OpenAiDouble.StartAsync();
        AnthropicDouble = await AnthropicDouble.StartAsync();
        Server = await ServerProcess.StartAsync(
            new Settings
            {
                ["Models:UnknownNames"] = "Refuse",
                ["Models:Default"] = Local,
                ["Limits:Classes:narrow:gateway:PerMinute"] = "3",
            }
                .Serve(OpenAi, OpenAiDouble)
                .Serve(Anthropic, AnthropicDouble)
                .Serve("embedding-double", OpenAiDouble, isEmbedding: true)
        );
        await DrawAsync("HERON 4711");
    }

    /// <summary>Lets a script play a scenario with one model.</summary>
    /// <param name="expected">What the answer has to hold, as a regular expression.</param>
    public Task PlayAsync(
        string script,
        string scenario,
        string model,
        string expected = "",
        string? key = null
    ) =>
        Scripts.NodeAsync(
            script,
            scenario,
            new Dictionary<string, string>
            {
                ["BASE_URL"] = Server.Address,
                ["API_KEY"] = key ?? Server.Key,
                ["MODEL"] = model,
                ["EXPECTED"] = expected,
                ["SEES"] = expected,
                ["PICTURE"] = Picture,
            }
        );

    /// <summary>A key that may ask three times a minute.</summary>
    public async Task<string> NarrowKeyAsync() =>
        (await Server.CommandAsync("key", "create", "--rate-class", "narrow")).Good().Trim();

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await OpenAiDouble.DisposeAsync();
        await AnthropicDouble.DisposeAsync();
        Directory.Delete(Pictures, recursive: true);
    }

    private string Picture => Path.Combine(Pictures, "words.png");

    /// <summary>Black on white, large.</summary>
    private async Task DrawAsync(string text)
    {
        var mask = Path.Combine(Pictures, "mask.png");
        var wide = Path.Combine(Pictures, "wide.v");
        await VipsAsync("text", mask, text, "--font", "DejaVu Sans 28", "--dpi", "72");
        await VipsAsync("embed", mask, wide, "30", "30", "600", "120");
        await VipsAsync("invert", wide, Picture);
    }

    private static async Task VipsAsync(params string[] arguments) =>
        (await RunningProgram.RunAsync("vips", arguments, [])).Good();
}
