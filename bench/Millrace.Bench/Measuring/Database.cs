using Millrace.Testing;

namespace Millrace.Bench.Measuring;

/// <summary>Which database a bench runs on: <c>--database postgres</c> starts one as it is installed.</summary>
internal static class Database
{
    public static async Task<(string Name, string Value)[]> SettingsAsync(BenchOptions options) =>
        options.Text("--database") switch
        {
            null or "sqlite" => [],
            "postgres" =>
            [
                ("Storage:Postgres", await PostgresCluster.CreateDatabaseAsync(asInstalled: true)),
            ],
            var other => throw new ArgumentException(
                $"--database {other}: sqlite or postgres.",
                nameof(options)
            ),
        };
}
