using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Millrace.Core.Identity;
using Millrace.Core.Ids;

namespace Millrace.Core.Metering;

/// <summary>What one call used.</summary>
/// <param name="Endpoint">The route as its contract writes it, such as <c>/chat</c>.</param>
/// <param name="Model">The model that answered; empty when none did.</param>
/// <param name="CostMicroUsd">Millionths of a US dollar.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct UsageRecord(
    Id<Workspace> Workspace,
    Id<ApiKey> Key,
    string Endpoint,
    string Model,
    long Calls,
    long PromptTokens,
    long CompletionTokens,
    long CostMicroUsd,
    DateTimeOffset At
);

/// <summary>
/// A record's form in a segment: length and checksum (CRC-32C) of what follows, four bytes each, then the fields,
/// little-endian.
/// </summary>
internal static class UsageRecordForm
{
    private const int Head = 8;
    private const int Fixed = 16 + 16 + 5 * 8 + 2;
    private const int LongestName = byte.MaxValue;

    public const int Longest = Head + Fixed + 2 * LongestName;

    public static int Write(in UsageRecord record, Span<byte> to)
    {
        var body = to[Head..];
        record.Workspace.Value.TryWriteBytes(body, bigEndian: true, out _);
        record.Key.Value.TryWriteBytes(body[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(body[32..], record.At.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64LittleEndian(body[40..], record.Calls);
        BinaryPrimitives.WriteInt64LittleEndian(body[48..], record.PromptTokens);
        BinaryPrimitives.WriteInt64LittleEndian(body[56..], record.CompletionTokens);
        BinaryPrimitives.WriteInt64LittleEndian(body[64..], record.CostMicroUsd);
        var length = 72;
        length += WriteName(record.Endpoint, body[length..]);
        length += WriteName(record.Model, body[length..]);
        BinaryPrimitives.WriteInt32LittleEndian(to, length);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], Checksum(body[..length]));
        return Head + length;
    }

    /// <summary>All records up to the end or the first that is torn, as the last is when the machine stopped.</summary>
    public static List<UsageRecord> ReadAll(ReadOnlySpan<byte> segment)
    {
        var records = new List<UsageRecord>();
        while (segment.Length >= Head)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(segment);
            if (length < Fixed || length > segment.Length - Head)
                break;
            var body = segment.Slice(Head, length);
            if (BinaryPrimitives.ReadUInt32LittleEndian(segment[4..]) != Checksum(body))
                break;
            records.Add(Read(body));
            segment = segment[(Head + length)..];
        }
        return records;
    }

    private static UsageRecord Read(ReadOnlySpan<byte> body)
    {
        var endpoint = body.Slice(73, body[72]);
        var model = body.Slice(74 + endpoint.Length, body[73 + endpoint.Length]);
        return new UsageRecord(
            new(new Guid(body[..16], bigEndian: true)),
            new(new Guid(body[16..32], bigEndian: true)),
            Encoding.UTF8.GetString(endpoint),
            Encoding.UTF8.GetString(model),
            BinaryPrimitives.ReadInt64LittleEndian(body[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(body[48..]),
            BinaryPrimitives.ReadInt64LittleEndian(body[56..]),
            BinaryPrimitives.ReadInt64LittleEndian(body[64..]),
            DateTimeOffset.FromUnixTimeMilliseconds(
                BinaryPrimitives.ReadInt64LittleEndian(body[32..])
            )
        );
    }

    // A name that is too long is cut at a whole character.
    private static int WriteName(string name, Span<byte> to)
    {
        Utf8.FromUtf16(name, to.Slice(1, LongestName), out _, out var used);
        to[0] = (byte)used;
        return 1 + used;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var checksum = uint.MaxValue;
        while (bytes.Length >= 8)
        {
            checksum = BitOperations.Crc32C(
                checksum,
                BinaryPrimitives.ReadUInt64LittleEndian(bytes)
            );
            bytes = bytes[8..];
        }
        foreach (var one in bytes)
            checksum = BitOperations.Crc32C(checksum, one);
        return ~checksum;
    }
}
