using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Millrace.Core.Failures;
using Millrace.Core.Settings;

namespace Millrace.Models.Routing;

/// <summary>
/// Which model answers to which name. Built once at the start from what is connected, in this order of preference:
/// the configuration, provider keys in the environment, models found on this machine that the operator chose, and the
/// embedded models, which are always there.
/// </summary>
internal sealed class ModelCatalog
{
    /// <summary>Names that a caller makes up are remembered up to this number.</summary>
    private const int MaxRemembered = 1000;

    private readonly Dictionary<string, Candidate> _served = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, IList<string>> _aliases;
    private readonly ConcurrentDictionary<string, Route> _remembered = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<Provider> _providers;
    private readonly IReadOnlyList<Provider> _open;
    private readonly IReadOnlyList<Candidate> _fallback;
    private readonly Candidate _default;
    private readonly Candidate _embedding;
    private readonly UnknownNames _unknownNames;

    public ModelCatalog(ModelsOptions options, Connections connections)
    {
        _unknownNames = options.UnknownNames;
        _providers = connections.Providers;
        _open = connections.Open;
        _aliases = new(options.Aliases, StringComparer.OrdinalIgnoreCase);
        foreach (var model in options.Served)
            Serve(Card(model), ProviderOf(model));
        foreach (var (card, provider) in connections.Chosen)
            Serve(card, provider);
        foreach (var card in EmbeddedModels.Cards)
            Serve(card, connections.Embedded);
        _default = Named(options.Default, nameof(options.Default)) ?? FirstChat(connections);
        _embedding =
            Named(options.Embedding, nameof(options.Embedding)) ?? _served[EmbeddedModels.UseLite];
        _fallback = [.. options.Fallback.Select(name => Named(name, nameof(options.Fallback))!)];
        foreach (var (alias, models) in options.Aliases)
        {
            foreach (var model in models)
                Named(model, $"{nameof(options.Aliases)}:{alias}");
        }
    }

    /// <summary>All models that can be named and are known beforehand, the default one first.</summary>
    public IReadOnlyList<ModelCard> Cards =>
        [
            .. _served
                .Values.Prepend(_default)
                .Select(candidate => candidate.Card)
                .DistinctBy(card => card.Name),
        ];

    /// <summary>The names of <see cref="ModelsOptions.Aliases"/>.</summary>
    public IReadOnlyCollection<string> Aliases => _aliases.Keys;

    public IReadOnlyList<Provider> Providers => _providers;

    /// <exception cref="NotFound">Nothing maps the name, and <see cref="ModelsOptions.UnknownNames"/> refuses such.</exception>
    public Route Resolve(string? name, Capabilities needed = Capabilities.None)
    {
        var embeds = needed == Capabilities.Embeddings;
        var key = embeds ? "\0" + name : name ?? "";
        if (_remembered.TryGetValue(key, out var route))
            return route;
        route = Find(name, embeds);
        if (_remembered.Count < MaxRemembered)
            _remembered[key] = route;
        return route;
    }

    private Route Find(string? name, bool embeds)
    {
        var preset = embeds ? _embedding : _default;
        if (
            string.IsNullOrWhiteSpace(name)
            || name.Equals("default", StringComparison.OrdinalIgnoreCase)
        )
            return RouteOf(preset.Card.Name, [preset], !embeds, substituted: false);
        if (_aliases.TryGetValue(name, out var models))
        {
            var candidates = models.Select(One).OfType<Candidate>();
            return RouteOf(name, candidates, !embeds, substituted: false);
        }
        // The strongest that is here, in T Backend's words (t-backend §10). No provider has a model of this name.
        if (name.Equals("advanced", StringComparison.OrdinalIgnoreCase))
            return RouteOf(name, [preset], !embeds, substituted: false);
        if (One(name) is { } candidate && (!embeds || Embeds(candidate)))
            return RouteOf(
                name,
                [candidate],
                !embeds && candidate.Provider.Kind != ProviderKind.Embedded,
                substituted: false
            );
        if (_unknownNames == UnknownNames.Refuse)
            throw new NotFound(
                "model_not_found",
                $"There is no model {name}. Ask GET /v1/models for those that are here."
            );
        return RouteOf(name, [preset], !embeds, substituted: true);
    }

    /// <summary>Whether the operator gave this name a meaning: an alias, a served model, or <c>provider/model</c>.</summary>
    public bool IsConfigured(string name) =>
        _aliases.ContainsKey(name) || _served.ContainsKey(name) || TrySplit(name, out _, out _);

    private Route RouteOf(
        string asked,
        IEnumerable<Candidate> candidates,
        bool fallsBack,
        bool substituted
    ) =>
        // Vectors of two models cannot be compared, so that embeddings have no fallback. Nor has a model of this process
        // that is asked for by its name: its text goes to no other.
        new(
            asked,
            [
                .. candidates
                    .Concat(fallsBack ? _fallback : [])
                    .DistinctBy(candidate => candidate.Card.Name),
            ],
            substituted
        );

    /// <summary>A served model, <c>provider/model</c>, or a name that an open provider takes.</summary>
    private Candidate? One(string name)
    {
        if (_served.TryGetValue(name, out var served))
            return served;
        if (TrySplit(name, out var provider, out var model))
            return new Candidate(new ModelCard(name, provider.Name, model), provider);
        var open =
            _open.FirstOrDefault(open => IsOwnName(open, name))
            ?? _open.FirstOrDefault(open => TakesAnyName(open, name));
        return open is null ? null : new Candidate(new ModelCard(name, open.Name, name), open);
    }

    private bool TrySplit(
        string name,
        [NotNullWhen(true)] out Provider? provider,
        [NotNullWhen(true)] out string? model
    )
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        model = slash > 0 && slash + 1 < name.Length ? name[(slash + 1)..] : null;
        provider = model is null
            ? null
            : _providers.FirstOrDefault(provider =>
                provider.Kind != ProviderKind.Embedded
                && name.AsSpan(0, slash).Equals(provider.Name, StringComparison.OrdinalIgnoreCase)
            );
        return provider is not null;
    }

    private static bool IsOwnName(Provider provider, string name) =>
        name.StartsWith("claude", StringComparison.OrdinalIgnoreCase)
        == (provider.Kind == ProviderKind.Anthropic);

    /// <summary>The makers' own addresses know only their own models; a peer may call its models anything.</summary>
    private static bool TakesAnyName(Provider provider, string name) =>
        provider.Address?.Host is not ("api.openai.com" or "api.anthropic.com")
        || IsOwnName(provider, name);

    private static bool Embeds(Candidate candidate) =>
        candidate.Card.Can(Capabilities.Embeddings)
        // An open provider's models are not known; it will say.
        || candidate.Provider.Kind is ProviderKind.OpenAi or ProviderKind.Ollama
            && candidate.Card.Name == candidate.Card.Upstream;

    private void Serve(ModelCard card, Provider provider) =>
        _served.TryAdd(card.Name, new Candidate(card, provider));

    private Candidate FirstChat(Connections connections)
    {
        var first = _served.Values.First(candidate => !candidate.Card.Can(Capabilities.Embeddings));
        if (first.Provider.Kind != ProviderKind.Embedded && !connections.IsChosen(first.Card))
            return first;
        return connections.DefaultOfOpen is { } card
            ? new Candidate(card, _open.First(provider => provider.Name == card.Provider))
            : first;
    }

    private Candidate? Named(string? name, string setting)
    {
        if (name is null)
            return null;
        return One(name)
            ?? throw new SettingsException(
                $"Millrace:Models:{setting} names {name}, which is not served. Add it to Millrace:Models:Served, or name one of: {string.Join(", ", _served.Keys.Order())}."
            );
    }

    private Provider ProviderOf(ServedModelOptions model) =>
        _providers.FirstOrDefault(provider =>
            provider.Name.Equals(model.Provider, StringComparison.OrdinalIgnoreCase)
        )
        ?? throw new SettingsException(
            $"Millrace:Models:Served: model {model.Name} names provider {model.Provider}, which is not there. Add it to Millrace:Models:Providers."
        );

    private static ModelCard Card(ServedModelOptions model) =>
        new(model.Name, model.Provider, model.Upstream ?? model.Name)
        {
            ContextWindow = model.ContextWindow,
            MaxOutput = model.MaxOutput,
            PriceIn = model.PriceIn,
            PriceOut = model.PriceOut,
            TimeLimit = model.TimeLimit,
            Capabilities = model.Embeddings
                ? Capabilities.Embeddings
                : (model.Vision ? Capabilities.Vision : Capabilities.None)
                    | (model.Tools ? Capabilities.Tools : Capabilities.None)
                    | (model.JsonSchema ? Capabilities.JsonSchema : Capabilities.None),
        };
}
