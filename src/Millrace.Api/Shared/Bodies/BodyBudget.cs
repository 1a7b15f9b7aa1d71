using Millrace.Core.Failures;
using Millrace.Core.Settings;

namespace Millrace.Api.Shared.Bodies;

/// <summary>Memory for the bodies of requests.</summary>
public sealed class BodyOptions : ISection
{
    public static string Name => "Bodies";

    /// <summary>What all bodies that are being read or worked on may hold together, in MiB; beyond it requests get 429.</summary>
    public int MemoryMegabytes { get; set; } = 256;

    public IEnumerable<string> Validate()
    {
        if (MemoryMegabytes is < 40 or > 1_000_000)
            yield return "Millrace:Bodies:MemoryMegabytes must be between 40 (one largest chat body) and 1000000.";
    }
}

/// <summary>The memory that all requests' bodies share, so that many large ones at once cannot take the process down.</summary>
internal sealed class BodyBudget(BodyOptions options)
{
    private readonly long _limit = options.MemoryMegabytes * 1024L * 1024;
    private long _held;

    public Lease Begin() => new(this);

    private void Reserve(long bytes)
    {
        if (Interlocked.Add(ref _held, bytes) <= _limit)
            return;
        Interlocked.Add(ref _held, -bytes);
        throw new Limited(
            "bodies_too_large_together",
            "Too many large requests at once. Try again in a moment.",
            TimeSpan.FromSeconds(1)
        );
    }

    /// <summary>One body's part of the budget.</summary>
    internal sealed class Lease(BodyBudget budget) : IDisposable
    {
        private long _held;

        /// <exception cref="Limited">The budget is spent.</exception>
        public void GrowTo(long bytes)
        {
            budget.Reserve(bytes - _held);
            _held = bytes;
        }

        public void Dispose()
        {
            Interlocked.Add(ref budget._held, -_held);
            _held = 0;
        }
    }
}
