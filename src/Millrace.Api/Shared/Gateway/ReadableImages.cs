using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Millrace.Core.Failures;
using Millrace.Models.Images;
using Millrace.Models.Local;
using Millrace.Models.Routing;

namespace Millrace.Api.Shared.Gateway;

/// <summary>Images for models that cannot see: the text that is in them, and a header of the answer that says so.</summary>
internal sealed class ReadableImages(OcrReader ocr)
{
    private const string Note = "x-millrace-images";
    private const string NoText = "(The text reader, OCR, found no text in this picture.)";
    private const string WhenAlone = "What does the picture say?";

    /// <exception cref="Invalid">An image cannot be read.</exception>
    public async Task<IReadOnlyList<ChatMessage>> ForAsync(
        GatewayCall call,
        IReadOnlyList<ChatMessage> messages
    )
    {
        if (call.Route.First.Can(Capabilities.Vision) || !messages.Any(HasImage))
            return messages;
        call.Http.Response.Headers[Note] = "text-only";
        var readable = new List<ChatMessage>(messages.Count + 1);
        foreach (var message in messages)
        {
            if (HasImage(message))
                readable.AddRange(await ReadAsync(message, call.Http.RequestAborted));
            else
                readable.Add(message);
        }
        return readable;
    }

    // The text stands before the message that it came with, as the data that it is, and the message keeps its own words.
    private async Task<ChatMessage[]> ReadAsync(ChatMessage message, CancellationToken cancellation)
    {
        var pictures = message.Contents.OfType<DataContent>().Where(IsImage).ToList();
        var texts = new List<RecalledPart>(pictures.Count);
        foreach (var picture in pictures)
        {
            var (text, _) = await ocr.ReadAsync(ImageInput.FromBytes(picture.Data), cancellation);
            var name = pictures.Count == 1 ? "picture" : $"picture {texts.Count + 1}";
            texts.Add(RecalledPart.Document(name, text.Length > 0 ? text : NoText));
        }
        var own = message.Clone();
        own.Contents =
        [
            .. message.Contents.Where(content => content is not DataContent data || !IsImage(data)),
        ];
        if (own.Contents.Count == 0)
            own.Contents.Add(new TextContent(WhenAlone));
        return [RecalledContext.ToMessage(texts), own];
    }

    private static bool HasImage(ChatMessage message) =>
        message.Contents.OfType<DataContent>().Any(IsImage);

    private static bool IsImage(DataContent content) => content.HasTopLevelMediaType("image");
}
