using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Documents;
using Millrace.Api.TBackend.Access;
using Millrace.Api.TBackend.Failures;
using Millrace.Core.Health;
using Millrace.Core.Settings;

namespace Millrace.Api.TBackend.About;

/// <summary>How the server fares. (t-backend §8.1)</summary>
internal static class HealthRoutes
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        // Not counted against any rate: a balancer that asks often must not see an outage.
        routes
            .MapRead("/health", ReadAsync)
            .WithAccess(AccessClass.Public)
            .WithBucket(null)
            .WithSummary("Say whether the server works")
            .WithAnswer<HealthResponse>(
                """{"status":"healthy","timestamp":"2026-06-24T21:50:43Z","version":"0.1.0"}"""
            )
            .Produces<HealthResponse>(StatusCodes.Status503ServiceUnavailable);
        routes
            .MapRead("/health/details", ReadDetailsAsync)
            .WithSummary("Say how each component fares")
            .WithAnswer<HealthDetails>(
                """
                {"status":"healthy","timestamp":"2026-06-24T21:50:43Z","version":"0.1.0","uptime_seconds":3600,
                 "components":{"database":"ok","queue":"ok","storage":"ok","model":"ok","embeddings":"ok","payments":"disabled","chain_provider":"disabled"}}
                """
            )
            .Produces<HealthDetails>(StatusCodes.Status503ServiceUnavailable)
            .WithFailures(401, 429);
    }

    private static async Task<JsonHttpResult<HealthResponse>> ReadAsync(
        HealthBoard board,
        TimeProvider time
    )
    {
        var report = await board.ReadAsync();
        return TypedResults.Json(
            new HealthResponse(report.State, Now(time), ServerVersion.Text),
            HealthJson.Default.HealthResponse,
            "application/json",
            Status(report)
        );
    }

    private static async Task<JsonHttpResult<HealthDetails>> ReadDetailsAsync(
        HealthBoard board,
        TimeProvider time
    )
    {
        var report = await board.ReadAsync();
        var components = new Dictionary<string, ComponentState>(
            report.Components,
            StringComparer.Ordinal
        );
        // Neither is built in.
        components["payments"] = ComponentState.Disabled;
        components["chain_provider"] = ComponentState.Disabled;
        return TypedResults.Json(
            new HealthDetails(
                report.State,
                Now(time),
                ServerVersion.Text,
                (long)board.Uptime.TotalSeconds,
                components
            ),
            HealthJson.Default.HealthDetails,
            "application/json",
            Status(report)
        );
    }

    private static int Status(HealthReport report) =>
        report.State == HealthState.Unhealthy
            ? StatusCodes.Status503ServiceUnavailable
            : StatusCodes.Status200OK;

    private static DateTime Now(TimeProvider time)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
    }
}

internal sealed record HealthResponse(HealthState Status, DateTime Timestamp, string Version);

internal sealed record HealthDetails(
    HealthState Status,
    DateTime Timestamp,
    string Version,
    long UptimeSeconds,
    IReadOnlyDictionary<string, ComponentState> Components
);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(WireEnum<HealthState>), typeof(WireEnum<ComponentState>)]
)]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(HealthDetails))]
internal sealed partial class HealthJson : JsonSerializerContext;
