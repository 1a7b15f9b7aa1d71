using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Millrace.Bench.Chatting;

/// <summary>A chat model that takes no time: about 200 bytes, always the same.</summary>
internal sealed class InstantModel : IChatClient
{
    private const string Reply =
        "The mill turns while the water runs, and the stones grind what they are given. Nobody has to wait for it, and nothing of it is lost: what was said is written down before the answer leaves the house.";

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        Task.FromResult(
            new ChatResponse(new ChatMessage(ChatRole.Assistant, Reply))
            {
                FinishReason = ChatFinishReason.Stop,
                Usage = new UsageDetails { InputTokenCount = 40, OutputTokenCount = 40 },
            }
        );

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var answer = await GetResponseAsync(messages, options, cancellationToken);
        foreach (var update in answer.ToChatResponseUpdates())
            yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() { }
}
