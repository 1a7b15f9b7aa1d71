namespace Millrace.Models.Forwarding;

/// <summary>The form of request and answer on the wire.</summary>
public enum WireForm
{
    OpenAi,
    Anthropic,

    /// <summary>No wire: the model runs in this process.</summary>
    Embedded,
}

/// <summary>What can be passed through untouched between caller and provider.</summary>
public sealed class ForwardOperation
{
    public static readonly ForwardOperation ChatCompletions = new(
        WireForm.OpenAi,
        "chat",
        "chat/completions"
    );
    public static readonly ForwardOperation Embeddings = new(
        WireForm.OpenAi,
        "embeddings",
        "embeddings"
    );
    public static readonly ForwardOperation Messages = new(
        WireForm.Anthropic,
        "chat",
        "v1/messages"
    );
    public static readonly ForwardOperation CountTokens = new(
        WireForm.Anthropic,
        "count_tokens",
        "v1/messages/count_tokens"
    );

    private ForwardOperation(WireForm form, string name, string path)
    {
        Form = form;
        Name = name;
        Path = path;
    }

    public WireForm Form { get; }

    /// <summary>The operation's name in <see cref="Routing.ModelCall.Operation"/>.</summary>
    public string Name { get; }

    /// <summary>Below the provider's base address.</summary>
    internal string Path { get; }
}
