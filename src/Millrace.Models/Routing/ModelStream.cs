using Microsoft.Extensions.AI;
using Millrace.Core.Failures;

namespace Millrace.Models.Routing;

/// <summary>
/// A model's answer piece by piece. Enumerate it once; when the enumeration has ended, in whatever way,
/// <see cref="Call"/> says what it took.
/// </summary>
public sealed class ModelStream : IAsyncEnumerable<ChatResponseUpdate>
{
    private readonly ModelRequest _request;
    private readonly CallRecord _record;
    private readonly UsageDetails _usage = new();
    private bool _reported;
    private long _estimatedOutput;

    internal ModelStream(ModelRequest request, ModelsOptions options, TimeProvider time)
    {
        _request = request;
        _record = new CallRecord(request.Route, "chat", options, time);
    }

    /// <summary>Null until the enumeration has ended.</summary>
    public ModelCall? Call { get; private set; }

    public async IAsyncEnumerator<ChatResponseUpdate> GetAsyncEnumerator(
        CancellationToken cancellationToken = default
    )
    {
        var outcome = CallOutcome.Cancelled;
        Opened? opened = null;
        try
        {
            outcome = CallOutcome.Failed;
            opened = await Attempts.AskAsync(
                _request.Route,
                _record,
                _request.Hops,
                OpenAsync,
                cancellationToken
            );
            // A caller that stops reading leaves here.
            outcome = CallOutcome.Cancelled;
            var more = opened.HasFirst;
            while (more)
            {
                var update = opened.Updates.Current;
                Count(update);
                yield return update;
                outcome = CallOutcome.Cut;
                more = await NextAsync(opened, cancellationToken);
                outcome = CallOutcome.Cancelled;
            }
            outcome = CallOutcome.Answered;
        }
        finally
        {
            if (opened is not null)
            {
                await opened.DisposeAsync();
                if (outcome == CallOutcome.Cut && cancellationToken.IsCancellationRequested)
                    outcome = CallOutcome.Cancelled;
                Call = End(outcome);
            }
        }
    }

    private ModelCall End(CallOutcome outcome) =>
        _record.End(
            outcome,
            _reported ? _usage.InputTokenCount : null,
            _reported ? _usage.OutputTokenCount : null,
            () => (TokenEstimate.Of(_request.Messages, _request.Options), _estimatedOutput)
        );

    /// <summary>An attempt is over with the first piece: from here on nothing is asked again.</summary>
    private async Task<Opened> OpenAsync(Candidate candidate, CancellationToken caller)
    {
        var deadline = _record.Attempt(candidate, caller);
        var updates = ModelRouter
            .ChatOf(candidate)
            .GetStreamingResponseAsync(
                Prompt.MessagesFor(candidate.Card, _request.Messages),
                Prompt.OptionsFor(candidate.Card, _request.Options),
                deadline.Token
            )
            .GetAsyncEnumerator(deadline.Token);
        var opened = new Opened(candidate, updates, deadline);
        try
        {
            opened.HasFirst = await updates.MoveNextAsync();
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> NextAsync(Opened opened, CancellationToken caller)
    {
        _record.MoveOn(opened.Deadline);
        try
        {
            return await Attempts.AttemptAsync(
                (_, _) => opened.Updates.MoveNextAsync().AsTask(),
                opened.Candidate,
                caller
            );
        }
        catch (UpstreamFailure failure)
        {
            throw failure.ToFailure(opened.Candidate.Card.Name);
        }
    }

    private void Count(ChatResponseUpdate update)
    {
        foreach (var content in update.Contents)
        {
            if (content is UsageContent usage)
            {
                _usage.Add(usage.Details);
                _reported = true;
            }
            else
            {
                _estimatedOutput += TokenEstimate.Of(content);
            }
        }
    }

    private sealed class Opened(
        Candidate candidate,
        IAsyncEnumerator<ChatResponseUpdate> updates,
        Deadline deadline
    ) : IAsyncDisposable
    {
        public Candidate Candidate { get; } = candidate;
        public IAsyncEnumerator<ChatResponseUpdate> Updates { get; } = updates;
        public Deadline Deadline { get; } = deadline;
        public bool HasFirst { get; set; }

        public async ValueTask DisposeAsync()
        {
            await Updates.DisposeAsync();
            Deadline.Dispose();
        }
    }
}
