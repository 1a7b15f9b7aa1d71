using System.Text;

namespace Millrace.Api.Shared.Documents;

/// <summary>The files of the pages, which the build lays beside the program from the pinned npm packages.</summary>
internal static class DocumentAssets
{
    public const string Reference = "redoc.standalone.js";

    // The script shows its maker's logo from another host and cannot be told not to.
    private const string LogoElsewhere = "https://cdn.redoc.ly/redoc/logo-mini.svg";
    private const string NoPicture = "data:,";

    private static readonly Dictionary<string, (string Path, string Type)> Files = new(
        StringComparer.Ordinal
    )
    {
        ["swagger-ui.css"] = ("swagger-ui/swagger-ui.css", "text/css"),
        ["swagger-ui-bundle.js"] = ("swagger-ui/swagger-ui-bundle.js", "text/javascript"),
        ["swagger-ui-standalone-preset.js"] = (
            "swagger-ui/swagger-ui-standalone-preset.js",
            "text/javascript"
        ),
        ["favicon-32x32.png"] = ("swagger-ui/favicon-32x32.png", "image/png"),
        [Reference] = ("redoc/redoc.standalone.js", "text/javascript"),
    };

    private static readonly Lazy<byte[]> Script = new(() =>
        Encoding.UTF8.GetBytes(
            File.ReadAllText(Full(Files[Reference].Path))
                .Replace(LogoElsewhere, NoPicture, StringComparison.Ordinal)
        )
    );

    public static bool AreThere { get; } = Files.Values.All(file => File.Exists(Full(file.Path)));

    /// <summary><see cref="Reference"/>, made to ask no other host for anything.</summary>
    public static byte[] ReferenceScript => Script.Value;

    /// <summary>Null for a name that is none of the pages'.</summary>
    public static (string Path, string Type)? Find(string name) =>
        Files.TryGetValue(name, out var file) && File.Exists(Full(file.Path))
            ? (Full(file.Path), file.Type)
            : null;

    private static string Full(string path) =>
        Path.Combine(AppContext.BaseDirectory, "assets", "docs", path);
}
