namespace Millrace.Bench.Measuring;

/// <summary>
/// A folder for one bench's data, gone at its end. It lies below the working folder, since where temporary files lie
/// may be memory, where a flush costs nothing.
/// </summary>
internal sealed class Scratch : IDisposable
{
    public string Path { get; } =
        Directory
            .CreateDirectory(
                System.IO.Path.Combine(
                    Environment.CurrentDirectory,
                    "out",
                    "bench",
                    $"{DateTime.Now:HHmmss}-{Environment.ProcessId}-{Guid.NewGuid():N}"[..20]
                )
            )
            .FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
