using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Millrace.Api.Shared;

/// <summary>
/// Lets pages of any origin call the server, without cookies, or of the origins that a surface's own rules name. A
/// preflight never needs a key. (t-backend §2)
/// </summary>
internal sealed class Cors(RequestDelegate next, IEnumerable<SurfaceRules> rules)
{
    private readonly SurfaceRules[] _rules = [.. rules];

    private const string Methods = "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS";

    private const string AllowedHeaders =
        "api-key, Authorization, Content-Type, Accept, Prefer, X-Request-Id, X-Invoice-Id, X-Payment, X-Partner, "
        + "X-Wallet-Address, X-Chain, X-Asset, X-Idempotency-Key, X-API-Version, x-bypass-cache, PAYMENT-SIGNATURE, "
        + "PAYMENT-RETRY, Last-Event-ID, Idempotency-Key";

    private const string ExposedHeaders =
        "X-Request-ID, X-Invoice-Id, X-Pay-To, X-Amount, X-Asset, X-Chain, X-Timeout, X-Payment-Status, X-Tx-Hash, "
        + "X-Credits-Remaining, PAYMENT-REQUIRED, PAYMENT-RESPONSE, X-PAYMENT-RESPONSE, Retry-After, "
        + "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Cache, X-Degraded, Idempotency-Replayed, "
        + "x-millrace-images, request-id, x-ratelimit-limit-requests, x-ratelimit-remaining-requests, "
        + "x-ratelimit-reset-requests, anthropic-ratelimit-requests-limit, anthropic-ratelimit-requests-remaining, "
        + "anthropic-ratelimit-requests-reset";

    // A client library sends a dozen headers of its own making; more is no list of names.
    private const int LongestWish = 2000;

    private static readonly SearchValues<char> ListOfNames = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_, "
    );

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        if (SurfaceRules.Find(_rules, context.Request.Path) is { } own)
        {
            var origin = context.Request.Headers.Origin.ToString();
            if (!own.Origins.Contains(origin))
                return next(context);
            headers.AccessControlAllowOrigin = origin;
            headers.Vary = "Origin";
        }
        else
        {
            headers.AccessControlAllowOrigin = "*";
        }
        headers.AccessControlExposeHeaders = ExposedHeaders;
        if (!HttpMethods.IsOptions(context.Request.Method))
            return next(context);
        headers.AccessControlAllowMethods = Methods;
        headers.AccessControlAllowHeaders = Allowed(context.Request);
        headers.Append("Vary", "Access-Control-Request-Headers");
        headers.AccessControlMaxAge = "600";
        headers.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>
    /// What the contract names, and what this page asks for: a header says nothing that a page could not say from
    /// anywhere else, since the key is a header too.
    /// </summary>
    private static string Allowed(HttpRequest request) =>
        request.Headers.AccessControlRequestHeaders.ToString()
            is { Length: > 0 and <= LongestWish } asked
        && !asked.AsSpan().ContainsAnyExcept(ListOfNames)
            ? $"{AllowedHeaders}, {asked}"
            : AllowedHeaders;
}
