using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Millrace.Core.Audit;
using Millrace.Core.Events;
using Millrace.Core.Health;
using Millrace.Core.Idempotency;
using Millrace.Core.Identity;
using Millrace.Core.Limits;
using Millrace.Core.Metering;
using Millrace.Core.Outbound;
using Millrace.Core.Sandboxing;
using Millrace.Core.Scheduling;
using Millrace.Core.Secrets;
using Millrace.Core.Settings;
using Millrace.Core.Storage;
using Millrace.Core.Telemetry;
using Millrace.Core.Webhooks;
using Millrace.Core.Work;

namespace Millrace.Core;

public static class CoreRegistration
{
    /// <summary>Registers the ground floor.</summary>
    public static IServiceCollection AddCore(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(
            new DataFolder(services.AddSection<DataOptions>(configuration).Folder)
        );
        services.AddStorage(configuration);
        services.AddStorageMap("core", typeof(CoreRegistration).Assembly);
        services.AddSingleton<AuditLog>();
        services.AddIdentity();
        services.AddWork(configuration);
        services.AddScheduling();
        services.AddEvents(configuration);
        services.AddMetering();
        services.AddIdempotency();
        services.AddLimits(configuration);
        services.AddHealth();
        services.AddSecrets(configuration);
        services.AddTelemetry(configuration);
        services.AddOutbound(configuration);
        services.AddSandbox(configuration);
        services.AddWebhooks(configuration);
        return services;
    }
}
