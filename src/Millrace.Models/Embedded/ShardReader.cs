using System.Security.Cryptography;

namespace Millrace.Models.Embedded;

/// <summary>
/// Reads weight files one after another as one run of bytes, in small pieces, and checks each file's hash as it passes
/// its end: one pass, and no copy of the weights beside the one that is kept.
/// </summary>
internal sealed class ShardReader(EmbeddedModelFiles files, IEnumerable<string> shards)
    : IDisposable
{
    private readonly Queue<string> _shards = new(shards);
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _piece = new byte[64 * 1024];
    private FileStream? _file;
    private string _name = "";
    private int _at;
    private int _end;

    /// <summary>Fills <paramref name="target"/> with the next bytes.</summary>
    public void Read(Span<byte> target)
    {
        while (target.Length > 0)
        {
            if (_at == _end)
                Refill();
            var part = Math.Min(target.Length, _end - _at);
            _piece.AsSpan(_at, part).CopyTo(target);
            _at += part;
            target = target[part..];
        }
    }

    /// <summary>Reads what is left, so that the last file is checked too.</summary>
    public void Finish()
    {
        while (_file is not null || _shards.Count > 0)
            Advance();
    }

    private void Refill()
    {
        do
        {
            if (_file is null && _shards.Count == 0)
                throw new EndOfStreamException("The weight files are shorter than their index.");
            Advance();
        } while (_end == 0);
    }

    private void Advance()
    {
        if (_file is null)
        {
            _name = _shards.Dequeue();
            _file = files.Open(UseLiteFiles.Model, _name);
        }
        _at = 0;
        _end = _file.Read(_piece);
        _hash.AppendData(_piece, 0, _end);
        if (_end > 0)
            return;
        _file.Dispose();
        _file = null;
        EmbeddedModelFiles.Verify(
            UseLiteFiles.Model,
            _name,
            _hash.GetHashAndReset(),
            UseLiteFiles.Pinned[_name]
        );
    }

    public void Dispose()
    {
        _file?.Dispose();
        _hash.Dispose();
    }
}
