using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Millrace.Core.Failures;
using Millrace.Models.Images;
using Millrace.Models.Local;
using Millrace.Models.Routing;

namespace Millrace.Api.Shared.Gateway;

/// <summary>Images for models that cannot see: the text that is in them, and a header of the answer that says so.</summary>
internal sealed class ReadableImages(OcrReader ocr, TimeProvider time)
{
    private const int Most = 20;
    private const long MostBytes = ImageInput.MaxBytes;
    private const string Note = "x-millrace-images";
    private const string NoText = "(The text reader, OCR, found no text in this picture.)";
    private const string WhenAlone = "What does the picture say?";

    /// <summary>For all images of a request together.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <exception cref="Invalid">An image cannot be read, or there are too many.</exception>
    /// <exception cref="TooLarge">All images together are.</exception>
    /// <exception cref="TimedOut">Reading them took too long.</exception>
    public async Task<IReadOnlyList<ChatMessage>> ForAsync(
        GatewayCall call,
        IReadOnlyList<ChatMessage> messages
    )
    {
        if (call.Route.First.Can(Capabilities.Vision) || !messages.Any(HasImage))
            return messages;
        Check([.. messages.SelectMany(Images)]);
        call.Http.Response.Headers[Note] = "text-only";
        var caller = call.Http.RequestAborted;
        using var enough = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(caller, enough.Token);
        try
        {
            return await ReadAsync(messages, either.Token);
        }
        catch (OperationCanceledException)
            when (enough.IsCancellationRequested && !caller.IsCancellationRequested)
        {
            throw new TimedOut(
                "images_timed_out",
                $"The text of the images was not read within {Limit.TotalSeconds:0} seconds. Send fewer or smaller ones, or name a model that can see."
            );
        }
    }

    private static void Check(IReadOnlyList<DataContent> images)
    {
        if (images.Count > Most)
            throw new Invalid(
                "too_many_images",
                $"This model cannot see, and the text of at most {Most} images is read. Send fewer, or name a model that can see."
            );
        if (images.Sum(image => (long)image.Data.Length) > MostBytes)
            throw new TooLarge(
                "images_too_large",
                $"This model cannot see, and the text of at most {MostBytes} bytes of images is read. Send fewer, or name a model that can see."
            );
    }

    private async Task<IReadOnlyList<ChatMessage>> ReadAsync(
        IReadOnlyList<ChatMessage> messages,
        CancellationToken cancellation
    )
    {
        var readable = new List<ChatMessage>(messages.Count + 1);
        foreach (var message in messages)
        {
            if (HasImage(message))
                readable.AddRange(await ReadAsync(message, cancellation));
            else
                readable.Add(message);
        }
        return readable;
    }

    // The text stands before the message that it came with, as the data that it is, and the message keeps its own words.
    private async Task<ChatMessage[]> ReadAsync(ChatMessage message, CancellationToken cancellation)
    {
        var pictures = Images(message).ToList();
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

    private static bool HasImage(ChatMessage message) => Images(message).Any();

    private static IEnumerable<DataContent> Images(ChatMessage message) =>
        message.Contents.OfType<DataContent>().Where(IsImage);

    private static bool IsImage(DataContent content) => content.HasTopLevelMediaType("image");
}
