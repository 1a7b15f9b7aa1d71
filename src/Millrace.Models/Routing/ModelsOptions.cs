using Millrace.Core.Settings;

namespace Millrace.Models.Routing;

/// <summary>The wire form that a provider speaks.</summary>
public enum ProviderKind
{
    OpenAi,
    Anthropic,

    /// <summary>Speaks OpenAI's form below <c>/v1</c>; its models can be listed.</summary>
    Ollama,

    /// <summary>Runs inside this process.</summary>
    Embedded,
}

/// <summary>What happens to a model name that nothing maps.</summary>
public enum UnknownNames
{
    /// <summary>The default model answers.</summary>
    Default,

    /// <summary>The call is refused as not found.</summary>
    Refuse,
}

/// <summary>Which models answer, where they run, and how long and how often they are asked.</summary>
public sealed class ModelsOptions : ISection
{
    public static string Name => "Models";

    public IList<ProviderOptions> Providers { get; set; } = [];
    public IList<ServedModelOptions> Served { get; set; } = [];

    /// <summary>Names that callers use, each with the models that answer to it, the first one first.</summary>
    public IDictionary<string, IList<string>> Aliases { get; set; } =
        new Dictionary<string, IList<string>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Models that are asked, in this order, when the one that was meant does not answer.</summary>
    public IList<string> Fallback { get; set; } = [];

    /// <summary>The model for callers who name none. Null: the first served model, else what is connected.</summary>
    public string? Default { get; set; }

    /// <summary>The embedding model for callers who name none. Null: the embedded one.</summary>
    public string? Embedding { get; set; }
    public UnknownNames UnknownNames { get; set; } = UnknownNames.Default;

    /// <summary>Further attempts at one model after the first.</summary>
    public int Retries { get; set; } = 2;

    /// <summary>A provider that asks for a longer wait than this is not waited for.</summary>
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>One attempt, up to its answer or the first piece of a stream.</summary>
    public TimeSpan AttemptLimit { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Silence within a stream.</summary>
    public TimeSpan StallLimit { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>A whole call: attempts, waits, and the last byte of a stream.</summary>
    public TimeSpan TotalLimit { get; set; } = TimeSpan.FromMinutes(10);
    public int MaxAnswerBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>What stands for a provider's key, followed by the name of the secret that holds it.</summary>
    internal const string SecretPrefix = "secret:";

    /// <summary>The secrets that providers' keys are taken from.</summary>
    public IEnumerable<string> SecretNames =>
        Providers
            .Select(provider => provider.ApiKey)
            .OfType<string>()
            .Where(key => key.StartsWith(SecretPrefix, StringComparison.Ordinal))
            .Select(key => key[SecretPrefix.Length..]);

    public IEnumerable<string> Validate()
    {
        if (Retries is < 0 or > 10)
            yield return $"Millrace:Models:Retries is {Retries}; give 0 to 10.";
        foreach (
            var (name, limit) in new[]
            {
                (nameof(AttemptLimit), AttemptLimit),
                (nameof(StallLimit), StallLimit),
                (nameof(TotalLimit), TotalLimit),
            }
        )
        {
            if (limit <= TimeSpan.Zero || limit > TimeSpan.FromDays(1))
                yield return $"Millrace:Models:{name} is {limit}; give more than nothing and at most one day.";
        }
        if (MaxAnswerBytes < 1024)
            yield return $"Millrace:Models:MaxAnswerBytes is {MaxAnswerBytes}; give at least 1024.";
        foreach (var error in Providers.SelectMany((provider, index) => provider.Validate(index)))
            yield return error;
        foreach (var error in Served.SelectMany((model, index) => model.Validate(index)))
            yield return error;
        foreach (var name in Repeated(Providers.Select(provider => provider.Name)))
            yield return $"Millrace:Models:Providers names {name} twice; give each a name of its own.";
        foreach (var name in Repeated(Served.Select(model => model.Name)))
            yield return $"Millrace:Models:Served names {name} twice; give each a name of its own.";
        foreach (var alias in Aliases.Where(alias => alias.Value.Count == 0))
            yield return $"Millrace:Models:Aliases:{alias.Key} is empty; give at least one model.";
    }

    private static IEnumerable<string> Repeated(IEnumerable<string> names) =>
        names
            .GroupBy(name => name, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Key.Length > 0 && group.Count() > 1)
            .Select(group => group.Key);
}

/// <summary>One place where models run.</summary>
public sealed class ProviderOptions
{
    public string Name { get; set; } = "";
    public ProviderKind Kind { get; set; } = ProviderKind.OpenAi;

    /// <summary>OpenAI's form: up to and with <c>/v1</c>. Anthropic and Ollama: the root.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>The key itself, or <c>secret:NAME</c>.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Further headers of every request.</summary>
    public IDictionary<string, string> Headers { get; set; } = new Dictionary<string, string>();

    internal IEnumerable<string> Validate(int index)
    {
        var path = $"Millrace:Models:Providers:{index}";
        if (string.IsNullOrWhiteSpace(Name) || Name.Contains('/', StringComparison.Ordinal))
            yield return $"{path}:Name is missing or holds a slash; give a short name such as openai.";
        if (Kind == ProviderKind.Embedded)
            yield return $"{path}:Kind is Embedded, which is always there; give OpenAi, Anthropic or Ollama.";
        if (BaseUrl is not null && !IsWebAddress(BaseUrl))
            yield return $"{path}:BaseUrl is not an http or https address; give one such as http://127.0.0.1:8000/v1.";
    }

    internal static bool IsWebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
}

/// <summary>One model that callers may name.</summary>
public sealed class ServedModelOptions
{
    public string Name { get; set; } = "";
    public string Provider { get; set; } = "";

    /// <summary>The provider's own id of the model. Null: the same as <see cref="Name"/>.</summary>
    public string? Upstream { get; set; }

    /// <summary>Tokens of question and answer together.</summary>
    public int? ContextWindow { get; set; }
    public int? MaxOutput { get; set; }
    public bool Vision { get; set; } = true;
    public bool Tools { get; set; } = true;
    public bool JsonSchema { get; set; } = true;

    /// <summary>An embedding model, which does not chat.</summary>
    public bool Embeddings { get; set; }

    /// <summary>USD per million tokens.</summary>
    public decimal PriceIn { get; set; }

    /// <summary>USD per million tokens.</summary>
    public decimal PriceOut { get; set; }

    /// <summary>In place of <see cref="ModelsOptions.AttemptLimit"/>.</summary>
    public TimeSpan? TimeLimit { get; set; }

    internal IEnumerable<string> Validate(int index)
    {
        var path = $"Millrace:Models:Served:{index}";
        if (string.IsNullOrWhiteSpace(Name))
            yield return $"{path}:Name is missing; give the name that callers use.";
        if (string.IsNullOrWhiteSpace(Provider))
            yield return $"{path}:Provider is missing; give the name of a provider.";
        if (ContextWindow is <= 0)
            yield return $"{path}:ContextWindow is {ContextWindow}; give a number of tokens above 0.";
        if (MaxOutput is <= 0)
            yield return $"{path}:MaxOutput is {MaxOutput}; give a number of tokens above 0.";
        if (PriceIn < 0 || PriceOut < 0)
            yield return $"{path}: a price is below 0; give USD per million tokens.";
        if (TimeLimit is { } limit && (limit <= TimeSpan.Zero || limit > TimeSpan.FromDays(1)))
            yield return $"{path}:TimeLimit is {limit}; give more than nothing and at most one day.";
    }
}
