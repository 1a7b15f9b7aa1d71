namespace Millrace.BlackBox.Processes;

/// <summary>The built <c>millrace</c>.</summary>
public static class Executable
{
    private const string Name = "millrace";

    public static string Built { get; } = Path.Combine(AppContext.BaseDirectory, Name);

    public static Task<Finished> RunAsync(Settings settings, params string[] arguments) =>
        RunningProgram.RunAsync(Built, arguments, settings);

    /// <summary>Copies the executable and its libraries, but none of the files that come of npm packages.</summary>
    public static string CopyWithoutAssets(string folder)
    {
        var target = Directory.CreateDirectory(Path.Combine(folder, "bare")).FullName;
        var libraries = Directory
            .EnumerateFiles(AppContext.BaseDirectory)
            .Concat(
                Directory.EnumerateFiles(
                    Path.Combine(AppContext.BaseDirectory, "runtimes"),
                    "*",
                    SearchOption.AllDirectories
                )
            );
        foreach (var file in libraries)
        {
            var copy = Path.Combine(target, Path.GetRelativePath(AppContext.BaseDirectory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        return Path.Combine(target, Name);
    }
}
