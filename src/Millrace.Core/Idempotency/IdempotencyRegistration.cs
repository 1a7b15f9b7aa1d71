using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Millrace.Core.Work;

namespace Millrace.Core.Idempotency;

public static class IdempotencyRegistration
{
    /// <summary>Registers the <see cref="IdempotencyService"/> and the removal of keys whose time is over.</summary>
    public static IServiceCollection AddIdempotency(this IServiceCollection services) =>
        services
            .AddSingleton<IdempotencyService>()
            .AddHostedService<IdempotencyRecovery>()
            .AddWorkHandler<IdempotencyRetention>();
}

/// <summary>Frees, before the first request comes, what the last process left under way.</summary>
internal sealed class IdempotencyRecovery(IdempotencyService service) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        service.FreeAbandonedAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
