using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Core.Settings;

namespace Millrace.Models.Discovery;

/// <summary>The models found on this machine that the operator chose, kept in <c>models.json</c> of the data folder.</summary>
public sealed class ChosenModels(string dataFolder)
{
    private readonly string _path = Path.Combine(dataFolder, "models.json");

    /// <summary>The chosen models, the default one first.</summary>
    /// <exception cref="SettingsException">The file cannot be read.</exception>
    public IReadOnlyList<FoundModel> Read()
    {
        if (!File.Exists(_path))
            return [];
        try
        {
            return JsonSerializer.Deserialize(
                    File.ReadAllBytes(_path),
                    ChosenModelsJson.Default.ListFoundModel
                ) ?? [];
        }
        catch (JsonException)
        {
            throw new SettingsException(
                "models.json in the data folder cannot be read; delete it, and choose again with: millrace models use NAME."
            );
        }
    }

    /// <summary>Makes this the default of the chosen models. Takes effect at the next start.</summary>
    public void Use(FoundModel model)
    {
        var models = Read().Where(chosen => chosen.Name != model.Name).Prepend(model).ToList();
        // A crash in the middle leaves the old file.
        var fresh = _path + ".new";
        File.WriteAllBytes(
            fresh,
            JsonSerializer.SerializeToUtf8Bytes(models, ChosenModelsJson.Default.ListFoundModel)
        );
        File.Move(fresh, _path, overwrite: true);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true
)]
[JsonSerializable(typeof(List<FoundModel>))]
internal sealed partial class ChosenModelsJson : JsonSerializerContext;
