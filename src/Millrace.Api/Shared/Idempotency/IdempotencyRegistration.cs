using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Millrace.Api.Shared.Idempotency;

internal static class IdempotencyRegistration
{
    public static IServiceCollection AddIdempotentRoutes(this IServiceCollection services) =>
        services.AddSingleton<IdempotentRoute>();

    /// <summary>Goes behind what finds the endpoint and the caller.</summary>
    public static IApplicationBuilder UseIdempotency(this IApplicationBuilder app) =>
        app.UseMiddleware<IdempotentAnswers>();

    public static TBuilder WithIdempotency<TBuilder>(
        this TBuilder endpoint,
        IdempotencyPolicy policy
    )
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(policy);
}
