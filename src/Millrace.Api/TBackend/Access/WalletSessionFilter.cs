using Microsoft.AspNetCore.Http;
using Millrace.Core.Failures;

namespace Millrace.Api.TBackend.Access;

/// <summary>
/// Reads the wallet session that may come beside the key. There are none to be had yet, so every Bearer is a bad one;
/// only its absence means free use. (t-backend §3.3, §3.5)
/// </summary>
internal sealed class WalletSessionFilter : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var authorization = context.HttpContext.Request.Headers.Authorization.ToString();
        if (authorization.StartsWith("Bearer", StringComparison.OrdinalIgnoreCase))
            throw new Unauthenticated(
                "wallet_session_invalid",
                "Invalid or expired wallet session"
            );
        return next(context);
    }
}
