namespace Millrace.Messaging;

/// <summary>A part of a list, and whether more follows it.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, bool HasMore);

public static class Page
{
    /// <summary>Of one row more than was wanted: the wanted ones, and whether there was that one.</summary>
    public static Page<T> Of<T>(List<T> rows, int limit)
    {
        var hasMore = rows.Count > limit;
        if (hasMore)
            rows.RemoveRange(limit, rows.Count - limit);
        return new Page<T>(rows, hasMore);
    }
}
