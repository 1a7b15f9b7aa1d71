using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Millrace.Core.Ids;
using Millrace.Messaging;

namespace Millrace.Api.Fluxra.Lists;

/// <summary>Of which list a cursor is: whose, which, and what it is filtered by.</summary>
/// <param name="Agent">The caller; empty for a public list.</param>
/// <param name="Filters">The same text for the same filters.</param>
internal sealed record CursorScope(string Agent, string List, string Filters = "");

/// <summary>The place of the last item that was shown, in the list's own order.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CursorPosition(long Number, Guid Id)
{
    public Id<T> As<T>() => new(Id);
}

/// <summary>
/// Writes a position so that nobody can make one up, or read how much happens at the installation: with a keyed digest
/// of it and of the list that it belongs to, and covered by what is made of that digest. The same place of a list is the
/// same cursor. (fluxra §5)
/// </summary>
internal sealed class Cursors(MessagingHome home)
{
    private const int PositionBytes = sizeof(long) + 16;
    private const int ProofBytes = 12;
    private const int TextLength = 48;
    private const int LongestOnStack = 256;

    public string Write(CursorScope scope, CursorPosition position)
    {
        Span<byte> bytes = stackalloc byte[PositionBytes + ProofBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, position.Number);
        position.Id.TryWriteBytes(bytes[sizeof(long)..], bigEndian: true, out _);
        Prove(scope, bytes);
        Cover(bytes);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>False for a cursor that is damaged or of another list.</summary>
    public bool TryRead(CursorScope scope, string text, out CursorPosition? position)
    {
        position = null;
        Span<byte> bytes = stackalloc byte[PositionBytes + ProofBytes];
        if (
            text.Length != TextLength
            || !Base64Url.IsValid(text)
            || Base64Url.DecodeFromChars(text, bytes) != bytes.Length
        )
            return false;
        Cover(bytes);
        Span<byte> expected = stackalloc byte[PositionBytes + ProofBytes];
        bytes.CopyTo(expected);
        Prove(scope, expected);
        if (!CryptographicOperations.FixedTimeEquals(bytes, expected))
            return false;
        position = new CursorPosition(
            BinaryPrimitives.ReadInt64BigEndian(bytes),
            new Guid(bytes.Slice(sizeof(long), 16), bigEndian: true)
        );
        return true;
    }

    /// <summary>Puts the proof behind the position.</summary>
    private void Prove(CursorScope scope, Span<byte> bytes)
    {
        var name = $"{scope.Agent}\n{scope.List}\n{scope.Filters}\n";
        var most = Encoding.UTF8.GetMaxByteCount(name.Length) + PositionBytes;
        Span<byte> proven =
            most <= LongestOnStack ? stackalloc byte[LongestOnStack] : new byte[most];
        var length = Encoding.UTF8.GetBytes(name, proven);
        bytes[..PositionBytes].CopyTo(proven[length..]);
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(home.KeyFor("cursors"), proven[..(length + PositionBytes)], digest);
        digest[..ProofBytes].CopyTo(bytes[PositionBytes..]);
    }

    /// <summary>Covers the position, or uncovers it again.</summary>
    private void Cover(Span<byte> bytes)
    {
        Span<byte> cover = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(home.KeyFor("cursors' covers"), bytes[PositionBytes..], cover);
        for (var i = 0; i < PositionBytes; i++)
            bytes[i] ^= cover[i];
    }
}
