using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Millrace.Models.OpenAi;

/// <summary>An answer of OpenAI's form, read.</summary>
internal static class FromWire
{
    public static ChatResponse Response(ChatCompletion? completion)
    {
        if (completion?.Choices is not [{ Message: { } message } choice, ..])
            throw new JsonException("the answer has no choices");
        var contents = new List<AIContent>();
        if (!string.IsNullOrEmpty(message.ReasoningContent))
            contents.Add(new TextReasoningContent(message.ReasoningContent));
        if (Text(message) is { Length: > 0 } text)
            contents.Add(new TextContent(text));
        foreach (var call in message.ToolCalls ?? [])
            contents.Add(Call(call.Id, call.Function?.Name, call.Function?.Arguments));
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, contents))
        {
            ResponseId = completion.Id,
            ModelId = completion.Model,
            CreatedAt = Created(completion.Created),
            FinishReason = Finish(choice.FinishReason),
            Usage = Usage(completion.Usage),
        };
    }

    public static FunctionCallContent Call(string? id, string? name, string? arguments) =>
        JsonValues.Call(
            string.IsNullOrEmpty(id) ? $"call_{Guid.NewGuid():N}" : id,
            name ?? "",
            arguments
        );

    public static DateTimeOffset? Created(long? seconds) =>
        seconds is > 0 and < 253402300800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds.Value)
            : null;

    public static ChatFinishReason? Finish(string? reason) =>
        string.IsNullOrEmpty(reason) ? null : new ChatFinishReason(reason);

    public static UsageDetails? Usage(TokenUsage? usage) =>
        usage is null
            ? null
            : new UsageDetails
            {
                InputTokenCount = usage.PromptTokens,
                OutputTokenCount = usage.CompletionTokens ?? 0,
                TotalTokenCount = usage.TotalTokens,
                CachedInputTokenCount = usage.PromptTokensDetails?.CachedTokens,
                ReasoningTokenCount = usage.CompletionTokensDetails?.ReasoningTokens,
            };

    private static string? Text(ChatCompletionMessage message) =>
        message.Content switch
        {
            { Text: { } text } => text,
            { Parts: { } parts } => string.Concat(parts.Select(part => part.Text ?? part.Refusal)),
            _ => message.Refusal,
        };
}

/// <summary>
/// Puts a streamed answer together. Text goes on as it comes; a tool call is handed on whole, when the model has
/// finished it.
/// </summary>
internal sealed class StreamedPieces
{
    private readonly SortedDictionary<int, PartialCall> _calls = [];

    /// <summary>The provider said that the answer is whole.</summary>
    public bool Finished { get; private set; }

    public IEnumerable<ChatResponseUpdate> Add(ChatCompletionChunk chunk)
    {
        if (chunk.Error is { } error)
            throw new Routing.UpstreamFailure(
                Routing.UpstreamFault.Cut,
                error.Message ?? "the provider failed within the stream"
            );
        // Only the first choice is asked for.
        var choice = chunk.Choices?.FirstOrDefault(choice => choice.Index is null or 0);
        var contents = Contents(choice?.Delta).ToList();
        var finish = FromWire.Finish(choice?.FinishReason);
        if (finish is not null)
        {
            Finished = true;
            contents.AddRange(_calls.Values.Select(call => call.Whole()));
            _calls.Clear();
        }
        if (FromWire.Usage(chunk.Usage) is { } usage)
            contents.Add(new UsageContent(usage));
        if (contents.Count == 0 && finish is null)
            yield break;
        yield return new ChatResponseUpdate(ChatRole.Assistant, contents)
        {
            ResponseId = chunk.Id,
            MessageId = chunk.Id,
            ModelId = chunk.Model,
            CreatedAt = FromWire.Created(chunk.Created),
            FinishReason = finish,
        };
    }

    private IEnumerable<AIContent> Contents(ChunkDelta? delta)
    {
        if (!string.IsNullOrEmpty(delta?.ReasoningContent))
            yield return new TextReasoningContent(delta.ReasoningContent);
        if ((delta?.Content ?? delta?.Refusal) is { Length: > 0 } text)
            yield return new TextContent(text);
        foreach (var piece in delta?.ToolCalls ?? [])
            Gather(piece);
    }

    /// <summary>A peer that numbers no calls sends each whole: a new id begins a new call.</summary>
    private void Gather(ToolCall piece)
    {
        var index =
            piece.Index
            ?? (_calls.Count == 0 || piece.Id is not null ? _calls.Count : _calls.Count - 1);
        if (!_calls.TryGetValue(index, out var call))
            _calls[index] = call = new PartialCall();
        call.Id ??= piece.Id;
        call.Name ??= piece.Function?.Name;
        call.Arguments.Append(piece.Function?.Arguments);
    }

    private sealed class PartialCall
    {
        public string? Id { get; set; }
        public string? Name { get; set; }
        public StringBuilder Arguments { get; } = new();

        public FunctionCallContent Whole() => FromWire.Call(Id, Name, Arguments.ToString());
    }
}
