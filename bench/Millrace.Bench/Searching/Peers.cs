using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Millrace.Bench.Measuring;

namespace Millrace.Bench.Searching;

/// <summary>Other people's vector indexes, in a process of node that reads the same vectors from files.</summary>
internal sealed class Peers(BenchOptions options, Scratch scratch, int dimensions)
{
    private static readonly JsonSerializerOptions _camel = new(JsonSerializerDefaults.Web);

    public void Write(float[][] units, float[][] codes, int count)
    {
        WriteFile("vectors.f32", units[..count], static unit => MemoryMarshal.AsBytes<float>(unit));
        WriteFile("queries.f32", units[count..], static unit => MemoryMarshal.AsBytes<float>(unit));
        WriteFile("vectors.i8", codes[..count], Bytes);
        WriteFile("queries.i8", codes[count..], Bytes);
    }

    public async Task<TimeSpan> BuildAsync() =>
        TimeSpan.FromMilliseconds((await RunAsync("build")).Single().Ms);

    public async Task<Point[]> SearchAsync(IEnumerable<int> widths, Truth truth) =>
        [
            .. (await RunAsync("search", string.Join(',', widths))).Select(answer => new Point(
                answer.Width,
                truth.Recall(answer.Found.Chunk(Truth.Most)),
                1000 / answer.Ms
            )),
        ];

    /// <summary>Milliseconds that <c>sqlite-vec</c> takes for a query.</summary>
    public async Task<double> CompareAsync(Truth truth)
    {
        var answer = (await RunAsync("compare")).Single();
        // Fewer queries than the truth holds: the share of those that were asked.
        var asked = answer.Found.Length / Truth.Most;
        var recall = truth.Recall(answer.Found.Chunk(Truth.Most)) * truth.Queries.Length / asked;
        return recall > 0.99
            ? answer.Ms
            : throw new InvalidOperationException($"sqlite-vec finds only {recall:0.000}.");
    }

    private async Task<Answer[]> RunAsync(params string[] action)
    {
        var folder =
            options.Text("--peers")
            ?? throw new InvalidOperationException("Name the folder of the peers with --peers.");
        using var node =
            Process.Start(
                new ProcessStartInfo(
                    "node",
                    [Path.Combine(folder, "vectors.mjs"), scratch.Path, $"{dimensions}", .. action]
                )
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                }
            ) ?? throw new InvalidOperationException("node does not start.");
        var text = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        return node.ExitCode == 0
            ? JsonSerializer.Deserialize<Answer[]>(text, _camel)!
            : throw new InvalidOperationException($"vectors.mjs ended with {node.ExitCode}.");
    }

    private void WriteFile(string name, float[][] vectors, Bytewise bytes)
    {
        using var file = File.Create(scratch.File(name));
        foreach (var vector in vectors)
            file.Write(bytes(vector));
    }

    private static ReadOnlySpan<byte> Bytes(float[] codes) =>
        MemoryMarshal.AsBytes<sbyte>(Array.ConvertAll(codes, code => (sbyte)code));

    private delegate ReadOnlySpan<byte> Bytewise(float[] vector);

    private sealed record Answer(double Ms, int Width, int[] Found);
}
