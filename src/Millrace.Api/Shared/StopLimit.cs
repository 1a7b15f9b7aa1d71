using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Millrace.Api.Shared;

/// <summary>
/// Ends the requests that are still under way some time after the server was asked to stop, as if their clients had
/// left: models and tools are cancelled, and there is time to keep what they said before the process ends.
/// </summary>
internal sealed class StopLimit
{
    // Of the 20 s in which the process has to end.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly RequestDelegate _next;
    private readonly CancellationToken _over;

    public StopLimit(RequestDelegate next, IHostApplicationLifetime lifetime, TimeProvider time)
    {
        _next = next;
        var over = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        lifetime.ApplicationStopping.Register(() => over.CancelAfter(Patience));
        lifetime.ApplicationStopped.Register(over.Dispose);
        _over = over.Token;
    }

    public async Task InvokeAsync(HttpContext context)
    {
        using var ending = _over.UnsafeRegister(
            static request => ((HttpContext)request!).Abort(),
            context
        );
        await _next(context);
    }
}
