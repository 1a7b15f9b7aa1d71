using System.IO.MemoryMappedFiles;

namespace Millrace.Core.Storage;

/// <summary>
/// A number that all processes on one data folder see at once: whoever changes what others may have cached renews it.
/// Looking at it is a read of memory.
/// </summary>
internal sealed class SharedStamp : IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;

    public SharedStamp(string path)
    {
        var file = new FileStream(
            path,
            FileMode.OpenOrCreate,
            FileAccess.ReadWrite,
            FileShare.ReadWrite
        );
        _map = MemoryMappedFile.CreateFromFile(
            file,
            mapName: null,
            sizeof(long),
            MemoryMappedFileAccess.ReadWrite,
            HandleInheritability.None,
            leaveOpen: false
        );
        _view = _map.CreateViewAccessor(0, sizeof(long));
    }

    public long Value => _view.ReadInt64(0);

    public void Renew() => _view.Write(0, Random.Shared.NextInt64());

    public void Dispose()
    {
        _view.Dispose();
        _map.Dispose();
    }
}
