using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Core.Metering;

/// <summary>Sums of usage.</summary>
/// <param name="CostMicroUsd">Millionths of a US dollar.</param>
public sealed record UsageTotals(
    long Calls,
    long PromptTokens,
    long CompletionTokens,
    long CostMicroUsd
)
{
    public static UsageTotals None { get; } = new(0, 0, 0, 0);

    public long TotalTokens => PromptTokens + CompletionTokens;

    public static UsageTotals operator +(UsageTotals left, UsageTotals right) =>
        new(
            left.Calls + right.Calls,
            left.PromptTokens + right.PromptTokens,
            left.CompletionTokens + right.CompletionTokens,
            left.CostMicroUsd + right.CostMicroUsd
        );
}

/// <summary>What one key used, as far as it is folded: some seconds old.</summary>
/// <param name="Lifetime">Everything ever.</param>
/// <param name="Window">The last 400 days, today included; <paramref name="ByEndpoint"/> covers the same.</param>
/// <param name="Today">The present UTC day.</param>
/// <param name="ThisMonth">The present UTC month.</param>
public sealed record KeyUsage(
    UsageTotals Lifetime,
    UsageTotals Window,
    IReadOnlyDictionary<string, UsageTotals> ByEndpoint,
    UsageTotals Today,
    UsageTotals ThisMonth,
    DateTimeOffset AsOf
);

/// <summary>Reads what was used. t-backend §8.4</summary>
public sealed class UsageReport(Store store, TimeProvider time)
{
    private const int WindowDays = 400;

    public Task<KeyUsage> OfKeyAsync(
        Id<Workspace> workspace,
        Id<ApiKey> key,
        CancellationToken cancellation = default
    ) =>
        store.ReadAsync(
            workspace,
            async db =>
            {
                var now = time.GetUtcNow();
                var firstOfMonth = now.AddDays(1 - now.UtcDateTime.Day);
                var lifetime = await SinceAsync(db, key, "");
                var window = await SinceAsync(db, key, Day(now.AddDays(1 - WindowDays)));
                var month = await SinceAsync(db, key, Day(firstOfMonth));
                var today = await SinceAsync(db, key, Day(now));
                return new KeyUsage(
                    Sum(lifetime),
                    Sum(window),
                    window,
                    Sum(today),
                    Sum(month),
                    now
                );
            },
            cancellation
        );

    internal static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd");

    private static async ValueTask<Dictionary<string, UsageTotals>> SinceAsync(
        Db db,
        Id<ApiKey> key,
        string firstDay
    )
    {
        var rows = await db.QueryAsync(
            """
            SELECT endpoint, CAST(SUM(calls) AS BIGINT), CAST(SUM(prompt_tokens) AS BIGINT),
                CAST(SUM(completion_tokens) AS BIGINT), CAST(SUM(cost_micro_usd) AS BIGINT)
            FROM usage_days WHERE workspace_id = $1 AND key_id = $2 AND day >= $3 GROUP BY endpoint
            """,
            row =>
                (
                    Endpoint: row.Text(0),
                    Totals: new UsageTotals(row.Int64(1), row.Int64(2), row.Int64(3), row.Int64(4))
                ),
            db.Workspace.Value,
            key.Value,
            firstDay
        );
        return rows.ToDictionary(row => row.Endpoint, row => row.Totals, StringComparer.Ordinal);
    }

    private static UsageTotals Sum(Dictionary<string, UsageTotals> totals) =>
        totals.Values.Aggregate(UsageTotals.None, (sum, next) => sum + next);
}
