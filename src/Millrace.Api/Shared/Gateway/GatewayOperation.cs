using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Millrace.Core.Failures;
using Millrace.Models.Forwarding;
using Millrace.Models.Routing;

namespace Millrace.Api.Shared.Gateway;

/// <summary>One operation of a surface whose requests can go through to a provider of the same form.</summary>
/// <param name="Endpoint">The route as its contract writes it, for metering.</param>
/// <param name="Forward">The same operation at the provider.</param>
/// <param name="BreakOff">Tells a client in the midst of a stream that it has failed.</param>
internal sealed record GatewayOperation(
    string Endpoint,
    ForwardOperation Forward,
    Func<HttpResponse, Failure, CancellationToken, ValueTask> BreakOff
)
{
    /// <summary>Headers of the caller that belong to the form and go through with the body.</summary>
    public IReadOnlyList<string> PassedHeaders { get; init; } = [];

    /// <summary>Whether its tokens are used up; counting them uses none.</summary>
    public bool IsMetered { get; init; } = true;

    /// <summary>The models that a name means here.</summary>
    public Func<ModelRouter, string?, Route> Resolve { get; init; } =
        static (router, name) => router.Resolve(name);
}

/// <summary>A request that cannot go through as it is and is answered by the surface itself.</summary>
internal sealed record GatewayCall(
    HttpContext Http,
    GatewayOperation Operation,
    ReadOnlyMemory<byte> Body,
    Route Route,
    int Hops
);

/// <summary>A surface's way of writing a streamed answer.</summary>
internal interface IAnswerStream
{
    ValueTask BeginAsync(CancellationToken cancellation);

    ValueTask WriteAsync(ChatResponseUpdate update, CancellationToken cancellation);

    ValueTask KeepAliveAsync(CancellationToken cancellation);

    ValueTask EndAsync(ModelCall call, CancellationToken cancellation);
}
