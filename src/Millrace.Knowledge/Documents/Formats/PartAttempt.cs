namespace Millrace.Knowledge.Documents.Formats;

/// <summary>
/// Reads a file inside another so far as it can be read, and tells why not further. What breaks the limits of the whole
/// document, or is for the server to mend, is not caught.
/// </summary>
internal sealed class PartAttempt(IAsyncEnumerable<Piece> part)
{
    public UnreadableDocument? Failure { get; private set; }

    public async IAsyncEnumerable<Piece> ReadAsync()
    {
        await using var pieces = part.GetAsyncEnumerator();
        while (await NextAsync(pieces))
            yield return pieces.Current;
        if (Failure is not null)
            yield return Piece.Paragraph($"(This file was not read. {Failure.Message})");
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<Piece> pieces)
    {
        try
        {
            return await pieces.MoveNextAsync();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            var reason = Reasons.Of(failure);
            if (reason.IsOfTheServer || EndsTheWhole(reason.Fault))
                throw reason;
            Failure = reason;
            return false;
        }
    }

    private static bool EndsTheWhole(DocumentFault fault) =>
        fault
            is DocumentFault.TooMuchText
                or DocumentFault.TooManyParts
                or DocumentFault.TooDeep
                or DocumentFault.ExpandsTooMuch
                or DocumentFault.TimedOut;
}
