using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Millrace.Models.Local;

/// <summary>
/// The chat model that needs no key and no network. It is no language model: every sentence comes from the conversation,
/// from text handed over in the request, from a tool's result or from a fixed template, and it says so plainly when it
/// has no answer. It never fails on input, and asks the embedder only when words alone do not decide.
/// </summary>
public sealed class LocalChatModel(
    IEmbeddingGenerator<string, Embedding<float>> embedder,
    TimeProvider clock,
    LocalModelOptions? options = null,
    ILogger<LocalChatModel>? logger = null
) : IChatClient
{
    public const string ModelId = "local";

    private readonly Skills _skills = new(
        new Meaning(embedder, logger ?? NullLogger<LocalChatModel>.Instance),
        clock,
        (options ?? new LocalModelOptions()).AbstainBelow
    );

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var answer = await AnswerAsync([.. messages], options, cancellationToken);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, [.. answer.Contents]))
        {
            ResponseId = answer.Id,
            ModelId = ModelId,
            CreatedAt = clock.GetUtcNow(),
            FinishReason = answer.FinishReason,
            Usage = answer.Usage,
            AdditionalProperties = NotGenerative(),
        };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var answer = await AnswerAsync([.. messages], options, cancellationToken);
        foreach (var content in answer.Contents)
        {
            var pieces = content is TextContent text
                ? LocalTokens.Deltas(text.Text).Select(AIContent (delta) => new TextContent(delta))
                : [content];
            foreach (var piece in pieces)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return Update(answer, [piece]);
            }
        }
        var last = Update(answer, [new UsageContent(answer.Usage)]);
        if (answer.Contents.OfType<TextContent>().FirstOrDefault() is { Annotations: { } cited })
        {
            last.Contents.Add(new TextContent("") { Annotations = cited });
        }
        last.FinishReason = answer.FinishReason;
        last.AdditionalProperties = NotGenerative();
        yield return last;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata)
            ? new ChatClientMetadata("local", defaultModelId: ModelId)
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose() { }

    private async ValueTask<Answer> AnswerAsync(
        IReadOnlyList<ChatMessage> messages,
        ChatOptions? options,
        CancellationToken cancellationToken
    )
    {
        var composed = await ComposeAsync(messages, options, cancellationToken);
        if (composed.Calls.Count > 0)
        {
            return Answer.Of(messages, composed, ChatFinishReason.ToolCalls);
        }
        var finish = ChatFinishReason.Stop;
        var text = UpToStop(composed.Text, options?.StopSequences);
        if (options?.MaxOutputTokens is { } most && LocalTokens.Count(text) > most)
        {
            // JSON cut in two is no JSON: its smallest form stands instead, even where that is longer than the limit.
            text = options.ResponseFormat is ChatResponseFormatJson json
                ? Shapes.Least(json.Schema)
                : LocalTokens.Cut(text, most);
            finish = ChatFinishReason.Length;
        }
        return Answer.Of(messages, composed with { Text = text }, finish);
    }

    private async ValueTask<Composed> ComposeAsync(
        IReadOnlyList<ChatMessage> messages,
        ChatOptions? options,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var request = Request.Read(messages, options);
            return await _skills.ComposeAsync(request, cancellationToken);
        }
        catch (RegexMatchTimeoutException)
        {
            return new Composed("I couldn't read that message in time. Shorten it, please.");
        }
    }

    private static string UpToStop(string text, IList<string>? stops)
    {
        var end = text.Length;
        foreach (var stop in stops ?? [])
        {
            var at = stop.Length == 0 ? -1 : text.IndexOf(stop, StringComparison.Ordinal);
            end = at >= 0 && at < end ? at : end;
        }
        return text[..end];
    }

    private static ChatResponseUpdate Update(Answer answer, IList<AIContent> contents) =>
        new(ChatRole.Assistant, contents)
        {
            ResponseId = answer.Id,
            MessageId = answer.Id,
            ModelId = ModelId,
        };

    private static AdditionalPropertiesDictionary NotGenerative() =>
        new() { ["generative"] = false };

    private sealed record Answer(
        string Id,
        IReadOnlyList<AIContent> Contents,
        ChatFinishReason FinishReason,
        UsageDetails Usage
    )
    {
        public static Answer Of(
            IReadOnlyList<ChatMessage> messages,
            Composed composed,
            ChatFinishReason finish
        )
        {
            var (text, calls) = (composed.Text, composed.Calls);
            var read = messages.Sum(message => (long)LocalTokens.Count(message.Text));
            var written =
                calls.Count > 0
                    ? calls.Sum(call => 4L + (call.Arguments?.Count * 4L ?? 0))
                    : LocalTokens.Count(text);
            var usage = new UsageDetails
            {
                InputTokenCount = read,
                OutputTokenCount = written,
                TotalTokenCount = read + written,
            };
            return new Answer(
                $"local-{Guid.NewGuid():N}",
                calls.Count > 0 ? calls : [Cited(text, composed.Quotes)],
                finish,
                usage
            );
        }

        private static TextContent Cited(string text, IReadOnlyList<Quotable> quotes) =>
            new(text)
            {
                Annotations =
                    quotes.Count == 0
                        ? null
                        :
                        [
                            .. quotes.Select(quote => new CitationAnnotation
                            {
                                Title = quote.Where,
                                FileId = quote.Part.Id,
                                Snippet = quote.Text,
                            }),
                        ],
            };
    }
}
