using Millrace.Core.Health;
using Millrace.Models.Embedded;

namespace Millrace.Models.Routing;

/// <summary>
/// Whether the model that answers callers who name none can be asked, told from the calls already made: a provider
/// whose circuit is open has just failed again and again. Nothing is asked, since asking costs the operator money.
/// </summary>
internal sealed class ModelProbe(ModelRouter router) : IHealthProbe
{
    public string Component => "model";

    public bool IsVital => false;

    public Task<ComponentState> CheckAsync(CancellationToken cancellation) =>
        Task.FromResult(StateOf(router.Resolve(null)));

    internal static ComponentState StateOf(Route route) =>
        route.Candidates[0].Provider.IsAvailable ? ComponentState.Ok
        : route.Candidates.Any(candidate => candidate.Provider.IsAvailable)
            ? ComponentState.Degraded
        : ComponentState.Down;
}

/// <summary>Whether texts can become vectors: the embedded model's files are in place, or its provider answers.</summary>
internal sealed class EmbeddingProbe(ModelRouter router, EmbeddedModelFiles files) : IHealthProbe
{
    public string Component => "embeddings";

    public bool IsVital => false;

    public Task<ComponentState> CheckAsync(CancellationToken cancellation)
    {
        var route = router.ResolveEmbedding(null);
        var isMissing = route.First.Provider == EmbeddedModels.Provider && !files.HasUseLite;
        return Task.FromResult(isMissing ? ComponentState.Degraded : ModelProbe.StateOf(route));
    }
}
