using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Failures;
using Millrace.Core.Storage;
using Millrace.Models.Discovery;
using Millrace.Models.Routing;
using Millrace.Server.Starting;

namespace Millrace.Server.Commands;

/// <summary>Shows what models are connected and found on this machine, and chooses among the found ones.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var command = new Command(
            "models",
            "Shows which models are connected and what each can do."
        )
        {
            Use(),
        };
        command.SetAction(ListAsync);
        return command;
    }

    private static async Task<int> ListAsync(ParseResult line, CancellationToken cancellation)
    {
        await using var host = await line.OpenHostAsync(cancellation);
        var router = host.Services.GetRequiredService<ModelRouter>();
        var fallback = router.Resolve(null).First;
        await Console.Out.WriteLineAsync("Connected:");
        foreach (var model in router.Models.Append(fallback).Distinct())
        {
            var mark = model == fallback ? "*" : " ";
            var window = model.ContextWindow is { } tokens ? $"{tokens} tokens" : "window unknown";
            await Console.Out.WriteLineAsync(
                $"{mark} {model.Name, -32} {model.Provider, -12} {window, -16} {Describe(model)}"
            );
        }
        await Console.Out.WriteLineAsync("  * answers callers who name no model");
        var found = await new LoopbackProbe(Ports(host)).FindAsync(cancellation);
        if (found.Count == 0)
        {
            await Console.Out.WriteLineAsync(
                """

                No model server was found on this machine. To connect a language model, set OPENAI_API_KEY (and
                OPENAI_BASE_URL for another server of OpenAI's form) or ANTHROPIC_API_KEY and start again.
                """
            );
            return 0;
        }
        await Console.Out.WriteLineAsync(
            "\nFound on this machine (used after `millrace models use NAME`):"
        );
        foreach (var model in found)
            await Console.Out.WriteLineAsync(
                $"  {model.Name, -32} {model.Server, -12} {model.BaseUrl}"
            );
        return 0;
    }

    private static Command Use()
    {
        var name = new Argument<string>("name")
        {
            Description = "A model's name, from `millrace models`.",
        };
        var command = new Command(
            "use",
            "Lets a model found on this machine answer, from the next start on."
        )
        {
            name,
        };
        command.SetAction(
            async (line, cancellation) =>
            {
                await using var host = await line.OpenHostAsync(cancellation);
                var found = await new LoopbackProbe(Ports(host)).FindAsync(cancellation);
                var model =
                    found.FirstOrDefault(model => model.Name == line.GetValue(name))
                    ?? throw new NotFound(
                        "model_not_found",
                        $"No model server on this machine offers '{line.GetValue(name)}'. `millrace models` shows what was found."
                    );
                new ChosenModels(host.Services.GetRequiredService<DataFolder>().Path).Use(model);
                await Console.Out.WriteLineAsync(
                    $"{model.Name} by {model.Server} answers from the next start on."
                );
            }
        );
        return command;
    }

    private static string Describe(ModelCard model) =>
        model.Can(Capabilities.Embeddings)
            ? "embeddings"
            : string.Join(
                ", ",
                new[]
                {
                    "chat",
                    model.Can(Capabilities.Tools) ? "tools" : "",
                    model.Can(Capabilities.JsonSchema) ? "JSON" : "",
                    model.Can(Capabilities.Vision) ? "images" : "",
                }.Where(word => word.Length > 0)
            );

    private static int[] Ports(MillraceHost host) =>
        [.. host.Services.GetRequiredService<ServerOptions>().Ports];
}
