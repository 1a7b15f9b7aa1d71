using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Millrace.Api.Shared.Access;
using Millrace.Api.Shared.Documents;
using Millrace.Api.Shared.Failures;
using Millrace.Api.TBackend.About;
using Millrace.Api.TBackend.Access;
using Millrace.Api.TBackend.Chat;
using Millrace.Api.TBackend.Failures;
using Millrace.Api.TBackend.Files;
using Millrace.Api.TBackend.Graph;
using Millrace.Api.TBackend.Profiles;
using Millrace.Api.TBackend.Usage;
using Millrace.Api.TBackend.VectorStores;
using Millrace.Core.Limits;
using Millrace.Core.Settings;

namespace Millrace.Api.TBackend;

/// <summary>The T Backend contract. Register it last: paths that no surface owns are answered in its form.</summary>
internal static class TBackendSurface
{
    public const string Name = TBackendFailures.Name;

    // t-backend §5
    private static readonly RateHeaders RateHeaders = new(
        "X-RateLimit-Limit",
        "X-RateLimit-Remaining",
        "X-RateLimit-Reset",
        static (reset, _) => reset.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)
    );

    // What the original shows in public. (t-backend §8.3)
    private static readonly string[] PublicPaths =
    [
        "/health",
        "/api",
        "/chat",
        "/token-analysis",
        "/usage",
        "/images",
        "/payments",
    ];

    public static IServiceCollection AddTBackend(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddSection<CompatOptions>(configuration);
        services.AddSection<UsageOptions>(configuration);
        services.AddSingleton<IFailureWriter, TBackendFailures>();
        services.AddSingleton<UploadReader>();
        services.AddSingleton<FileUrlReader>();
        services.AddSingleton<WriteOnce>();
        services.AddSingleton<StoreBodies>();
        services.AddSingleton<ChatStream>();
        services.AddSingleton<ChatOnce>();
        services.AddSingleton<ChatStreamOnce>();
        var docs = SectionRegistration.Bind<DocsOptions>(configuration);
        return services.AddSurfaceDocument(
            new SurfaceDocument(
                Name,
                docs.Title,
                docs.Version,
                "An assistant with memory and tools, over HTTP.",
                new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.ApiKey,
                    In = ParameterLocation.Header,
                    Name = "api-key",
                }
            )
            {
                Shows = path => !docs.IsPublic || Array.Exists(PublicPaths, path.StartsWith),
            }
        );
    }

    public static void MapTBackend(this IEndpointRouteBuilder app)
    {
        var routes = app.MapGroup("")
            .WithGroupName(Name)
            .WithMetadata(RateHeaders)
            .AddEndpointFilter<Door>()
            // A route is closed unless it says that it is open. (t-backend §3.2)
            .WithAccess(AccessClass.Key)
            .WithBucket(Buckets.Other);
        routes.MapGroup("").WithTags("Chat").MapChat();
        var files = routes.MapGroup("").WithAccess(AccessClass.Key, "files");
        files.MapGroup("").WithTags("Files").MapFiles();
        files.MapGroup("").WithTags("Vector stores").MapVectorStores();
        routes.MapGroup("").WithTags("Graph").WithAccess(AccessClass.Key, "graph").MapGraph();
        var system = routes.MapGroup("").WithTags("System");
        system.MapAbout();
        system.MapHealth();
        system.MapUsage();
    }
}
