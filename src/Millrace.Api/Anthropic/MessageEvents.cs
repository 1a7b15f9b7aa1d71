using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Millrace.Api.Shared.Gateway;
using Millrace.Api.Shared.Streams;
using Millrace.Models.Anthropic;
using Millrace.Models.Routing;

namespace Millrace.Api.Anthropic;

/// <summary>
/// A streamed answer in events: the message begins, each block begins, grows and ends, and the message ends with its
/// reason and usage. One block is open at a time.
/// </summary>
internal sealed class MessageEvents(HttpResponse response, Message head) : IAnswerStream
{
    private static readonly JsonElement None = JsonElement.Parse("null"u8);
    private static readonly JsonElement NoInput = JsonElement.Parse("{}"u8);

    private readonly SseWriter _events = new(response);
    private ChatFinishReason? _finish;
    private string? _open;
    private int _index = -1;
    private bool _calls;

    public ValueTask BeginAsync(CancellationToken cancellation) =>
        SendAsync(new MessageEvent { Type = "message_start", Message = head }, cancellation);

    public async ValueTask WriteAsync(ChatResponseUpdate update, CancellationToken cancellation)
    {
        _finish = update.FinishReason ?? _finish;
        foreach (var content in update.Contents)
        {
            if (MessageReply.Block(content) is { } block)
                await WriteAsync(block, cancellation);
        }
    }

    public ValueTask KeepAliveAsync(CancellationToken cancellation) =>
        SendAsync(new MessageEvent { Type = "ping" }, cancellation);

    public async ValueTask EndAsync(ModelCall call, CancellationToken cancellation)
    {
        await CloseAsync(cancellation);
        await SendAsync(
            new MessageEvent
            {
                Type = "message_delta",
                Delta = new EventDelta
                {
                    StopReason = MessageReply.Stop(_finish, _calls),
                    StopSequence = None,
                },
                Usage = MessageReply.Usage(call),
            },
            cancellation
        );
        await SendAsync(new MessageEvent { Type = "message_stop" }, cancellation);
    }

    private async ValueTask WriteAsync(ContentBlock block, CancellationToken cancellation)
    {
        // Each call is a block of its own; text goes on in the block that is open.
        if (_open != block.Type || block.Type == "tool_use")
            await OpenAsync(block, cancellation);
        var delta = block.Type switch
        {
            "text" => new EventDelta { Type = "text_delta", Text = block.Text },
            "thinking" => new EventDelta { Type = "thinking_delta", Thinking = block.Thinking },
            _ => new EventDelta
            {
                Type = "input_json_delta",
                PartialJson = block.Input!.Value.GetRawText(),
            },
        };
        await SendAsync(
            new MessageEvent
            {
                Type = "content_block_delta",
                Index = _index,
                Delta = delta,
            },
            cancellation
        );
    }

    private async ValueTask OpenAsync(ContentBlock block, CancellationToken cancellation)
    {
        await CloseAsync(cancellation);
        _open = block.Type;
        _index++;
        _calls |= block.Type == "tool_use";
        var empty = block.Type switch
        {
            "text" => block with { Text = "" },
            "thinking" => block with { Thinking = "" },
            _ => block with { Input = NoInput },
        };
        await SendAsync(
            new MessageEvent
            {
                Type = "content_block_start",
                Index = _index,
                ContentBlock = empty,
            },
            cancellation
        );
    }

    private async ValueTask CloseAsync(CancellationToken cancellation)
    {
        if (_open is null)
            return;
        _open = null;
        await SendAsync(
            new MessageEvent { Type = "content_block_stop", Index = _index },
            cancellation
        );
    }

    private ValueTask SendAsync(MessageEvent item, CancellationToken cancellation) =>
        _events.JsonAsync(item, AnthropicJson.Plain.MessageEvent, cancellation, item.Type);
}
