using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Millrace.Api.Shared.Gateway;
using Millrace.Api.Shared.Streams;
using Millrace.Models.OpenAi;
using Millrace.Models.Routing;

namespace Millrace.Api.OpenAi;

/// <summary>A streamed answer in chunks: the role, the pieces, why it ended, the usage if it is wanted, and the end.</summary>
internal sealed class ChatChunks(HttpResponse response, ChatHead head, bool withUsage)
    : IAnswerStream
{
    private readonly SseWriter _events = new(response);
    private ChatFinishReason? _finish;
    private int _calls;

    public ValueTask BeginAsync(CancellationToken cancellation) =>
        SendAsync(new ChunkDelta { Role = "assistant", Content = "" }, null, cancellation);

    public async ValueTask WriteAsync(ChatResponseUpdate update, CancellationToken cancellation)
    {
        _finish = update.FinishReason ?? _finish;
        foreach (var content in update.Contents)
        {
            if (Delta(content) is { } delta)
                await SendAsync(delta, null, cancellation);
        }
    }

    public ValueTask KeepAliveAsync(CancellationToken cancellation) =>
        _events.KeepAliveAsync(cancellation);

    public async ValueTask EndAsync(ModelCall call, CancellationToken cancellation)
    {
        await SendAsync(new ChunkDelta(), ChatReply.Finish(_finish, _calls > 0), cancellation);
        if (withUsage)
        {
            var usage = Chunk() with { Choices = [], Usage = ChatReply.Usage(call) };
            await SendAsync(usage, cancellation);
        }
        await _events.TextAsync("[DONE]", cancellation);
    }

    private ChunkDelta? Delta(AIContent content) =>
        content switch
        {
            TextContent { Text.Length: > 0 } text => new ChunkDelta { Content = text.Text },
            TextReasoningContent { Text.Length: > 0 } reasoning => new ChunkDelta
            {
                ReasoningContent = reasoning.Text,
            },
            FunctionCallContent call => new ChunkDelta
            {
                ToolCalls = [ChatReply.Call(call) with { Index = _calls++ }],
            },
            _ => null,
        };

    private ValueTask SendAsync(ChunkDelta delta, string? finish, CancellationToken cancellation) =>
        SendAsync(
            Chunk() with
            {
                Choices =
                [
                    new ChunkChoice
                    {
                        Index = 0,
                        Delta = delta,
                        FinishReason = finish,
                    },
                ],
            },
            cancellation
        );

    private ValueTask SendAsync(ChatCompletionChunk chunk, CancellationToken cancellation) =>
        _events.JsonAsync(chunk, OpenAiJson.Plain.ChatCompletionChunk, cancellation);

    private ChatCompletionChunk Chunk() =>
        new()
        {
            Id = head.Id,
            Created = head.Created,
            Model = head.Model,
        };
}
