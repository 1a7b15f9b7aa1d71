using System.Numerics;
using Microsoft.Extensions.Caching.Memory;
using Millrace.Core.Ids;

namespace Millrace.Agents.Sessions;

/// <summary>The vectors of one session's older turns, in memory. Used by one turn at a time, as sessions are.</summary>
internal sealed class SessionVectors(string model)
{
    private readonly SortedList<long, sbyte[]> _byNumber = [];

    public string Model { get; } = model;

    /// <summary>The highest number that has a vector; 0 when none has.</summary>
    public long Last => _byNumber.Count == 0 ? 0 : _byNumber.GetKeyAtIndex(_byNumber.Count - 1);

    public long Bytes =>
        _byNumber.Count == 0 ? 64 : _byNumber.Count * (_byNumber.GetValueAtIndex(0).Length + 64L);

    public void Add(long number, sbyte[] vector) => _byNumber[number] = vector;

    /// <summary>Numbers from 1 to <paramref name="through"/> that have no vector, the latest first.</summary>
    public List<long> Missing(long through, int most)
    {
        var missing = new List<long>();
        // Nearly always only the last few are missing, and this ends after looking at those.
        var present = _byNumber.Count;
        for (var number = through; number > 0 && missing.Count < most; number--)
        {
            if (!_byNumber.ContainsKey(number))
                missing.Add(number);
            else if (present-- == number)
                break;
        }
        return missing;
    }

    /// <summary>The turns up to <paramref name="through"/> that are most like the query, and enough like it, the likest first.</summary>
    public List<long> Nearest(sbyte[] query, long through, int most, double threshold)
    {
        var best = new PriorityQueue<long, float>();
        foreach (var (number, vector) in _byNumber)
        {
            if (number > through)
                break;
            var likeness = Likeness(query, vector);
            if (likeness < threshold)
                continue;
            best.Enqueue(number, likeness);
            if (best.Count > most)
                best.Dequeue();
        }
        return
        [
            .. best
                .UnorderedItems.OrderByDescending(item => item.Priority)
                .Select(item => item.Element),
        ];
    }

    private static float Likeness(sbyte[] one, sbyte[] other)
    {
        if (one.Length != other.Length)
            return -1;
        var sum = 0;
        var i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            var total = Vector<int>.Zero;
            var width = Vector<sbyte>.Count;
            for (; i <= one.Length - width; i += width)
            {
                Vector.Widen(new Vector<sbyte>(one, i), out var oneLow, out var oneHigh);
                Vector.Widen(new Vector<sbyte>(other, i), out var otherLow, out var otherHigh);
                Vector.Widen(oneLow * otherLow, out var a, out var b);
                Vector.Widen(oneHigh * otherHigh, out var c, out var d);
                total += a + b + c + d;
            }
            sum = Vector.Sum(total);
        }
        for (; i < one.Length; i++)
            sum += one[i] * other[i];
        return sum / (127f * 127f);
    }
}

/// <summary>Keeps the vectors of sessions lately used, up to 64 MiB, so that a turn need not read them all again.</summary>
internal sealed class RecallCache : IDisposable
{
    private readonly MemoryCache _cache = new(
        new MemoryCacheOptions { SizeLimit = 64 * 1024 * 1024 }
    );

    public SessionVectors Get(Id<Session> session, string model) =>
        _cache.Get<SessionVectors>(session) is { } known && known.Model == model
            ? known
            : new SessionVectors(model);

    public void Keep(Id<Session> session, SessionVectors vectors) =>
        _cache.Set(
            session,
            vectors,
            new MemoryCacheEntryOptions
            {
                Size = vectors.Bytes,
                SlidingExpiration = TimeSpan.FromMinutes(15),
            }
        );

    public void Dispose() => _cache.Dispose();
}
