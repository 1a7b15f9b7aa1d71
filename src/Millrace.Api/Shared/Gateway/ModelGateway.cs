using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Millrace.Api.Shared.Access;
using Millrace.Api.Shared.Idempotency;
using Millrace.Api.Shared.Streams;
using Millrace.Core.Failures;
using Millrace.Core.Idempotency;
using Millrace.Core.Limits;
using Millrace.Core.Metering;
using Millrace.Models.Forwarding;
using Millrace.Models.Routing;

namespace Millrace.Api.Shared.Gateway;

/// <summary>
/// What the model gateways have in common. A request whose model is reached in the surface's own form goes through as
/// it came; any other is translated by the surface. Either way it is metered, however it ends.
/// </summary>
internal sealed class ModelGateway(
    ModelRouter router,
    BodyBudget bodies,
    UsageJournal journal,
    AnswerOnce once,
    TimeProvider time
)
{
    /// <summary>Of a request, images included: 36 MiB.</summary>
    private const int MaxBodyBytes = 36 * 1024 * 1024;

    /// <summary>What is made of a body to translate it: texts of two bytes a character, and pictures decoded.</summary>
    private const int ParsedTimes = 3;

    /// <summary>Of all lists, objects and scalars in a body to be translated, each of which takes far more than its text.</summary>
    private const int MostValues = 500_000;

    /// <summary>Under which client libraries send one request again.</summary>
    private const string IdempotencyHeader = "Idempotency-Key";

    /// <param name="translate">Answers a request that cannot go through.</param>
    public async Task ServeAsync(
        HttpContext http,
        GatewayOperation operation,
        Func<GatewayCall, Task> translate
    )
    {
        var request = http.Request;
        using var body = await bodies.ReadAsync(
            request.Body,
            request.ContentLength,
            MaxBodyBytes,
            http.RequestAborted
        );
        var bytes = body.Bytes;
        var outline = RequestOutline.Read(bytes.Span);
        // A stream ends with its connection and cannot be given again.
        if (
            !outline.Stream
            && operation.IsMetered
            && AnswerOnce.KeyOf(request, IdempotencyHeader) is { } key
        )
            await once.RunAsync(
                http,
                Named(http, operation, key, bytes),
                () => AnswerAsync(http, operation, body, outline, translate)
            );
        else
            await AnswerAsync(http, operation, body, outline, translate);
    }

    /// <summary>A whole answer of a model that is reached in another form.</summary>
    public async Task<ModelAnswer> CompleteAsync(GatewayCall call, ModelRequest request)
    {
        var answer = await router.CompleteAsync(request, call.Http.RequestAborted);
        Meter(call.Http, call.Operation, answer.Call);
        return answer;
    }

    /// <summary>
    /// A streamed answer of a model that is reached in another form. Nothing is sent before its first piece, or the
    /// first long silence, so that what fails earlier still has its status.
    /// </summary>
    public async Task StreamAsync(GatewayCall call, ModelRequest request, IAnswerStream answer)
    {
        var cancellation = call.Http.RequestAborted;
        var stream = router.StreamAsync(request);
        var begun = false;
        try
        {
            await foreach (
                var update in stream.WithSilences(time, cancellation).WithCancellation(cancellation)
            )
            {
                if (!begun)
                    await BeginAsync();
                if (update is null)
                    await answer.KeepAliveAsync(cancellation);
                else
                    await answer.WriteAsync(update, cancellation);
            }
            if (!begun)
                await BeginAsync();
            await answer.EndAsync(stream.Call!, cancellation);
        }
        catch (Failure failure) when (begun)
        {
            await call.Operation.BreakOff(call.Http.Response, failure, cancellation);
        }
        finally
        {
            Meter(call.Http, call.Operation, stream.Call);
        }

        ValueTask BeginAsync()
        {
            begun = true;
            StreamHeaders.Set(call.Http.Response, "text/event-stream; charset=utf-8");
            return answer.BeginAsync(cancellation);
        }
    }

    /// <summary>Vectors of a model that is reached in another form.</summary>
    public async Task<EmbeddingAnswer> EmbedAsync(
        GatewayCall call,
        IReadOnlyList<string> texts,
        int? dimensions
    )
    {
        var answer = await router.EmbedAsync(
            call.Route,
            texts,
            call.Http.RequestAborted,
            dimensions,
            call.Hops
        );
        Meter(call.Http, call.Operation, answer.Call);
        return answer;
    }

    /// <summary>Reads the body as the surface's own record.</summary>
    /// <exception cref="Invalid">A field has a wrong type.</exception>
    public static T Read<T>(GatewayCall call, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(call.Body.Span, type)!;
        }
        catch (JsonException failure)
        {
            var field = failure.Path?.TrimStart('$', '.');
            throw new Invalid(
                "invalid_type",
                $"{(string.IsNullOrEmpty(field) ? "The body" : field)} has a wrong type.",
                field
            );
        }
    }

    private static IdempotentRequest Named(
        HttpContext http,
        GatewayOperation operation,
        string key,
        ReadOnlyMemory<byte> body
    )
    {
        var caller = http.Caller();
        return new IdempotentRequest
        {
            Workspace = caller.Workspace,
            Scope = $"gateway:{operation.Endpoint}:{caller.Key}",
            Key = key,
            BodyHash = RequestHash.OfJson(http.Request.Method, operation.Endpoint, "", body),
        };
    }

    private async Task AnswerAsync(
        HttpContext http,
        GatewayOperation operation,
        RequestBody body,
        RequestOutline outline,
        Func<GatewayCall, Task> translate
    )
    {
        var request = http.Request;
        var route = operation.Resolve(router, outline.Model);
        var hops = Hop.Count(request.Headers[Hop.Header]);
        if (GoesThrough(route, outline, operation))
        {
            using var answer = await router.ForwardAsync(
                new ForwardRequest(route, operation.Forward, body.Bytes, outline)
                {
                    Headers = Passed(request, operation),
                    Hops = hops,
                },
                http.RequestAborted
            );
            if (answer.Rest is null)
            {
                await PassAsync(http, operation, answer);
                return;
            }
            route = answer.Rest;
        }
        CheckValues(body.Bytes.Span);
        body.CountParsed(body.Bytes.Length * (long)ParsedTimes);
        await translate(new GatewayCall(http, operation, body.Bytes, route, hops));
    }

    private static void CheckValues(ReadOnlySpan<byte> body)
    {
        // Shorter ones cannot hold so many.
        if (body.Length < MostValues)
            return;
        var reader = new Utf8JsonReader(body);
        for (var count = 0; reader.Read(); count++)
        {
            if (count > MostValues)
                throw new Invalid(
                    "too_many_values",
                    $"The body holds more than {MostValues} values. Send less at once."
                );
        }
    }

    private static bool GoesThrough(
        Route route,
        in RequestOutline outline,
        GatewayOperation operation
    ) =>
        route.Speaks(operation.Forward.Form)
        && (!outline.HasImages || route.First.Can(Capabilities.Vision));

    private static List<KeyValuePair<string, string>> Passed(
        HttpRequest request,
        GatewayOperation operation
    )
    {
        if (operation.PassedHeaders.Count == 0)
            return [];
        var passed = new List<KeyValuePair<string, string>>();
        foreach (var name in operation.PassedHeaders)
        {
            if (request.Headers.TryGetValue(name, out var value))
                passed.Add(new(name, value.ToString()));
        }
        return passed;
    }

    private async Task PassAsync(
        HttpContext http,
        GatewayOperation operation,
        ForwardedAnswer answer
    )
    {
        var response = http.Response;
        if (answer.IsStream)
            StreamHeaders.Set(response, answer.ContentType);
        response.StatusCode = answer.StatusCode;
        response.ContentType = answer.ContentType;
        response.ContentLength = answer.Length;
        try
        {
            await answer.CopyToAsync(response.BodyWriter, http.RequestAborted);
        }
        catch (Failure failure) when (answer.IsStream)
        {
            await operation.BreakOff(response, failure, http.RequestAborted);
        }
        finally
        {
            Meter(http, operation, answer.Call);
        }
    }

    private void Meter(HttpContext http, GatewayOperation operation, ModelCall? call)
    {
        if (call is null || call.Outcome == CallOutcome.Failed || !operation.IsMetered)
            return;
        var caller = http.Caller();
        journal.Record(
            new UsageRecord(
                caller.Workspace,
                caller.Key,
                operation.Endpoint,
                call.Model,
                Calls: 1,
                call.InputTokens,
                call.OutputTokens,
                call.CostMicroUsd,
                time.GetUtcNow()
            )
        );
    }
}
