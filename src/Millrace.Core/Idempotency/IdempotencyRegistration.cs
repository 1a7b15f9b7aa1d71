using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Work;

namespace Millrace.Core.Idempotency;

public static class IdempotencyRegistration
{
    /// <summary>Registers the <see cref="IdempotencyService"/> and the removal of keys whose time is over.</summary>
    public static IServiceCollection AddIdempotency(this IServiceCollection services) =>
        services.AddSingleton<IdempotencyService>().AddWorkHandler<IdempotencyRetention>();
}
