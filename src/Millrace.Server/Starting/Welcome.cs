using Millrace.Core.Identity;
using Millrace.Core.Settings;
using Millrace.Core.Storage;
using Millrace.Models.Routing;

namespace Millrace.Server.Starting;

/// <summary>What a newcomer needs to know, once the server answers.</summary>
internal static class Welcome
{
    public static async Task PrintAsync(MillraceHost host, IssuedApiKey? issued, TextWriter output)
    {
        var address = host.Addresses.First();
        var model = host.Services.GetRequiredService<ModelRouter>().Resolve(null).First;
        var isEmbedded = model.Provider == EmbeddedModels.Provider;
        await output.WriteLineAsync(
            $"""

            Millrace {ServerVersion.Text} is ready.
              address   {string.Join("  ", host.Addresses)}
              docs      {address}/docs
              data      {host.Services.GetRequiredService<DataFolder>().Path}
              model     {model.Name} ({(
                isEmbedded
                    ? "embedded; no language model is connected, see `millrace models`"
                    : $"by {model.Provider}"
            )})
            """
        );
        if (issued is not null)
            await PrintKeyAsync(issued, output);
        await output.WriteLineAsync();
        await output.FlushAsync();
    }

    public static Task PrintKeyAsync(IssuedApiKey issued, TextWriter output) =>
        output.WriteLineAsync($"  API key   {Shown(issued)}");

    // The operator's own secret does not belong in a log.
    private static string Shown(IssuedApiKey issued) =>
        issued.IsChosen
            ? $"the one in {FirstKey.Variable}"
            : $"{issued.Secret}   (first key, shown only now)";
}
