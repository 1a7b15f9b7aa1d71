using System.Diagnostics;
using System.Globalization;

namespace Millrace.Bench.Measuring;

/// <summary>Load over HTTP by Debian's <c>wrk</c>, a process of its own.</summary>
internal static class Wrk
{
    private static readonly string Scripts = Path.Combine(AppContext.BaseDirectory, "load");

    public static async Task<Lap> RunAsync(
        string script,
        string url,
        int connections,
        TimeSpan length,
        params string[] arguments
    )
    {
        var threads = Math.Min(connections, 2);
        var start = new ProcessStartInfo("wrk")
        {
            WorkingDirectory = Scripts,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            ArgumentList =
            {
                $"-c{connections}",
                $"-t{threads}",
                $"-d{length.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)}s",
                "--timeout=30s",
                "-s",
                script,
                url,
                "--",
            },
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var wrk = Process.Start(start)!;
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        var line = output
            .Split('\n')
            .LastOrDefault(line => line.StartsWith("LAP ", StringComparison.Ordinal));
        return line is null
            ? throw new InvalidOperationException($"wrk did not measure {url}: {output}")
            : Read(line);
    }

    private static Lap Read(string line)
    {
        var figures = line.Split(' ')
            .Skip(1)
            .Select(part => double.Parse(part, CultureInfo.InvariantCulture))
            .ToArray();
        return new Lap(
            figures[0] / (figures[1] / 1e6),
            figures[2] / 1_000,
            figures[3] / 1_000,
            (long)figures[4]
        );
    }
}
