using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Millrace.Agents.Chat;
using Millrace.Api.Shared.Failures;
using Millrace.Api.Shared.Streams;
using Millrace.Api.TBackend.Profiles;

namespace Millrace.Api.TBackend.Chat;

/// <summary>Sends an answer while it is made. The stream begins before the model does, so its first byte never waits. (t-backend §7, §9.5)</summary>
internal sealed partial class ChatStream(
    CompatOptions compat,
    TimeProvider time,
    ILogger<ChatStream> logger
)
{
    public async Task WriteAsync(
        HttpContext http,
        IAsyncEnumerable<TurnUpdate> updates,
        StreamWish wish
    )
    {
        var cancellation = http.RequestAborted;
        var dialect = Dialect(http.Response, wish);
        await dialect.BeginAsync(cancellation);
        try
        {
            await foreach (var update in updates.WithSilences(time, cancellation))
            {
                if (update is null)
                    await dialect.KeepAliveAsync(cancellation);
                else
                    await dialect.WriteAsync(update, cancellation);
            }
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            // The status is sent: from here on a failure can only be told in the stream.
            var report = FailureStatus.Report(exception);
            if (report.Status >= 500)
                Log.Failed(logger, exception);
            await dialect.WriteAsync(
                new TurnUpdate.Broken(report.Code, report.Message),
                cancellation
            );
        }
        await dialect.EndAsync(cancellation);
    }

    private IChatDialect Dialect(HttpResponse response, StreamWish wish) =>
        wish.Dialect switch
        {
            StreamDialect.Text => new TextDialect(response, compat.SseTextDone),
            StreamDialect.Ndjson => new NdjsonDialect(response, wish.WithSummary),
            _ => new JsonDialect(response, wish.WithSummary),
        };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "A chat stream failed")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
