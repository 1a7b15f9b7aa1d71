using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Events;
using Millrace.Core.Outbound;
using Millrace.Core.Secrets;
using Millrace.Core.Settings;
using Millrace.Core.Storage;
using Millrace.Core.Work;

namespace Millrace.Core.Webhooks;

public static class WebhookRegistration
{
    /// <summary>Registers webhooks. They deliver what each registered <see cref="IWebhookSource"/> gives.</summary>
    public static IServiceCollection AddWebhooks(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddSection<WebhookOptions>(configuration);
        services.AddSingleton<WebhookChanges>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<WebhookLedger>();
        services.AddSingleton<WebhookRuns>();
        services.AddSingleton(provider => new WebhookEndpoints(
            provider.GetRequiredService<Store>(),
            provider.GetRequiredService<SecretsService>(),
            provider.GetRequiredService<EventLog>(),
            provider.GetRequiredService<GuardedClient>(),
            provider.GetRequiredService<WebhookOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<WebhookChanges>()
        ));
        services.AddSingleton(provider => new WebhookDeliveries(
            provider.GetRequiredService<Store>(),
            provider.GetRequiredService<WebhookEndpoints>(),
            provider.GetRequiredService<WebhookRuns>(),
            provider.GetRequiredService<WebhookSender>(),
            provider.GetRequiredService<WebhookChanges>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddHostedService<WebhookCourier>();
        return services.AddWorkHandler<WebhookRetention>();
    }
}
