using System.Buffers;
using System.Text.Json;
using Millrace.Models.Routing;

namespace Millrace.Models.Forwarding;

/// <summary>Sends requests through to providers of their own form. The hot path of the gateway: no JSON is built up.</summary>
internal sealed class Forwarder(ModelsOptions options, TimeProvider time)
{
    private const int MaxErrorBytes = 64 * 1024;
    private const int FirstPieceBytes = 4 * 1024;

    public Task<ForwardedAnswer> SendAsync(
        ForwardRequest request,
        CancellationToken cancellationToken
    )
    {
        var record = new CallRecord(request.Route, request.Operation.Name, options, time);
        return Attempts.AskAsync(
            request.Route,
            record,
            request.Hops,
            (candidate, caller) => AttemptAsync(request, record, candidate, caller),
            cancellationToken,
            candidate =>
                candidate.Provider.Form == request.Operation.Form
                    ? null
                    : new ForwardedAnswer(request.Route.From(candidate, record.Attempts))
        );
    }

    private async Task<ForwardedAnswer> AttemptAsync(
        ForwardRequest request,
        CallRecord record,
        Candidate candidate,
        CancellationToken caller
    )
    {
        var deadline = record.Attempt(candidate, caller);
        HttpResponseMessage? response = null;
        try
        {
            response = await AskAsync(request, candidate, deadline.Token);
            if (!response.IsSuccessStatusCode)
                return await RefusedAsync(record, response, deadline);
            var isStream = response.Content.Headers.ContentType?.MediaType == "text/event-stream";
            return isStream
                ? await StreamedAsync(request, record, candidate, response, deadline)
                : await WholeAsync(request, record, response, deadline);
        }
        catch
        {
            response?.Dispose();
            deadline.Dispose();
            throw;
        }
    }

    private static async Task<HttpResponseMessage> AskAsync(
        ForwardRequest request,
        Candidate candidate,
        CancellationToken cancellationToken
    )
    {
        var address = new Uri(candidate.Provider.Address!, request.Operation.Path);
        using var message = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new RewrittenBody(request.Body, request.Outline, candidate.Card.Upstream),
        };
        foreach (var (name, value) in request.Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        candidate.Provider.Sign(message);
        try
        {
            return await candidate.Provider.Wire.SendAsync(message, cancellationToken);
        }
        catch (HttpRequestException failure)
        {
            throw new UpstreamFailure(UpstreamFault.Unreachable, failure.Message, cause: failure);
        }
    }

    /// <summary>
    /// What the provider says against the request itself is the caller's to read, in the form that it knows. All other
    /// errors are this installation's affair.
    /// </summary>
    private async Task<ForwardedAnswer> RefusedAsync(
        CallRecord record,
        HttpResponseMessage response,
        Deadline deadline
    )
    {
        var body = await PooledBody.ReadAsync(
            response.Content,
            MaxErrorBytes,
            deadline.Token,
            cutShort: true
        );
        if (UpstreamFailure.FaultOf(response.StatusCode) != UpstreamFault.Refused)
        {
            using (body)
                throw UpstreamFailure.Of(response, body.Span, time.GetUtcNow());
        }
        var answer = new ForwardedAnswer(
            (int)response.StatusCode,
            ContentTypeOf(response),
            body,
            record.Fail(CallOutcome.Failed)
        );
        response.Dispose();
        deadline.Dispose();
        return answer;
    }

    /// <summary>Read whole before it goes on, so that one that breaks off or is no JSON can be asked for again.</summary>
    private async Task<ForwardedAnswer> WholeAsync(
        ForwardRequest request,
        CallRecord record,
        HttpResponseMessage response,
        Deadline deadline
    )
    {
        var body = await PooledBody.ReadAsync(
            response.Content,
            options.MaxAnswerBytes,
            deadline.Token
        );
        ReportedUsage usage;
        try
        {
            usage = UsageReader.Read(body.Span);
        }
        catch (JsonException)
        {
            body.Dispose();
            throw;
        }
        var generates = request.Operation.Name == "chat";
        var call = record.End(
            CallOutcome.Answered,
            usage.Input,
            generates ? usage.Output : 0,
            () => (request.EstimatedInput, TokenEstimate.OfBytes(body.Length))
        );
        var answer = new ForwardedAnswer(
            (int)response.StatusCode,
            ContentTypeOf(response),
            body,
            call
        );
        response.Dispose();
        deadline.Dispose();
        return answer;
    }

    /// <summary>The attempt is over with the first bytes: from here on nothing is asked again.</summary>
    private async Task<ForwardedAnswer> StreamedAsync(
        ForwardRequest request,
        CallRecord record,
        Candidate candidate,
        HttpResponseMessage response,
        Deadline deadline
    )
    {
        var events = await response.Content.ReadAsStreamAsync(deadline.Token);
        var first = ArrayPool<byte>.Shared.Rent(FirstPieceBytes);
        try
        {
            var length = await events.ReadAsync(first, deadline.Token);
            if (length == 0)
                throw new UpstreamFailure(UpstreamFault.Cut, "the stream is empty");
            var stream = new ForwardedStream(
                request,
                record,
                candidate,
                response,
                events,
                deadline,
                options.MaxAnswerBytes
            );
            return new ForwardedAnswer(ContentTypeOf(response), stream, first, length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(first);
            throw;
        }
    }

    private static string ContentTypeOf(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.ToString() ?? "application/json";
}
