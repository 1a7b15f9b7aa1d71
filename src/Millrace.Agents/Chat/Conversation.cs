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
/// <param name="ReadForeign">Text that nobody vouches for came with the turn.</param>
internal sealed record Prepared(
    RunPlan Plan,
    string Preface,
    IReadOnlyList<TurnVector> Vectors,
    long OlderThrough,
    bool ReadPicture,
    bool SearchedFiles,
    bool FoundFacts,
    bool ReadForeign
);

/// <summary>
/// Builds what a model is shown: who it is, what is known from before (summary and recalled turns, as data), the
/// latest turns word for word, and the message with what came with it. All of it together with the answer fits the
/// model's window; what is too long for its share is shortened, the message never.
/// </summary>
internal sealed class Conversation(
    SessionHistory history,
    Recall recall,
    ToolBox tools,
    Grounding grounding,
    FactRecall facts,
    KnowledgeTools searches,
    OcrReader ocr,
    AssistantOptions options,
    SessionsOptions sessions,
    TimeProvider time
)
{
    // What the tags around a piece of data take.
    private const long PerPart = 16;

    // A recalled turn is wanted up to this length.
    private const long PerRecalled = 1_000;

    private const string BlindPreface =
        "No model that can see pictures is connected, so I read the text in the picture (OCR).\n\n";

    private const string NoTextPreface =
        "No model that can see pictures is connected, and the text reader (OCR) found no text in the picture.\n\n";

    public async Task<Prepared> PrepareAsync(
        TurnRequest request,
        OpenTurn turn,
        Route route,
        bool streams,
        CancellationToken cancellation
    )
    {
        var picture = await SeeAsync(request, route, cancellation);
        var latest = await history.LatestAsync(turn, cancellation);
        var system = request.System ?? Persona(request) ?? options.System;
        var context = request.Context?.GetRawText() ?? "";
        // The tools are fixed before anything of a document is seen; what is found can only take some away.
        var graphs = await facts.GraphsAsync(request, cancellation);
        IReadOnlyList<Tool> chosen =
        [
            .. tools.Choose(request.Tools),
            .. searches.Of(request, graphs),
        ];
        var ground = await grounding.FindAsync(request, cancellation);
        var remembered = await facts.FindAsync(request, graphs, cancellation);
        var isForeign =
            ground.Passages.Count > 0
            || !remembered.IsTrusted
            || context.Length > 0
            // What is written in a picture is seldom the caller's own.
            || request.Image is not null;
        // An answer of before may repeat such text; whoever then wants a tool that is not harmless names it.
        var isRisky = isForeign || turn.FollowsForeign && request.Tools is null;
        var offered = isRisky ? [.. chosen.Where(tool => tool.IsHarmless)] : chosen;
        var always = Always(request) + ground.Instruction + remembered.Instruction;
        var offer = new ChatOptions { Tools = [.. offered.Select(tool => tool.Function)] };

        var budget = PromptBudget.Of(
            route.First,
            request.MaxTokens,
            TokenEstimate.Of([new(ChatRole.System, always), picture.Message], offer),
            TokenEstimate.Of(system) + Wanted(picture.Text) + Wanted(context),
            offered.Count > 0
        );
        var shares = PromptBudget.Share(
            budget.Room,
            TokenEstimate.Of(system),
            Wanted(turn.Summary),
            Wanted(context),
            Wanted(picture.Text),
            Math.Min(Window.TokensOf(latest), Math.Min(sessions.VerbatimTokens, budget.Window / 2)),
            turn.Number > 1 ? sessions.RecalledTurns * PerRecalled : 0,
            Math.Min(ground.Passages.Sum(passage => Wanted(passage.Text)), budget.Window / 4),
            Math.Min(remembered.Facts.Sum(fact => Wanted(fact.Text)), budget.Window / 8)
        );
        var window = Window.Of(turn, latest, shares[4]);
        var recalled = await recall.FindAsync(turn, window, request.Message, cancellation);

        var known = new List<RecalledPart>();
        Add(known, shares[1], turn.Summary, RecalledPart.Summary);
        var parts = PromptBudget.Share(
            shares[5],
            [.. recalled.Turns.Select(past => Wanted(past.Text))]
        );
        foreach (var (past, share) in recalled.Turns.Zip(parts))
            Add(known, share, past.Text, text => RecalledPart.Turn(RoleOf(past), text));
        var quoted = PromptBudget.Share(
            shares[6],
            [.. ground.Passages.Select(passage => Wanted(passage.Text))]
        );
        foreach (var (passage, share) in ground.Passages.Zip(quoted))
            Add(
                known,
                share,
                passage.Text,
                text => RecalledPart.Document(passage with { Text = text })
            );
        var told = PromptBudget.Share(
            shares[7],
            [.. remembered.Facts.Select(fact => Wanted(fact.Text))]
        );
        foreach (var (fact, share) in remembered.Facts.Zip(told))
            Add(known, share, fact.Text, text => fact with { Text = text });
        Add(known, shares[2], context, RecalledPart.Context);
        Add(known, shares[3], picture.Text, text => RecalledPart.Document("picture", text));

        List<ChatMessage> messages =
        [
            new(ChatRole.System, Shortened.To(shares[0], system) + always),
        ];
        if (known.Count > 0)
            messages.Add(RecalledContext.ToMessage(known));
        messages.AddRange(window.Turns.Select(past => new ChatMessage(RoleOf(past), past.Text)));
        messages.Add(picture.Message);

        var prompt = TokenEstimate.Of(messages, offer);
        var plan = new RunPlan(
            turn,
            route,
            messages,
            OptionsFor(request, budget.MaxOutput(request.MaxTokens, prompt)),
            offered,
            budget.ToolRoom(prompt),
            streams
        );
        return new Prepared(
            plan,
            picture.Preface,
            recalled.NewVectors,
            window.OlderThrough,
            picture.WasRead,
            ground.WasSearched,
            remembered.Facts.Count > 0,
            isForeign
        );
    }

    /// <summary>The message with its picture; or, for a model that cannot see, with the text in the picture beside it.</summary>
    private async Task<Seen> SeeAsync(
        TurnRequest request,
        Route route,
        CancellationToken cancellation
    )
    {
        var message = new ChatMessage(ChatRole.User, request.Message);
        if (request.Image is not { } image)
            return new Seen(message, "", "", WasRead: false);
        if (route.First.Can(Capabilities.Vision))
        {
            message.Contents.Add(new DataContent(image.Bytes, image.MediaType));
            return new Seen(message, "", "", WasRead: false);
        }
        var (text, _) = await ocr.ReadAsync(image, cancellation);
        return new Seen(
            message,
            text,
            text.Length > 0 ? BlindPreface : NoTextPreface,
            WasRead: true
        );
    }

    private static long Wanted(string text) =>
        text.Length == 0 ? 0 : TokenEstimate.Of(text) + PerPart;

    private static void Add(
        List<RecalledPart> known,
        long share,
        string text,
        Func<string, RecalledPart> part
    )
    {
        if (Shortened.To(share - PerPart, text) is { Length: > 0 } shown)
            known.Add(part(shown));
    }

    /// <summary>The end of the system prompt, that is never shortened.</summary>
    private string Always(TurnRequest request)
    {
        var today = $"\n\nToday is {time.GetUtcNow():dddd, d MMMM yyyy} (UTC).";
        return request.Structured ? today + "\n\n" + StructuredReply.Instruction : today;
    }

    private string? Persona(TurnRequest request) =>
        request.Persona is not null && options.Personas.TryGetValue(request.Persona, out var prompt)
            ? prompt
            : null;

    private static ChatOptions OptionsFor(TurnRequest request, int? maxOutput) =>
        new()
        {
            Temperature = request.Temperature,
            TopP = request.TopP,
            MaxOutputTokens = maxOutput,
            ResponseFormat = request.Structured ? ChatResponseFormat.Json : null,
        };

    private static ChatRole RoleOf(PastTurn past) =>
        past.Role is TurnRole.User ? ChatRole.User : ChatRole.Assistant;

    /// <param name="Text">What was read from the picture; empty mostly.</param>
    private sealed record Seen(ChatMessage Message, string Text, string Preface, bool WasRead);
}
