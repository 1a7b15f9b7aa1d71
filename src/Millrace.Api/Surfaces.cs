using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Api.Anthropic;
using Millrace.Api.Fluxra;
using Millrace.Api.OpenAi;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Api.Shared.Metrics;
using Millrace.Api.TBackend;

namespace Millrace.Api;

/// <summary>All contracts that the server speaks.</summary>
public static class Surfaces
{
    public static IServiceCollection AddSurfaces(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddHttpRules(configuration);
        services.AddDocuments(configuration);
        services.AddAnthropic();
        services.AddOpenAi();
        services.AddFluxra(configuration);
        // Last, since it answers for every path that no other surface owns.
        services.AddTBackend(configuration);
        return services;
    }

    public static void UseSurfaces(this WebApplication app)
    {
        app.UseHttpRules();
        app.UseWebSockets(
            new WebSocketOptions
            {
                KeepAliveInterval = TimeSpan.FromSeconds(15),
                KeepAliveTimeout = TimeSpan.FromSeconds(30),
            }
        );
        app.MapTBackend();
        app.MapOpenAi();
        app.MapAnthropic();
        app.MapFluxra();
        app.MapMetrics();
        app.MapDocuments(first: TBackendSurface.Name);
    }
}
