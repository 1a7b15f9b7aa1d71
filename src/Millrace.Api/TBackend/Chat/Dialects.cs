using Microsoft.AspNetCore.Http;
using Millrace.Agents.Chat;
using Millrace.Api.Shared.Streams;

namespace Millrace.Api.TBackend.Chat;

/// <summary>One way of sending an answer piece by piece. (t-backend §9.5)</summary>
internal interface IChatDialect
{
    ValueTask BeginAsync(CancellationToken cancellation);

    ValueTask WriteAsync(TurnUpdate update, CancellationToken cancellation);

    ValueTask KeepAliveAsync(CancellationToken cancellation);

    ValueTask EndAsync(CancellationToken cancellation);
}

/// <summary>Events of JSON frames.</summary>
internal sealed class JsonDialect(HttpResponse response, bool withSummary) : IChatDialect
{
    private readonly SseWriter _stream = new(response);

    public ValueTask BeginAsync(CancellationToken cancellation) => _stream.BeginAsync(cancellation);

    public ValueTask WriteAsync(TurnUpdate update, CancellationToken cancellation) =>
        Frames.Of(update, withSummary) is { } frame
            ? _stream.JsonAsync(frame, ChatJson.Plain.ChatFrame, cancellation)
            : ValueTask.CompletedTask;

    public ValueTask KeepAliveAsync(CancellationToken cancellation) =>
        _stream.KeepAliveAsync(cancellation);

    public ValueTask EndAsync(CancellationToken cancellation) =>
        _stream.TextAsync("[DONE]", cancellation);
}

/// <summary>Events of raw text, for clients of the second generation.</summary>
internal sealed class TextDialect(HttpResponse response, bool saysDone) : IChatDialect
{
    private readonly SseWriter _stream = new(response);

    public ValueTask BeginAsync(CancellationToken cancellation) => _stream.BeginAsync(cancellation);

    public ValueTask WriteAsync(TurnUpdate update, CancellationToken cancellation) =>
        update switch
        {
            TurnUpdate.Content content => _stream.TextAsync(content.Text, cancellation),
            TurnUpdate.Apology apology => ErrorAsync(apology.Text, cancellation),
            TurnUpdate.Broken broken => ErrorAsync(broken.Message, cancellation),
            _ => ValueTask.CompletedTask,
        };

    public ValueTask KeepAliveAsync(CancellationToken cancellation) =>
        _stream.KeepAliveAsync(cancellation);

    public ValueTask EndAsync(CancellationToken cancellation) =>
        saysDone ? _stream.TextAsync("[DONE]", cancellation) : ValueTask.CompletedTask;

    private ValueTask ErrorAsync(string message, CancellationToken cancellation) =>
        _stream.TextAsync($"[error] {message}", cancellation);
}

/// <summary>The JSON frames, one per line. The form has no comments, so a silence stays silent.</summary>
internal sealed class NdjsonDialect(HttpResponse response, bool withSummary) : IChatDialect
{
    private readonly JsonLinesWriter _lines = new(response);

    public ValueTask BeginAsync(CancellationToken cancellation) => _lines.BeginAsync(cancellation);

    public ValueTask WriteAsync(TurnUpdate update, CancellationToken cancellation) =>
        Frames.Of(update, withSummary) is { } frame
            ? _lines.WriteAsync(frame, ChatJson.Plain.ChatFrame, cancellation)
            : ValueTask.CompletedTask;

    public ValueTask KeepAliveAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask EndAsync(CancellationToken cancellation) => ValueTask.CompletedTask;
}

internal static class Frames
{
    /// <summary>Null where nothing is to be shown.</summary>
    public static ChatFrame? Of(TurnUpdate update, bool withSummary) =>
        update switch
        {
            TurnUpdate.Content content => new ContentFrame(content.Text),
            TurnUpdate.Apology apology => new ContentFrame(apology.Text),
            TurnUpdate.Reasoning reasoning => new ReasoningFrame(reasoning.Text),
            TurnUpdate.ToolCalled called => new ToolCallFrame(called.Name, called.Arguments),
            TurnUpdate.ToolReturned returned => new ToolResultFrame(returned.Name, returned.Ok),
            TurnUpdate.Broken broken => new ErrorFrame(broken.Code, broken.Message),
            TurnUpdate.Finished finished when withSummary => SummaryFrame.From(finished.Answer),
            _ => null,
        };
}
