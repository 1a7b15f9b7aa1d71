using System.Net.Sockets;
using Millrace.Core.Failures;

namespace Millrace.Core.Outbound;

/// <summary>What can go wrong on the wire, as failures that say so without naming an inner address.</summary>
internal static class Exchange
{
    /// <summary>Null when the exception is none of the wire's: the caller's own cancellation, or a fault of ours.</summary>
    public static Failure? Translate(
        Exception exception,
        CancellationToken deadline,
        CancellationToken caller
    )
    {
        if (caller.IsCancellationRequested)
            return null;
        if (deadline.IsCancellationRequested)
            return new TimedOut(
                "fetch_timed_out",
                "The address did not answer in time.",
                exception
            );
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is Failure failure)
                return failure;
        }
        return exception switch
        {
            // The connect limit of the handler, which is no token of ours.
            OperationCanceledException => new TimedOut(
                "fetch_timed_out",
                "The address could not be connected to in time.",
                exception
            ),
            HttpRequestException or IOException or SocketException or InvalidDataException =>
                new Unavailable(
                    "fetch_failed",
                    "The address could not be reached, or its answer was broken off or malformed.",
                    cause: exception
                ),
            _ => null,
        };
    }
}
