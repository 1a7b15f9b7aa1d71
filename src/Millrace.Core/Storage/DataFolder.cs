using Millrace.Core.Settings;

namespace Millrace.Core.Storage;

/// <summary>The folder that holds everything an installation keeps outside PostgreSQL. Readable by its owner alone.</summary>
public sealed class DataFolder
{
    public DataFolder(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        try
        {
            Create();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException(
                $"Millrace:Data:Folder: {Path} cannot be a folder of this user's. Name another one with --data."
            );
        }
    }

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A folder below, made when it is missing.</summary>
    public string Folder(string name) => Directory.CreateDirectory(File(name)).FullName;

    private void Create()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(Path);
        else
            Directory.CreateDirectory(
                Path,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
    }
}
