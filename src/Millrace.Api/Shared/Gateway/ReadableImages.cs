using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Millrace.Core.Failures;
using Millrace.Models.Images;
using Millrace.Models.Routing;

namespace Millrace.Api.Shared.Gateway;

/// <summary>Images for models that cannot see: the text that is in them, and a header of the answer that says so.</summary>
internal sealed class ReadableImages(OcrReader ocr)
{
    private const string Note = "x-millrace-images";

    /// <exception cref="Invalid">An image cannot be read.</exception>
    public async Task<IReadOnlyList<ChatMessage>> ForAsync(
        GatewayCall call,
        IReadOnlyList<ChatMessage> messages
    )
    {
        if (call.Route.First.Can(Capabilities.Vision) || !messages.Any(HasImage))
            return messages;
        call.Http.Response.Headers[Note] = "text-only";
        var readable = new List<ChatMessage>(messages.Count);
        foreach (var message in messages)
        {
            readable.Add(
                HasImage(message) ? await ReadAsync(message, call.Http.RequestAborted) : message
            );
        }
        return readable;
    }

    private async Task<ChatMessage> ReadAsync(ChatMessage message, CancellationToken cancellation)
    {
        var contents = new List<AIContent>(message.Contents.Count);
        foreach (var content in message.Contents)
        {
            contents.Add(
                content is DataContent data && data.HasTopLevelMediaType("image")
                    ? new TextContent(await TextOfAsync(data, cancellation))
                    : content
            );
        }
        var readable = message.Clone();
        readable.Contents = contents;
        return readable;
    }

    private async Task<string> TextOfAsync(DataContent image, CancellationToken cancellation)
    {
        var (text, _) = await ocr.ReadAsync(ImageInput.FromBytes(image.Data), cancellation);
        return text.Length > 0
            ? $"Text in the image, read by OCR:\n{text}"
            : "An image in which OCR finds no text.";
    }

    private static bool HasImage(ChatMessage message) =>
        message
            .Contents.OfType<DataContent>()
            .Any(content => content.HasTopLevelMediaType("image"));
}
