using System.Text.Json;

namespace Millrace.Api.Shared.Documents;

internal static class DocumentPages
{
    public const string Explorer = """
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <title>Millrace</title>
          <link rel="icon" href="/docs/assets/favicon-32x32.png">
          <link rel="stylesheet" href="/docs/assets/swagger-ui.css">
          <style>body { margin: 0 }</style>
        </head>
        <body>
          <div id="explorer"></div>
          <script src="/docs/assets/swagger-ui-bundle.js"></script>
          <script src="/docs/assets/swagger-ui-standalone-preset.js"></script>
          <script src="/docs/explorer.js"></script>
        </body>
        </html>
        """;

    public const string Reference = """
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <title>Millrace</title>
          <link rel="icon" href="/docs/assets/favicon-32x32.png">
          <style>body { margin: 0 }</style>
        </head>
        <body>
          <redoc spec-url="/openapi.json"></redoc>
          <script src="/docs/assets/redoc.standalone.js"></script>
        </body>
        </html>
        """;

    public const string Missing = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Millrace</title></head>
        <body>
          <p>This page's scripts are not installed. Run <code>npm ci --ignore-scripts</code> in <code>assets/</code>,
          build again, and restart. The documents themselves are at <a href="/openapi.json">/openapi.json</a>.</p>
        </body>
        </html>
        """;

    /// <summary>Starts the explorer with a switch between the surfaces' documents.</summary>
    /// <param name="first">The surface that is shown first.</param>
    public static string ExplorerScript(IEnumerable<SurfaceDocument> surfaces, string first)
    {
        var urls = surfaces
            .OrderByDescending(surface => surface.Name == first)
            .Select(surface => new { url = $"/openapi/{surface.Name}.json", name = surface.Title });
        return $$"""
            window.ui = SwaggerUIBundle({
              urls: {{JsonSerializer.Serialize(urls)}},
              dom_id: "#explorer",
              deepLinking: true,
              persistAuthorization: true,
              validatorUrl: null,
              presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
              layout: "StandaloneLayout",
            });
            """;
    }
}
