using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Millrace.Agents.Runs;
using Millrace.Agents.Sessions;
using Millrace.Core.Failures;
using Millrace.Models.Routing;

namespace Millrace.Agents.Chat;

/// <summary>
/// Answers what is said to it, remembers it, and uses tools on the way. What the user said is on disk before a model
/// is asked, and the answer is on disk before the caller has all of it.
/// </summary>
public sealed partial class Assistant
{
    private readonly SessionLog _log;
    private readonly TurnQueue _queue;
    private readonly TurnRun _run;
    private readonly TurnReplay _replay;
    private readonly TurnEnd _end;
    private readonly MemoryWork _memory;
    private readonly AssistantOptions _options;
    private readonly RunsOptions _runs;
    private readonly TimeProvider _time;
    private readonly ILogger<Assistant> _logger;

    internal Assistant(
        SessionLog log,
        TurnQueue queue,
        TurnRun run,
        TurnReplay replay,
        TurnEnd end,
        MemoryWork memory,
        AssistantOptions options,
        RunsOptions runs,
        TimeProvider time,
        ILogger<Assistant> logger
    )
    {
        _log = log;
        _queue = queue;
        _run = run;
        _replay = replay;
        _end = end;
        _memory = memory;
        _options = options;
        _runs = runs;
        _time = time;
        _logger = logger;
    }

    /// <summary>
    /// Answers in one piece. A model or tool that fails gives an answer that says so (<see cref="TurnAnswer.Degraded"/>);
    /// an answer that takes longer than the limit fails with <see cref="TimedOut"/>.
    /// </summary>
    public async Task<TurnAnswer> AnswerAsync(TurnRequest request, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(_options.AnswerLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            cancellation,
            limit.Token
        );
        try
        {
            await foreach (var update in TakeAsync(request, streams: false, either.Token))
            {
                if (update is TurnUpdate.Finished finished)
                    return finished.Answer;
            }
            throw new InvalidOperationException("A turn ended without an answer.");
        }
        catch (OperationCanceledException)
            when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw _options.TooLate();
        }
    }

    /// <summary>
    /// Answers piece by piece; the last piece is always <see cref="TurnUpdate.Finished"/>. A caller that stops reading
    /// ends the turn: the model and tools are cancelled and what was said so far is kept, marked as cut.
    /// </summary>
    public IAsyncEnumerable<TurnUpdate> StreamAsync(
        TurnRequest request,
        CancellationToken cancellation = default
    ) => TakeAsync(request, streams: true, cancellation);

    private async IAsyncEnumerable<TurnUpdate> TakeAsync(
        TurnRequest request,
        bool streams,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var handle = request.SessionId ?? NewHandle(request);
        using var place = await _queue.EnterAsync(
            request.Principal.Workspace,
            handle,
            cancellation
        );
        // Before the turn is begun: once it is, it has to be ended.
        var graph = await _memory.GraphAsync(request, handle, cancellation);
        var (turn, answered) = await OpenAsync(request, handle, cancellation);
        if (answered is { } earlier)
        {
            var answer = await _replay.ReadAsync(request, handle, earlier, cancellation);
            yield return new TurnUpdate.Content(answer.Reply);
            yield return new TurnUpdate.Finished(answer);
            yield break;
        }

        var ending = _end.For(request, handle, turn!, graph);
        await using var claim = new SessionClaim(_log, turn!, _time, cancellation);
        using var limit = new CancellationTokenSource(_runs.RunLimit, _time);
        using var run = CancellationTokenSource.CreateLinkedTokenSource(claim.Token, limit.Token);
        await using var updates = _run.ExecuteAsync(request, turn!, ending, streams, run.Token)
            .GetAsyncEnumerator(CancellationToken.None);
        try
        {
            while (await NextAsync(updates, ending, limit.Token, claim.Token))
            {
                if (updates.Current is { } update)
                    yield return update;
            }
            if (ending.Failure is { } failure)
            {
                if (ending.HasBegun)
                    yield return new TurnUpdate.Broken(failure.Code, failure.Message);
                else
                    yield return new TurnUpdate.Apology(failure.Code, failure.Message);
            }
            yield return new TurnUpdate.Finished(await ending.FinishAsync());
        }
        finally
        {
            // Cancels the model and counts its tokens, before the turn is written down as cut.
            await updates.DisposeAsync();
            await ending.CutUnlessFinishedAsync();
        }
    }

    /// <summary>
    /// A session that its caller did not name has nobody to wait for, unless the turn is named: sent again, it finds
    /// what was begun.
    /// </summary>
    private static string NewHandle(TurnRequest request)
    {
        if (request.RequestKey is null)
            return $"s_{Guid.NewGuid():N}";
        var named = SHA256.HashData(
            Encoding.UTF8.GetBytes($"{request.Principal.Key}/{request.RequestKey}")
        );
        return $"s_{Convert.ToHexStringLower(named.AsSpan(0, 16))}";
    }

    private async Task<(OpenTurn? Turn, Core.Ids.Id<Run>? Answered)> OpenAsync(
        TurnRequest request,
        string handle,
        CancellationToken cancellation
    )
    {
        if (!request.Remembers)
            return (await _log.OpenAloneAsync(request.Principal.Workspace, cancellation), null);
        var said = new NewTurn(
            request.Message,
            TokenEstimate.Of(request.Message),
            request.Meta?.GetRawText(),
            request.RequestKey
        );
        return await _log.OpenAsync(request.Principal.Workspace, handle, said, cancellation);
    }

    /// <summary>Takes the next piece. What goes wrong in the run is noted for the ending, not thrown (t-backend §9.7).</summary>
    private async ValueTask<bool> NextAsync(
        IAsyncEnumerator<TurnUpdate> updates,
        TurnEnding ending,
        CancellationToken limit,
        CancellationToken cancellation
    )
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            Log.OutOfTime(_logger, _runs.RunLimit.TotalSeconds);
            ending.Failure = new TimedOut(
                "run_timed_out",
                $"The answer took longer than {_runs.RunLimit.TotalSeconds:0} seconds and ends here. Ask for less at once."
            );
        }
        catch (Failure failure)
        {
            Log.Degraded(_logger, failure.Code, failure.Reason);
            ending.Failure = failure;
        }
        catch (Exception failure)
        {
            Log.Broken(_logger, failure);
            ending.Failure = new Unavailable(
                "internal_error",
                "Something went wrong here while answering. Try again; the operator's log says more."
            );
        }
        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "A turn was answered with an apology: {Code}: {Reason}"
        )]
        public static partial void Degraded(ILogger logger, string code, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "A run was cut after {Seconds} seconds")]
        public static partial void OutOfTime(ILogger logger, double seconds);

        [LoggerMessage(Level = LogLevel.Error, Message = "A turn failed")]
        public static partial void Broken(ILogger logger, Exception failure);
    }
}
