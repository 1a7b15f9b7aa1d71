using Millrace.Models.Forwarding;

namespace Millrace.Models.Routing;

/// <summary>
/// Stands between a model client and the network: signs each request, bounds what comes back, and turns whatever is
/// not an answer into an <see cref="UpstreamFailure"/> before the client sees it.
/// </summary>
internal sealed class ProviderHandler(
    Action<HttpRequestMessage> sign,
    int maxAnswerBytes,
    TimeProvider time,
    HttpMessageHandler inner
) : DelegatingHandler(inner)
{
    private const int MaxErrorBytes = 16 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        sign(request);
        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException failure)
        {
            throw new UpstreamFailure(UpstreamFault.Unreachable, failure.Message, cause: failure);
        }
        if (response.IsSuccessStatusCode)
        {
            Bound(response, await response.Content.ReadAsStreamAsync(cancellationToken));
            return response;
        }
        using (response)
        {
            using var body = await PooledBody.ReadAsync(
                response.Content,
                MaxErrorBytes,
                cancellationToken,
                cutShort: true
            );
            throw UpstreamFailure.Of(response, body.Span, time.GetUtcNow());
        }
    }

    private void Bound(HttpResponseMessage response, Stream body)
    {
        var bounded = new StreamContent(new BoundedStream(body, maxAnswerBytes));
        foreach (var (name, values) in response.Content.Headers)
            bounded.Headers.TryAddWithoutValidation(name, values);
        response.Content = bounded;
    }
}
