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

    /// <summary>The least of the ids that can be made in a millisecond: a bound, and the id of nothing.</summary>
    public static Id<T> FirstOf(DateTimeOffset time)
    {
        // The first 48 bits of an id are the millisecond.
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt64BigEndian(
            bytes,
            Math.Max(0, time.ToUnixTimeMilliseconds()) << 16
        );
        return new(new Guid(bytes, bigEndian: true));
    }

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

    public int CompareTo(Id<T> other) => Value.CompareTo(other.Value);

    /// <summary>32 lower-case hex digits.</summary>
    public override string ToString() => Value.ToString("N");

    public static bool operator <(Id<T> left, Id<T> right) => left.CompareTo(right) < 0;

    public static bool operator >(Id<T> left, Id<T> right) => left.CompareTo(right) > 0;

    public static bool operator <=(Id<T> left, Id<T> right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Id<T> left, Id<T> right) => left.CompareTo(right) >= 0;
}
