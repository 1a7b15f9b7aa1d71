using System.Runtime.CompilerServices;

namespace Millrace.Api.Shared.Streams;

/// <summary>A source's items as they come, and word of its silences.</summary>
internal static class Pace
{
    /// <summary>How long a stream may be silent before a sign of life goes out. (t-backend §9.5)</summary>
    public static TimeSpan KeepAlive { get; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Gives each item of <paramref name="source"/>, and null for each <see cref="KeepAlive"/> that passes without one.
    /// </summary>
    public static async IAsyncEnumerable<T?> WithSilences<T>(
        this IAsyncEnumerable<T> source,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellation
    )
        where T : class
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var items = source.GetAsyncEnumerator(leaving.Token);
        Task<bool>? next = null;
        try
        {
            while (true)
            {
                next ??= items.MoveNextAsync().AsTask();
                if (!await CameAsync(next, time))
                {
                    yield return null;
                    continue;
                }
                if (!await next)
                    yield break;
                next = null;
                yield return items.Current;
            }
        }
        finally
        {
            await leaving.CancelAsync();
            // An iterator may not be disposed of while it runs.
            if (next is not null)
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await items.DisposeAsync();
        }
    }

    private static async ValueTask<bool> CameAsync(Task next, TimeProvider time)
    {
        if (next.IsCompleted)
            return true;
        using var enough = new CancellationTokenSource();
        var silence = Task.Delay(KeepAlive, time, enough.Token);
        var first = await Task.WhenAny(next, silence);
        await enough.CancelAsync();
        return first == next;
    }
}
