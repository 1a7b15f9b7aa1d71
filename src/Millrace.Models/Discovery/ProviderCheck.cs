using Millrace.Models.Forwarding;
using Millrace.Models.Routing;

namespace Millrace.Models.Discovery;

/// <summary>What came of asking one provider for its models.</summary>
/// <param name="Fault">Null when it answered.</param>
public sealed record ProviderAnswer(string Provider, string? Fault);

/// <summary>Asks every connected provider once whether it is there and takes its key. Costs no tokens.</summary>
public sealed class ProviderCheck
{
    private readonly ModelCatalog _catalog;

    internal ProviderCheck(ModelCatalog catalog) => _catalog = catalog;

    /// <summary>How long a provider has to answer.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(5);

    public async Task<IReadOnlyList<ProviderAnswer>> AskAsync(CancellationToken cancellation) =>
        await Task.WhenAll(
            _catalog
                .Providers.Where(provider => provider.Address is not null)
                .Select(provider => AskAsync(provider, cancellation))
        );

    private async Task<ProviderAnswer> AskAsync(Provider provider, CancellationToken cancellation)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        enough.CancelAfter(Limit);
        var path = provider.Form == WireForm.Anthropic ? "v1/models" : "models";
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(provider.Address!, path)
        );
        provider.Sign(request);
        try
        {
            // Only the status is looked at; the body is never read.
            using var response = await provider.Wire.SendAsync(request, enough.Token);
            return new ProviderAnswer(
                provider.Name,
                response.IsSuccessStatusCode ? null : $"answers {(int)response.StatusCode}"
            );
        }
        catch (HttpRequestException)
        {
            return new ProviderAnswer(provider.Name, "cannot be reached");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new ProviderAnswer(
                provider.Name,
                $"does not answer within {Limit.TotalSeconds:0} s"
            );
        }
    }
}
