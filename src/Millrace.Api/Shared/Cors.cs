using Microsoft.AspNetCore.Http;

namespace Millrace.Api.Shared;

/// <summary>Lets pages of any origin call the server, without cookies. A preflight never needs a key. (t-backend §2)</summary>
internal sealed class Cors(RequestDelegate next)
{
    private const string Methods = "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS";

    private const string AllowedHeaders =
        "api-key, Authorization, Content-Type, Accept, Prefer, X-Request-Id, X-Invoice-Id, X-Payment, X-Partner, "
        + "X-Wallet-Address, X-Chain, X-Asset, X-Idempotency-Key, X-API-Version, x-bypass-cache, PAYMENT-SIGNATURE, "
        + "PAYMENT-RETRY, Last-Event-ID";

    private const string ExposedHeaders =
        "X-Request-ID, X-Invoice-Id, X-Pay-To, X-Amount, X-Asset, X-Chain, X-Timeout, X-Payment-Status, X-Tx-Hash, "
        + "X-Credits-Remaining, PAYMENT-REQUIRED, PAYMENT-RESPONSE, X-PAYMENT-RESPONSE, Retry-After, "
        + "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Cache";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlExposeHeaders = ExposedHeaders;
        if (!HttpMethods.IsOptions(context.Request.Method))
            return next(context);
        headers.AccessControlAllowMethods = Methods;
        headers.AccessControlAllowHeaders = AllowedHeaders;
        headers.AccessControlMaxAge = "600";
        headers.ContentLength = 0;
        return Task.CompletedTask;
    }
}
