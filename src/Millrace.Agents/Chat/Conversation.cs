using Microsoft.Extensions.AI;
using Millrace.Agents.Runs;
using Millrace.Agents.Sessions;
using Millrace.Agents.Tools;
using Millrace.Models.Images;
using Millrace.Models.Local;
using Millrace.Models.Routing;

namespace Millrace.Agents.Chat;

/// <summary>A turn made ready for the run loop.</summary>
/// <param name="Preface">What the reply says first, about how the question was read; empty mostly.</param>
/// <param name="Vectors">Made on the way, to be written with the answer.</param>
/// <param name="OlderThrough">The last turn that the model was not shown word for word.</param>
internal sealed record Prepared(
    RunPlan Plan,
    string Preface,
    IReadOnlyList<TurnVector> Vectors,
    long OlderThrough,
    bool ReadPicture
);

/// <summary>
/// Builds what a model is shown: who it is, what is known from before (summary and recalled turns, as data), the
/// latest turns word for word, and the message with what came with it.
/// </summary>
internal sealed class Conversation(
    ModelRouter models,
    SessionHistory history,
    Recall recall,
    ToolBox tools,
    OcrReader ocr,
    AssistantOptions options,
    TimeProvider time
)
{
    private const int UnknownWindow = 16_384;

    private const string BlindPreface =
        "No model that can see pictures is connected, so I read the text in the picture (OCR).\n\n";

    private const string NoTextPreface =
        "No model that can see pictures is connected, and the text reader (OCR) found no text in the picture.\n\n";

    public async Task<Prepared> PrepareAsync(
        TurnRequest request,
        OpenTurn turn,
        bool streams,
        CancellationToken cancellation
    )
    {
        var route = models.ResolveConfigured(request.Model);
        var budget =
            (route.First.ContextWindow ?? UnknownWindow) / 2 - TokenEstimate.Of(request.Message);
        var window = await history.WindowAsync(turn, budget, cancellation);
        var recalled = await recall.FindAsync(turn, window, request.Message, cancellation);

        var known = new List<RecalledPart>();
        if (turn.Summary.Length > 0)
            known.Add(RecalledPart.Summary(turn.Summary));
        known.AddRange(recalled.Turns.Select(past => RecalledPart.Turn(RoleOf(past), past.Text)));
        if (request.Context is { } context)
            known.Add(RecalledPart.Context(context.GetRawText()));

        var preface = "";
        var contents = new List<AIContent> { new TextContent(request.Message) };
        var readsPicture = request.Image is not null && !route.First.Can(Capabilities.Vision);
        if (readsPicture)
        {
            var (text, _) = await ocr.ReadAsync(request.Image!, cancellation);
            preface = text.Length > 0 ? BlindPreface : NoTextPreface;
            if (text.Length > 0)
                known.Add(RecalledPart.Document("picture", text));
        }
        else if (request.Image is { } image)
        {
            contents.Add(new DataContent(image.Bytes, image.MediaType));
        }

        List<ChatMessage> messages = [new(ChatRole.System, SystemPrompt(request))];
        if (known.Count > 0)
            messages.Add(RecalledContext.ToMessage(known));
        messages.AddRange(window.Turns.Select(past => new ChatMessage(RoleOf(past), past.Text)));
        messages.Add(new ChatMessage(ChatRole.User, contents));

        var plan = new RunPlan(
            turn,
            route,
            messages,
            OptionsFor(request),
            tools.Choose(request.Tools),
            streams
        );
        return new Prepared(plan, preface, recalled.NewVectors, window.OlderThrough, readsPicture);
    }

    private string SystemPrompt(TurnRequest request)
    {
        var prompt = request.System ?? Persona(request) ?? options.System;
        prompt += $"\n\nToday is {time.GetUtcNow():dddd, d MMMM yyyy} (UTC).";
        return request.Structured ? prompt + "\n\n" + StructuredReply.Instruction : prompt;
    }

    private string? Persona(TurnRequest request) =>
        request.Persona is not null && options.Personas.TryGetValue(request.Persona, out var prompt)
            ? prompt
            : null;

    private static Microsoft.Extensions.AI.ChatOptions OptionsFor(TurnRequest request) =>
        new()
        {
            Temperature = request.Temperature,
            TopP = request.TopP,
            MaxOutputTokens = request.MaxTokens,
            ResponseFormat = request.Structured ? ChatResponseFormat.Json : null,
        };

    private static ChatRole RoleOf(PastTurn past) =>
        past.Role is TurnRole.User ? ChatRole.User : ChatRole.Assistant;
}
