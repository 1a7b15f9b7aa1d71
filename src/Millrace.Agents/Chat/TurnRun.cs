using System.Runtime.CompilerServices;
using Millrace.Agents.Runs;
using Millrace.Agents.Sessions;
using Millrace.Core.Failures;
using Millrace.Models.Routing;

namespace Millrace.Agents.Chat;

/// <summary>Works on one turn: prepares what the model is shown, runs the loop, and shows what happens in it.</summary>
internal sealed class TurnRun(Conversation conversation, RunLoop loop, ModelRouter models)
{
    public async IAsyncEnumerable<TurnUpdate> ExecuteAsync(
        TurnRequest request,
        OpenTurn turn,
        TurnEnding ending,
        bool streams,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var route = models.ResolveConfigured(request.Model);
        (ending.Record.Provider, ending.Record.Model) = (route.First.Provider, route.First.Name);
        var prepared = await conversation.PrepareAsync(request, turn, route, streams, cancellation);
        ending.Prepared = prepared;
        ending.Record.ReadForeign = prepared.ReadForeign;
        if (prepared.ReadPicture)
            ending.Record.Count("image_recognition", ok: true);
        if (prepared.SearchedFiles)
            ending.Record.Count(Grounding.Tool, ok: true);
        if (prepared.FoundFacts)
            ending.Record.Count(FactRecall.Tool, ok: true);
        if (prepared.Preface.Length > 0)
        {
            ending.Record.Text.Append(prepared.Preface);
            yield return new TurnUpdate.Content(prepared.Preface);
        }
        await foreach (
            var happened in loop.ExecuteAsync(prepared.Plan, ending.Record, cancellation)
        )
        {
            yield return happened switch
            {
                RunEvent.Text text => new TurnUpdate.Content(text.Piece),
                RunEvent.Reasoning reasoning => new TurnUpdate.Reasoning(reasoning.Piece),
                RunEvent.ToolCalled called => new TurnUpdate.ToolCalled(
                    called.Name,
                    called.Arguments
                ),
                RunEvent.ToolReturned returned => new TurnUpdate.ToolReturned(
                    returned.Name,
                    returned.Ok
                ),
                _ => throw new InvalidOperationException($"Nobody shows {happened}."),
            };
        }
        if (ending.Record.Text.Length == prepared.Preface.Length)
            throw new Unavailable(
                "empty_answer",
                "The model gave no answer. Ask again, or ask in other words."
            );
        if (request.Structured)
        {
            ending.ReplyJson = await StructuredReply.ReadAsync(
                models,
                prepared.Plan,
                ending.Record,
                ending.Record.Text.ToString(
                    prepared.Preface.Length,
                    ending.Record.Text.Length - prepared.Preface.Length
                ),
                cancellation
            );
        }
    }
}
