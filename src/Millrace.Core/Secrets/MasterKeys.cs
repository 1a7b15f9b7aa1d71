using System.Security.Cryptography;
using Millrace.Core.Settings;
using Millrace.Core.Storage;

namespace Millrace.Core.Secrets;

/// <summary>
/// The keys that open all data keys: the current one, and the previous one while it may still be needed. From
/// <c>MILLRACE_MASTER_KEY</c> and <c>MILLRACE_MASTER_KEY_PREVIOUS</c> (base64 of 32 bytes), else from files in the data
/// folder that only the owner can read; the first is made at the first start.
/// </summary>
public sealed class MasterKeys
{
    public const string Variable = "MILLRACE_MASTER_KEY";
    public const string PreviousVariable = "MILLRACE_MASTER_KEY_PREVIOUS";

    private readonly string _file;
    private readonly string _previousFile;
    private readonly bool _fromEnvironment;
    private volatile Ring _ring;

    public MasterKeys(DataFolder folder, string? environment, string? previousEnvironment)
    {
        _file = folder.File("master.key");
        _previousFile = folder.File("master.key.previous");
        _fromEnvironment = environment is { Length: > 0 };
        _ring = _fromEnvironment
            ? new Ring(
                Parse(environment!, Variable),
                previousEnvironment is { Length: > 0 } previous
                    ? Parse(previous, PreviousVariable)
                    : null
            )
            : ReadFiles();
    }

    internal MasterKey Current => _ring.Current;

    /// <summary>The key of a fingerprint; the files are read again when it is unknown, since another process may have rotated.</summary>
    internal MasterKey Find(string fingerprint)
    {
        if (_ring.Find(fingerprint) is { } known)
            return known;
        Reload();
        return _ring.Find(fingerprint)
            ?? throw new SettingsException(
                $"The stored secrets need another master key ({fingerprint}): restore {_file}, or set {Variable} or {PreviousVariable} to it."
            );
    }

    internal void Reload()
    {
        if (!_fromEnvironment)
            _ring = ReadFiles();
    }

    /// <summary>Makes a new key the current one. What the previous one of all closed must have been closed anew before.</summary>
    internal void Rotate()
    {
        if (_fromEnvironment)
            throw new SettingsException(
                $"The master key comes from the environment: set {PreviousVariable} to the present key and {Variable} to a new one, and start again."
            );
        // Cut between the two steps, the next read makes the new key.
        File.Move(_file, _previousFile, overwrite: true);
        _ring = ReadFiles();
    }

    private Ring ReadFiles()
    {
        if (!File.Exists(_file))
            Create();
        return new Ring(Read(_file), File.Exists(_previousFile) ? Read(_previousFile) : null);
    }

    private void Create()
    {
        var draft = $"{_file}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(draft, options))
        {
            var text = Convert.ToBase64String(RandomNumberGenerator.GetBytes(Seal.KeyBytes));
            stream.Write(System.Text.Encoding.ASCII.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }
        try
        {
            File.Move(draft, _file, overwrite: false);
        }
        catch (IOException) when (File.Exists(_file))
        {
            // Another process was first; its key holds.
            File.Delete(draft);
        }
    }

    private static MasterKey Read(string file)
    {
        const UnixFileMode Others =
            UnixFileMode.GroupRead
            | UnixFileMode.GroupWrite
            | UnixFileMode.OtherRead
            | UnixFileMode.OtherWrite;
        if (
            !OperatingSystem.IsWindows()
            && (File.GetUnixFileMode(file) & Others) != UnixFileMode.None
        )
            throw new SettingsException(
                $"{file} can be read or written by others than its owner: chmod 600 it."
            );
        return Parse(File.ReadAllText(file).Trim(), file);
    }

    private static MasterKey Parse(string text, string source)
    {
        var bytes = new byte[Seal.KeyBytes + 1];
        return Convert.TryFromBase64String(text, bytes, out var length) && length == Seal.KeyBytes
            ? new MasterKey(bytes[..length])
            : throw new SettingsException(
                $"{source}: not base64 of {Seal.KeyBytes} bytes. `openssl rand -base64 32` makes one."
            );
    }

    private sealed record Ring(MasterKey Current, MasterKey? Previous)
    {
        public MasterKey? Find(string fingerprint) =>
            Current.Fingerprint == fingerprint ? Current
            : Previous?.Fingerprint == fingerprint ? Previous
            : null;
    }
}

/// <summary>32 bytes and the name that they are known by, which says nothing of them.</summary>
internal sealed class MasterKey(byte[] bytes)
{
    public ReadOnlySpan<byte> Bytes => bytes;

    public string Fingerprint { get; } = Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];
}
