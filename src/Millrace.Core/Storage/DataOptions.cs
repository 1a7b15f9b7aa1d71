using Millrace.Core.Settings;

namespace Millrace.Core.Storage;

/// <summary>The folder for everything that is kept outside PostgreSQL.</summary>
public sealed class DataOptions : ISection
{
    public static string Name => "Data";

    public string Folder { get; set; } = "data";

    public IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(Folder))
            yield return "Millrace:Data:Folder is empty; name the folder that is to hold the data, or leave the setting out.";
    }
}
