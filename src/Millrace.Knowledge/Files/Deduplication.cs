using Millrace.Knowledge.Stores;

namespace Millrace.Knowledge.Files;

/// <summary>
/// Whether a file that is there already is used again: as the request says, else its store, its key, the installation.
/// (t-backend §12.7)
/// </summary>
public sealed record Deduplication
{
    /// <summary>Null leaves it to the others.</summary>
    public bool? ByRequest { get; init; }

    /// <summary>Null leaves it to the installation.</summary>
    public bool? ByKey { get; init; }

    /// <summary>Whether it is processed again even so.</summary>
    public bool Force { get; init; }

    internal bool Holds(VectorStore? store, FilesOptions options) =>
        !Force && (ByRequest ?? (store is { Dedupe: true } || (ByKey ?? options.Dedupe)));
}
