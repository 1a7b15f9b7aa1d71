using Millrace.Core.Storage;

namespace Millrace.Agents.Sessions;

/// <summary>One earlier turn as a model is shown it.</summary>
internal sealed record PastTurn(long Number, TurnRole Role, string Text, long Tokens);

/// <summary>The latest turns word for word, and where what is older ends.</summary>
/// <param name="Turns">Oldest first.</param>
/// <param name="OlderThrough">The last turn that is not among them; 0 when all are.</param>
internal sealed record Window(IReadOnlyList<PastTurn> Turns, long OlderThrough)
{
    private const long PerTurn = 4;

    /// <summary>What these turns take of a model's window.</summary>
    public static long TokensOf(IEnumerable<PastTurn> turns) =>
        turns.Sum(past => past.Tokens + PerTurn);

    /// <summary>As many of the latest turns as there is room for; the last one that fits in part only is shortened.</summary>
    /// <param name="latest">Newest first, up to the turn before this one.</param>
    public static Window Of(OpenTurn turn, IReadOnlyList<PastTurn> latest, long tokens)
    {
        var shown = new List<PastTurn>(latest.Count);
        foreach (var past in latest)
        {
            tokens -= past.Tokens + PerTurn;
            if (tokens < 0)
            {
                var text = Shortened.To(tokens + past.Tokens, past.Text);
                if (text.Length > 0)
                    shown.Add(past with { Text = text });
                break;
            }
            shown.Add(past);
        }
        shown.Reverse();
        return new Window(shown, (shown.Count > 0 ? shown[0].Number : turn.Number) - 1);
    }
}

/// <summary>Reads what was said before a turn.</summary>
internal sealed class SessionHistory(Store store, SessionsOptions options)
{
    private const string Columns = "SELECT number, role, text, tokens FROM turns";

    /// <summary>The latest turns before this one, newest first.</summary>
    public async Task<List<PastTurn>> LatestAsync(OpenTurn turn, CancellationToken cancellation)
    {
        if (turn.Session is not { } session || turn.Number == 1)
            return [];
        return await store.ReadAsync(
            turn.Workspace,
            db =>
                db.QueryAsync(
                    $"{Columns} WHERE session_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
                    Map,
                    session.Value,
                    turn.Number,
                    options.VerbatimTurns
                ),
            cancellation
        );
    }

    /// <summary>Single turns by number, oldest first.</summary>
    public Task<List<PastTurn>> PickAsync(
        OpenTurn turn,
        IReadOnlyCollection<long> numbers,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            turn.Workspace,
            async db =>
            {
                var picked = new List<PastTurn>(numbers.Count);
                foreach (var number in numbers.Order())
                {
                    var one = await db.FirstAsync(
                        $"{Columns} WHERE session_id = $1 AND number = $2",
                        Map,
                        turn.Session!.Value.Value,
                        number
                    );
                    if (one is not null)
                        picked.Add(one);
                }
                return picked;
            },
            cancellation
        );

    private static PastTurn Map(Row row) =>
        new(row.Int64(0), row.Word<TurnRole>(1), row.Text(2), row.Int64(3));
}
