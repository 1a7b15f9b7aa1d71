using System.Buffers.Binary;

namespace Millrace.Knowledge.Documents;

/// <summary>The list of files at the end of a ZIP archive, by the records that say where it begins.</summary>
internal static class ZipDirectory
{
    private const int EndLength = 22;
    private const int LongestComment = ushort.MaxValue;
    private const int LocatorLength = 20;
    private const int End64Length = 56;

    /// <summary>How many bytes lie between its beginning and its end; 0 when no record tells.</summary>
    public static long LengthOf(Stream content)
    {
        var tail = ReadAt(content, Math.Max(0, content.Length - EndLength - LongestComment), EndLength + LongestComment);
        var end = tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (end < 0 || tail.Length - end < EndLength)
            return 0;
        var endsAt = content.Length - tail.Length + end;
        long beginsAt = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end + 16));
        if (beginsAt == uint.MaxValue)
            beginsAt = BeginningBy64(content, endsAt) ?? endsAt;
        return Math.Max(0, endsAt - beginsAt);
    }

    private static long? BeginningBy64(Stream content, long endsAt)
    {
        var locator = ReadAt(content, endsAt - LocatorLength, LocatorLength);
        if (!locator.AsSpan().StartsWith("PK\u0006\u0007"u8))
            return null;
        var record = ReadAt(content, BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8)), End64Length);
        return record.Length == End64Length ? BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48)) : null;
    }

    private static byte[] ReadAt(Stream content, long position, int most)
    {
        if (position < 0 || position >= content.Length)
            return [];
        content.Position = position;
        var read = new byte[Math.Min(most, content.Length - position)];
        content.ReadExactly(read);
        return read;
    }
}
