using Millrace.Core.Identity;
using Millrace.Core.Ids;

namespace Millrace.Core.Secrets;

/// <summary>
/// The operator's own secrets, such as the keys of model providers. They belong to the installation and to no
/// workspace; settings name them as <c>secret:NAME</c>.
/// </summary>
public sealed class OperatorSecrets(SecretsService secrets)
{
    private const string Actor = "operator";
    private static Id<Workspace> Installation => default;

    private readonly Dictionary<string, string> _read = new(StringComparer.Ordinal);

    public Task PutAsync(string name, string value, CancellationToken cancellation) =>
        secrets.PutAsync(Installation, name, value, Actor, cancellation);

    public Task DeleteAsync(string name, CancellationToken cancellation) =>
        secrets.DeleteAsync(Installation, name, Actor, cancellation);

    public Task<List<string>> ListNamesAsync(CancellationToken cancellation) =>
        secrets.ListNamesAsync(Installation, cancellation);

    /// <summary>Reads those that the settings name, once, before anything asks for them.</summary>
    public async Task ReadAsync(IEnumerable<string> names, CancellationToken cancellation)
    {
        var known = await ListNamesAsync(cancellation);
        foreach (var name in names.Distinct(StringComparer.Ordinal).Where(known.Contains))
            _read[name] = await secrets.GetAsync(Installation, name, Actor, cancellation);
    }

    /// <summary>One that was read; null when there is none of this name.</summary>
    public string? Find(string name) => _read.GetValueOrDefault(name);
}
