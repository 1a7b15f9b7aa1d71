using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Millrace.Api.Shared;
using Millrace.Api.Shared.Access;
using Millrace.Api.Shared.Documents;
using Millrace.Api.TBackend.Access;
using Millrace.Api.TBackend.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Metering;

namespace Millrace.Api.TBackend.Usage;

/// <summary><c>GET /usage</c>: what the caller's own key used. (t-backend §8.4)</summary>
internal static class UsageRoute
{
    // Both are shown to every key, used or not.
    private static readonly string[] Named = ["/chat", "/token-analysis"];

    public static void MapUsage(this IEndpointRouteBuilder routes) =>
        routes
            .MapRead("/usage", ReadAsync)
            .WithAccess(AccessClass.Key, "usage")
            .WithSummary("Show what the key used")
            .WithAnswer<UsageResponse>(
                """
                {"key_id":2,"owner":"acme","name":"Acme frontend","is_active":true,"created_at":null,"expires_at":null,
                 "lifetime_calls":4902,
                 "usage":{"total_calls":3,"total_tokens":1547,
                  "by_endpoint":{"/chat":{"calls":2,"total_tokens":1547},"/token-analysis":{"calls":1,"total_tokens":0}},
                  "today":{"calls":3,"total_tokens":1547},"this_month":{"calls":3,"total_tokens":1547}},
                 "as_of":"2026-06-24T21:50:43.532893Z","note":"counts may lag up to ~30s"}
                """
            )
            .WithFailures(401, 403, 429);

    private static async Task<JsonHttpResult<UsageResponse>> ReadAsync(
        HttpContext http,
        ApiKeys keys,
        UsageReport report,
        UsageOptions options
    )
    {
        var caller = http.Caller();
        var key = await keys.GetAsync(caller, http.RequestAborted);
        var used = await report.OfKeyAsync(caller.Workspace, caller.Key, http.RequestAborted);
        return TypedResults.Json(
            new UsageResponse
            {
                KeyId = key.Number,
                Owner = key.Owner,
                Name = key.Name,
                IsActive = key.RevokedAt is null,
                CreatedAt = key.CreatedAt.UtcDateTime,
                ExpiresAt = key.ExpiresAt?.UtcDateTime,
                LifetimeCalls = used.Lifetime.Calls,
                Usage = new UsageWindow(
                    used.Window.Calls,
                    used.Window.TotalTokens,
                    ByEndpoint(used, options.AllEndpoints),
                    new UsageCount(used.Today.Calls, used.Today.TotalTokens),
                    new UsageCount(used.ThisMonth.Calls, used.ThisMonth.TotalTokens)
                ),
                AsOf = used.AsOf.UtcDateTime,
            },
            UsageJson.Default.UsageResponse,
            "application/json"
        );
    }

    private static Dictionary<string, UsageCount> ByEndpoint(KeyUsage used, bool all) =>
        Named
            .Concat(all ? used.ByEndpoint.Keys.Order(StringComparer.Ordinal) : [])
            .Distinct(StringComparer.Ordinal)
            .ToDictionary(
                path => path,
                path =>
                {
                    var totals = used.ByEndpoint.GetValueOrDefault(path, UsageTotals.None);
                    return new UsageCount(totals.Calls, totals.TotalTokens);
                },
                StringComparer.Ordinal
            );
}

internal sealed record UsageResponse
{
    /// <summary>A number that names the key; not the key.</summary>
    public required long KeyId { get; init; }

    public required string Owner { get; init; }

    public required string Name { get; init; }

    public required bool IsActive { get; init; }

    public required DateTime? CreatedAt { get; init; }

    public required DateTime? ExpiresAt { get; init; }

    public required long LifetimeCalls { get; init; }

    public required UsageWindow Usage { get; init; }

    public required DateTime AsOf { get; init; }

    public string Note { get; init; } = "counts may lag up to ~30s";
}

internal sealed record UsageWindow(
    long TotalCalls,
    long TotalTokens,
    IReadOnlyDictionary<string, UsageCount> ByEndpoint,
    UsageCount Today,
    UsageCount ThisMonth
);

internal sealed record UsageCount(long Calls, long TotalTokens);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UsageResponse))]
internal sealed partial class UsageJson : JsonSerializerContext;
