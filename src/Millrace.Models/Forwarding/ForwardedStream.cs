using System.Buffers;
using System.IO.Pipelines;
using Millrace.Models.Routing;

namespace Millrace.Models.Forwarding;

/// <summary>A stream of events on its way through, with its usage read as it passes.</summary>
internal sealed class ForwardedStream(
    ForwardRequest request,
    CallRecord record,
    Candidate candidate,
    HttpResponseMessage response,
    Stream events,
    Deadline deadline,
    long maxBytes
) : IDisposable
{
    private const int PieceBytes = 4 * 1024;

    private readonly EventScanner _scanner = new();
    private long _copied;

    /// <summary>Null until <see cref="CopyToAsync"/> has ended.</summary>
    public ModelCall? Call { get; private set; }

    public async Task CopyToAsync(
        ReadOnlyMemory<byte> first,
        PipeWriter writer,
        CancellationToken cancellationToken
    )
    {
        var outcome = CallOutcome.Cut;
        try
        {
            writer.Write(first.Span);
            Passed(first.Span);
            await Attempts.AttemptAsync(
                (_, _) => CopyRestAsync(writer),
                candidate,
                cancellationToken
            );
            outcome = _scanner.Finished ? CallOutcome.Answered : CallOutcome.Cut;
        }
        catch (UpstreamFailure failure)
        {
            throw failure.ToFailure(candidate.Card.Name);
        }
        finally
        {
            if (cancellationToken.IsCancellationRequested)
                outcome = CallOutcome.Cancelled;
            Call = End(outcome);
        }
    }

    public void Dispose()
    {
        // A stream that was never copied was still asked for.
        Call ??= End(CallOutcome.Cancelled);
        _scanner.Dispose();
        response.Dispose();
        deadline.Dispose();
    }

    private async Task<bool> CopyRestAsync(PipeWriter writer)
    {
        while (true)
        {
            var flushed = await writer.FlushAsync(deadline.Token);
            if (flushed.IsCompleted)
                throw new OperationCanceledException("The caller has gone.");
            record.MoveOn(deadline);
            var piece = writer.GetMemory(PieceBytes);
            var length = await events.ReadAsync(piece, deadline.Token);
            if (length == 0)
                return true;
            Passed(piece.Span[..length]);
            writer.Advance(length);
        }
    }

    private void Passed(ReadOnlySpan<byte> piece)
    {
        _copied += piece.Length;
        if (_copied > maxBytes)
            throw new UpstreamFailure(UpstreamFault.TooLarge, $"more than {maxBytes} bytes");
        _scanner.Add(piece);
    }

    /// <summary>Where the provider reports no usage, its text is measured.</summary>
    private ModelCall End(CallOutcome outcome) =>
        record.End(
            outcome,
            _scanner.Usage.Input,
            _scanner.Usage.Output,
            () => (request.EstimatedInput, TokenEstimate.OfBytes(_scanner.TextBytes))
        );
}
