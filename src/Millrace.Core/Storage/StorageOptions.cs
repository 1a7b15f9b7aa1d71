using Millrace.Core.Settings;

namespace Millrace.Core.Storage;

/// <summary>Where the data lives.</summary>
public sealed class StorageOptions : ISection
{
    public static string Name => "Storage";

    /// <summary>A PostgreSQL connection string; empty means the embedded SQLite file in the data folder.</summary>
    public string Postgres { get; set; } = "";

    /// <summary>Connections that read at the same time.</summary>
    public int Readers { get; set; } = Math.Max(4, Environment.ProcessorCount * 2);

    /// <summary>PostgreSQL only: connections that write at the same time.</summary>
    public int Writers { get; set; } = 16;

    public IEnumerable<string> Validate()
    {
        if (Readers is < 1 or > 256)
            yield return "Millrace:Storage:Readers must be between 1 and 256.";
        if (Writers is < 1 or > 256)
            yield return "Millrace:Storage:Writers must be between 1 and 256.";
    }
}
