using System.Buffers;
using Millrace.Core.Failures;

namespace Millrace.Core.Limits;

/// <summary>
/// The memory that all request bodies take together. It is counted while they are read, not from what they announce,
/// so that neither a lie nor many honest bodies at once can take more.
/// </summary>
public sealed class BodyBudget(LimitsOptions options)
{
    private const int FirstBytes = 16 * 1024;
    private const int LargestPooled = 1 << 20;

    private long _taken;

    /// <summary>Bytes held now.</summary>
    internal long Taken => Volatile.Read(ref _taken);

    /// <summary>Reads a body to its end. Its memory is given back when the result is disposed of.</summary>
    /// <param name="announced">The request's Content-Length: a hint only.</param>
    /// <exception cref="TooLarge">The body is larger than <paramref name="maxBytes"/>.</exception>
    /// <exception cref="Limited">All bodies together would be larger than the budget.</exception>
    public async Task<RequestBody> ReadAsync(
        Stream body,
        long? announced,
        int maxBytes,
        CancellationToken cancellation
    )
    {
        // One byte beyond the end shows that it is the end.
        var most = (int)Math.Min(announced ?? maxBytes, maxBytes) + 1;
        var read = new RequestBody(this);
        try
        {
            read.Grow(Math.Min(most, FirstBytes));
            while (await body.ReadAsync(read.Free, cancellation) is > 0 and var count)
            {
                read.Length += count;
                if (read.Length > maxBytes)
                    throw new TooLarge(
                        "body_too_large",
                        $"The request's body is larger than {maxBytes} bytes."
                    );
                if (read.Free.IsEmpty)
                    read.Grow(Next(read.Length, most, announced is not null));
            }
            return read;
        }
        catch
        {
            read.Dispose();
            throw;
        }
    }

    /// <summary>Who has sent a mebibyte of what was announced is believed the rest, which spares the copies of each doubling.</summary>
    private static int Next(int length, int most, bool isAnnounced)
    {
        if (length >= most)
            return length * 2;
        return isAnnounced && length >= LargestPooled ? most : Math.Min(length * 2, most);
    }

    internal byte[] Take(int atLeast)
    {
        // The pool's large arrays are powers of two: a body of 36 MiB would hold 64.
        var array =
            atLeast <= LargestPooled
                ? ArrayPool<byte>.Shared.Rent(atLeast)
                : GC.AllocateUninitializedArray<byte>(atLeast);
        if (TryCount(array.Length))
            return array;
        Return(array);
        throw Full();
    }

    internal void GiveBack(byte[] array)
    {
        Interlocked.Add(ref _taken, -array.Length);
        Return(array);
    }

    internal void Count(long bytes)
    {
        if (!TryCount(bytes))
            throw Full();
    }

    internal void Discount(long bytes) => Interlocked.Add(ref _taken, -bytes);

    private bool TryCount(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= options.BodyBudgetBytes)
            return true;
        Discount(bytes);
        return false;
    }

    private static void Return(byte[] array)
    {
        if (array.Length <= LargestPooled)
            ArrayPool<byte>.Shared.Return(array);
    }

    private static Limited Full() =>
        new(
            "too_many_bodies",
            "Too many large requests are being read at once. Send it again in a moment.",
            TimeSpan.FromSeconds(1)
        );
}

/// <summary>A whole request body in memory of the budget's; not to be used after it is disposed of.</summary>
public sealed class RequestBody : IDisposable
{
    private readonly BodyBudget _budget;
    private byte[] _array = [];
    private long _parsed;

    internal RequestBody(BodyBudget budget) => _budget = budget;

    public ReadOnlyMemory<byte> Bytes => _array.AsMemory(0, Length);

    /// <summary>Counts what is made of the body beside it, such as texts and pictures, for as long as it is held.</summary>
    /// <exception cref="Limited">All bodies together would be larger than the budget.</exception>
    public void CountParsed(long bytes)
    {
        _budget.Count(bytes);
        _parsed += bytes;
    }

    internal int Length { get; set; }

    internal Memory<byte> Free => _array.AsMemory(Length);

    internal void Grow(int atLeast)
    {
        var larger = _budget.Take(atLeast);
        Bytes.CopyTo(larger);
        Dispose();
        _array = larger;
    }

    public void Dispose()
    {
        _budget.Discount(_parsed);
        _parsed = 0;
        if (_array.Length > 0)
            _budget.GiveBack(_array);
        _array = [];
    }
}
