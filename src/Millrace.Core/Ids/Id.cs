using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Millrace.Core.Ids;

/// <summary>
/// Identifies one row of <typeparamref name="T"/>: 16 bytes, ordered by time of creation (UUID version 7) unless it
/// was made by <see cref="Random"/>. It has no text form of its own: each contract formats it at its edge.
/// </summary>
[SuppressMessage(
    "Design",
    "CA1000",
    Justification = "The type argument is what keeps ids of two kinds apart."
)]
public readonly record struct Id<T>(Guid Value) : IComparable<Id<T>>
{
    /// <summary>A new id that sorts after those made before it.</summary>
    public static Id<T> New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <summary>A bound: none that was made in this millisecond or later lies below it.</summary>
    public static Id<T> FirstOf(DateTimeOffset time) => BoundOf(time, rest: 0x00);

    /// <summary>A bound: none that was made in this millisecond or before lies above it.</summary>
    public static Id<T> LastOf(DateTimeOffset time) => BoundOf(time, rest: 0xFF);

    /// <summary>A new id that says nothing of when it was made, for rows whose id is the secret.</summary>
    public static Id<T> Random() => new(Guid.NewGuid());

    /// <summary>Reads the 32 hex digits that <see cref="ToString"/> writes, with or without <paramref name="prefix"/>'s shape.</summary>
    public static bool TryParse(string? text, string prefix, out Id<T> id)
    {
        id = default;
        if (text is null || !text.StartsWith(prefix, StringComparison.Ordinal))
            return false;
        if (!Guid.TryParseExact(text.AsSpan(prefix.Length), "N", out var value))
            return false;
        id = new Id<T>(value);
        return true;
    }

    // The first 48 bits of an id are the millisecond of its creation.
    private static Id<T> BoundOf(DateTimeOffset time, byte rest)
    {
        Span<byte> bytes = stackalloc byte[16];
        var milliseconds = Math.Max(0, time.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64BigEndian(bytes, milliseconds << 16);
        bytes[6..].Fill(rest);
        return new(new Guid(bytes, bigEndian: true));
    }

    public int CompareTo(Id<T> other) => Value.CompareTo(other.Value);

    /// <summary>32 lower-case hex digits.</summary>
    public override string ToString() => Value.ToString("N");

    public static bool operator <(Id<T> left, Id<T> right) => left.CompareTo(right) < 0;

    public static bool operator >(Id<T> left, Id<T> right) => left.CompareTo(right) > 0;

    public static bool operator <=(Id<T> left, Id<T> right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Id<T> left, Id<T> right) => left.CompareTo(right) >= 0;
}
