using Microsoft.Extensions.AI;

namespace Millrace.Models.Routing;

/// <summary>A question as one model can take it.</summary>
internal static class Prompt
{
    private const string Unseen = "[An image was sent here. This model cannot see images.]";

    public static ChatOptions OptionsFor(ModelCard card, ChatOptions? options)
    {
        var own = options?.Clone() ?? new ChatOptions();
        own.ModelId = card.Upstream;
        if (own.MaxOutputTokens > card.MaxOutput)
            own.MaxOutputTokens = card.MaxOutput;
        return own;
    }

    /// <summary>A model that cannot see gets a line of text in place of each image.</summary>
    public static IEnumerable<ChatMessage> MessagesFor(
        ModelCard card,
        IReadOnlyList<ChatMessage> messages
    ) =>
        card.Can(Capabilities.Vision) || !messages.Any(message => message.Contents.Any(IsImage))
            ? messages
            : messages.Select(Blind);

    private static ChatMessage Blind(ChatMessage message)
    {
        var blind = message.Clone();
        blind.Contents =
        [
            .. message.Contents.Select(content =>
                IsImage(content) ? new TextContent(Unseen) : content
            ),
        ];
        return blind;
    }

    private static bool IsImage(AIContent content) =>
        content switch
        {
            DataContent data => data.HasTopLevelMediaType("image"),
            UriContent uri => uri.HasTopLevelMediaType("image"),
            _ => false,
        };
}
