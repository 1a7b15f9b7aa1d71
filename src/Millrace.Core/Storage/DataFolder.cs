namespace Millrace.Core.Storage;

/// <summary>The folder that holds everything an installation keeps outside PostgreSQL. Readable by its owner alone.</summary>
public sealed class DataFolder
{
    public DataFolder(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(Path);
        else
            Directory.CreateDirectory(
                Path,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
    }

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A folder below, made when it is missing.</summary>
    public string Folder(string name) => Directory.CreateDirectory(File(name)).FullName;
}
