using System.Runtime.InteropServices;

namespace Millrace.Core.Events;

/// <summary>
/// A place in the installation's log, which is ordered by it: the transaction and the row's number. To clients its text
/// is an opaque cursor. The default stands before the first event.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LogPosition(long Txn, long Id) : IComparable<LogPosition>
{
    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string? text, out LogPosition position)
    {
        position = default;
        var dash = text?.IndexOf('-') ?? -1;
        if (
            dash < 0
            || !ulong.TryParse(text.AsSpan(0, dash), out var txn)
            || !ulong.TryParse(text.AsSpan(dash + 1), out var id)
            || txn > long.MaxValue
            || id > long.MaxValue
        )
        {
            return false;
        }
        position = new LogPosition((long)txn, (long)id);
        return true;
    }

    public int CompareTo(LogPosition other) => (Txn, Id).CompareTo((other.Txn, other.Id));

    public override string ToString() => $"{Txn}-{Id}";

    public static bool operator <(LogPosition left, LogPosition right) => left.CompareTo(right) < 0;

    public static bool operator >(LogPosition left, LogPosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(LogPosition left, LogPosition right) =>
        left.CompareTo(right) <= 0;

    public static bool operator >=(LogPosition left, LogPosition right) =>
        left.CompareTo(right) >= 0;
}
