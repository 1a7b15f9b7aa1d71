using Millrace.Models.Embedded;
using Millrace.Models.Local;

namespace Millrace.Models.Routing;

/// <summary>The models that run in this process and are always there.</summary>
public static class EmbeddedModels
{
    public const string Provider = "millrace";

    /// <summary>The chat model that answers from what it is given. Also the key of its <c>IChatClient</c> service.</summary>
    public const string Local = LocalChatModel.ModelId;

    /// <summary>The embedding model. Also the key of its <c>IEmbeddingGenerator</c> service.</summary>
    public const string UseLite = UseLiteEmbedder.ModelId;

    internal static IReadOnlyList<ModelCard> Cards { get; } =
    [
        new(Local, Provider, Local)
        {
            // It reads all that it is given; this bounds what that is.
            ContextWindow = 65_536,
            MaxOutput = 2048,
            Capabilities = Capabilities.Tools | Capabilities.JsonSchema,
        },
        new(UseLite, Provider, UseLite) { Capabilities = Capabilities.Embeddings },
    ];
}
