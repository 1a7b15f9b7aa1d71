using Millrace.Core.Storage;

namespace Millrace.Agents.Sessions;

/// <summary>One earlier turn as a model is shown it.</summary>
internal sealed record PastTurn(long Number, TurnRole Role, string Text, long Tokens);

/// <summary>The latest turns word for word, and where what is older ends.</summary>
/// <param name="Turns">Oldest first.</param>
/// <param name="OlderThrough">The last turn that is not among them; 0 when all are.</param>
internal sealed record Window(IReadOnlyList<PastTurn> Turns, long OlderThrough);

/// <summary>Reads what was said before a turn.</summary>
internal sealed class SessionHistory(Store store, SessionsOptions options)
{
    private const string Columns = "SELECT number, role, text, tokens FROM turns";

    /// <summary>As many of the latest turns before this one as fit into <paramref name="budget"/> tokens.</summary>
    public async Task<Window> WindowAsync(
        OpenTurn turn,
        long budget,
        CancellationToken cancellation
    )
    {
        if (turn.Session is not { } session || turn.Number == 1)
            return new Window([], 0);
        var latest = await store.ReadAsync(
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
        var kept = 0;
        var left = Math.Min(budget, options.VerbatimTokens);
        while (kept < latest.Count && latest[kept].Tokens <= left)
            left -= latest[kept++].Tokens;
        var window = latest.GetRange(0, kept);
        window.Reverse();
        return new Window(window, window.Count > 0 ? window[0].Number - 1 : turn.Number - 1);
    }

    /// <summary>Turns of one session between two numbers, both inclusive, oldest first.</summary>
    public Task<List<PastTurn>> RangeAsync(
        OpenTurn turn,
        long from,
        long through,
        CancellationToken cancellation
    ) =>
        store.ReadAsync(
            turn.Workspace,
            db =>
                db.QueryAsync(
                    $"{Columns} WHERE session_id = $1 AND number BETWEEN $2 AND $3 ORDER BY number",
                    Map,
                    turn.Session!.Value.Value,
                    from,
                    through
                ),
            cancellation
        );

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
