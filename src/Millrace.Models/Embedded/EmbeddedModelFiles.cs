using System.Security.Cryptography;
using Millrace.Core.Failures;

namespace Millrace.Models.Embedded;

/// <summary>
/// The files of the models that ship with the server, as the build lays them under <paramref name="folder"/>. Nothing
/// is read before a model is first used, and nothing is used that is not what it was pinned to.
/// </summary>
/// <param name="folder">The folder that holds one folder per model.</param>
public sealed class EmbeddedModelFiles(string folder)
{
    /// <summary>The folder that the build and the publish step lay beside the executable.</summary>
    public static EmbeddedModelFiles Beside { get; } =
        new(Path.Combine(AppContext.BaseDirectory, "models"));

    public string Folder { get; } = folder;

    /// <summary>Whether all files of USE-Lite stand in the folder. Their content is checked when they are read.</summary>
    public bool HasUseLite => UseLiteFiles.Pinned.Keys.All(file => Has(UseLiteFiles.Model, file));

    internal bool Has(string model, string file) => File.Exists(PathOf(model, file));

    /// <summary>Opens a file whose content the caller checks by <see cref="Verify"/> once it has read it.</summary>
    internal FileStream Open(string model, string file)
    {
        try
        {
            return new FileStream(
                PathOf(model, file),
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read,
                bufferSize: 0,
                FileOptions.SequentialScan
            );
        }
        catch (IOException)
        {
            throw Broken(model, $"the file {file} is missing");
        }
        catch (UnauthorizedAccessException)
        {
            throw Broken(model, $"the file {file} may not be read");
        }
    }

    /// <summary>Reads a small file whole, checked against its pinned SHA-256.</summary>
    internal byte[] Read(string model, string file, string pinned)
    {
        using var stream = Open(model, file);
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        Verify(model, file, SHA256.HashData(content), pinned);
        return content;
    }

    /// <exception cref="NotConfigured">The content is not what was pinned.</exception>
    internal static void Verify(string model, string file, byte[] sha256, string pinned)
    {
        if (!Convert.ToHexStringLower(sha256).Equals(pinned, StringComparison.Ordinal))
            throw Broken(model, $"the file {file} is not the one that this version was built for");
    }

    private static NotConfigured Broken(string model, string what) =>
        new(
            "embedded_model_broken",
            $"The embedded model {model} cannot be loaded: {what}. Start the server by run.sh, or run "
                + "'npm ci --ignore-scripts' in assets/ and build again, or connect an embedding model."
        );

    private string PathOf(string model, string file) => Path.Combine(Folder, model, file);
}
