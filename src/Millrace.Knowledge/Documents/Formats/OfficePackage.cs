using System.IO.Compression;

namespace Millrace.Knowledge.Documents.Formats;

/// <summary>
/// The parts of an Office file and how they refer to each other. Nothing is unpacked before all that it says of its
/// sizes is within limits, and no part can be longer than it says.
/// </summary>
/// <remarks>
/// Parts are read forwards as XML. A library's tree of objects (DocumentFormat.OpenXml) would hold a hostile part
/// whole, and refuses real files over addresses in links that nothing here looks at.
/// </remarks>
internal sealed class OfficePackage : IDisposable
{
    private const int MostParts = 20_000;

    private readonly ZipArchive _archive;
    private readonly Reading _reading;

    public OfficePackage(Stream content, Reading reading)
    {
        _reading = reading;
        _archive = Recognition.OpenZip(content);
        if (_archive.Entries.Count > MostParts)
            throw new UnreadableDocument(
                DocumentFault.TooManyParts,
                $"It has more than {MostParts} parts."
            );
        foreach (var entry in _archive.Entries)
            reading.CountExpanded(entry.Length);
    }

    /// <summary>The part that the file is about.</summary>
    public string Main =>
        References("").Find(reference => reference.Type == "officeDocument")?.Target
        ?? throw Missing();

    public bool Has(string part) => _archive.GetEntry(part) is not null;

    public Stream Open(string part) => (_archive.GetEntry(part) ?? throw Missing()).Open();

    /// <summary>A part that is read as one text: no larger than a file may be.</summary>
    public Stream OpenWhole(string part)
    {
        var entry = _archive.GetEntry(part) ?? throw Missing();
        return entry.Length <= _reading.Options.MaxBytes
            ? entry.Open()
            : throw new UnreadableDocument(
                DocumentFault.TooMuchText,
                $"A part of it has more than {_reading.Options.MaxBytes} bytes."
            );
    }

    public BoundedXml OpenXml(string part) => new(Open(part), _reading);

    /// <summary>What a part refers to; the package itself for an empty name.</summary>
    public List<Reference> References(string part)
    {
        var folder = Folder(part);
        var file = $"{folder}_rels/{part[folder.Length..]}.rels";
        var references = new List<Reference>();
        if (!Has(file))
            return references;
        using var xml = OpenXml(file);
        while (xml.Read())
        {
            if (xml.Name != "Relationship" || xml.Attribute("TargetMode") == "External")
                continue;
            var type = xml.Attribute("Type") ?? "";
            if (xml.Attribute("Id") is { } id && xml.Attribute("Target") is { } target)
                references.Add(
                    new Reference(id, type[(type.LastIndexOf('/') + 1)..], Resolve(folder, target))
                );
        }
        return references;
    }

    public void Dispose() => _archive.Dispose();

    /// <summary>The folder with its slash; empty for the top.</summary>
    public static string Folder(string part) => part[..(part.LastIndexOf('/') + 1)];

    public static string Resolve(string folder, string target)
    {
        if (target.StartsWith('/'))
            return target[1..];
        var steps = new List<string>();
        foreach (var step in (folder + target).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (step != "..")
                steps.Add(step);
            else if (steps.Count > 0)
                steps.RemoveAt(steps.Count - 1);
        }
        return string.Join('/', steps.Where(step => step != "."));
    }

    private static UnreadableDocument Missing() =>
        new(DocumentFault.Damaged, "The file is damaged: a part of it is missing.");

    /// <param name="Type">The last word of its address, such as <c>styles</c>.</param>
    internal sealed record Reference(string Id, string Type, string Target);
}
