using Microsoft.Extensions.AI;
using Millrace.Core.Failures;
using Millrace.Models.Forwarding;

namespace Millrace.Models.Routing;

/// <summary>
/// Every call of a model goes through here: the name becomes a route, the route's models are asked one after another
/// with retries and time limits until one answers, and what it took comes back with the answer. Nothing is asked again
/// once the first piece of a stream has reached the caller.
/// </summary>
public sealed class ModelRouter
{
    private readonly ModelCatalog _catalog;
    private readonly ModelsOptions _options;
    private readonly TimeProvider _time;
    private readonly Forwarder _forwarder;

    internal ModelRouter(ModelCatalog catalog, ModelsOptions options, TimeProvider time)
    {
        _catalog = catalog;
        _options = options;
        _time = time;
        _forwarder = new Forwarder(options, time);
    }

    /// <summary>The models that can be named and are known beforehand; the first one is the default.</summary>
    public IReadOnlyList<ModelCard> Models => _catalog.Cards;

    /// <summary>Further names that callers may use.</summary>
    public IReadOnlyCollection<string> Aliases => _catalog.Aliases;

    /// <summary>Where a chat goes. Null or <c>default</c> is the default model.</summary>
    /// <exception cref="NotFound">Nothing maps the name, and unknown names are refused.</exception>
    public Route Resolve(string? model) => _catalog.Resolve(model);

    /// <summary>Where a chat goes whose caller may name a model that means nothing here: the default answers then.</summary>
    public Route ResolveConfigured(string? model) =>
        _catalog.Resolve(model is not null && _catalog.IsConfigured(model) ? model : null);

    /// <summary>Where texts go to become vectors. Null or <c>default</c> is the default embedding model.</summary>
    /// <exception cref="NotFound">Nothing maps the name, and unknown names are refused.</exception>
    public Route ResolveEmbedding(string? model) =>
        _catalog.Resolve(model, Capabilities.Embeddings);

    /// <exception cref="Failure">No model of the route answered; its type says why.</exception>
    public async Task<ModelAnswer> CompleteAsync(
        ModelRequest request,
        CancellationToken cancellationToken
    )
    {
        var record = new CallRecord(request.Route, "chat", _options, _time);
        var response = await Attempts.AskAsync(
            request.Route,
            record,
            request.Hops,
            async (candidate, caller) =>
            {
                using var deadline = record.Attempt(candidate, caller);
                return await ChatOf(candidate)
                    .GetResponseAsync(
                        Prompt.MessagesFor(candidate.Card, request.Messages),
                        Prompt.OptionsFor(candidate.Card, request.Options),
                        deadline.Token
                    );
            },
            cancellationToken
        );
        var usage = response.Usage;
        var call = record.End(
            CallOutcome.Answered,
            usage?.InputTokenCount,
            usage?.OutputTokenCount,
            () =>
                (
                    TokenEstimate.Of(request.Messages, request.Options),
                    response.Messages.Sum(message => message.Contents.Sum(TokenEstimate.Of))
                )
        );
        return new ModelAnswer(response, call);
    }

    /// <summary>An answer piece by piece. Nothing is asked before the stream is enumerated, which can be done once.</summary>
    public ModelStream StreamAsync(ModelRequest request) => new(request, _options, _time);

    /// <summary>One vector per text, in order.</summary>
    /// <param name="dimensions">Shorter vectors than the model's own, where the model can.</param>
    /// <exception cref="Failure">The model did not answer; its type says why.</exception>
    public async Task<EmbeddingAnswer> EmbedAsync(
        Route route,
        IReadOnlyList<string> texts,
        CancellationToken cancellationToken,
        int? dimensions = null,
        int hops = 0
    )
    {
        var record = new CallRecord(route, "embeddings", _options, _time);
        var vectors = await Attempts.AskAsync(
            route,
            record,
            hops,
            async (candidate, caller) =>
            {
                using var deadline = record.Attempt(candidate, caller);
                return await EmbedderOf(candidate)
                    .GenerateAsync(
                        texts,
                        new EmbeddingGenerationOptions
                        {
                            ModelId = candidate.Card.Upstream,
                            Dimensions = dimensions,
                        },
                        deadline.Token
                    );
            },
            cancellationToken
        );
        var call = record.End(
            CallOutcome.Answered,
            vectors.Usage?.InputTokenCount,
            0,
            () => (texts.Sum(TokenEstimate.Of), 0)
        );
        return new EmbeddingAnswer(vectors, call);
    }

    /// <summary>
    /// Sends a body of the first model's own form through, with only the model's name changed, and hands back the
    /// provider's answer to be copied to the caller. <see cref="ForwardedAnswer.Rest"/> is set instead when the models
    /// of this form did not answer and the route goes on with one of another form.
    /// </summary>
    /// <exception cref="Failure">No model of the route answered; its type says why.</exception>
    public Task<ForwardedAnswer> ForwardAsync(
        ForwardRequest request,
        CancellationToken cancellationToken
    ) => _forwarder.SendAsync(request, cancellationToken);

    internal static IChatClient ChatOf(Candidate candidate) =>
        candidate.Provider.Chat
        ?? throw new NotConfigured(
            "model_not_configured",
            $"Model {candidate.Card.Name} does not chat. Name another model."
        );

    private static IEmbeddingGenerator<string, Embedding<float>> EmbedderOf(Candidate candidate) =>
        candidate.Provider.Embedder
        ?? throw new NotConfigured(
            "model_not_configured",
            $"Model {candidate.Card.Name} makes no embeddings. Name another model."
        );
}
