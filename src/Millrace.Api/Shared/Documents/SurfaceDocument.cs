using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Millrace.Core.Settings;

namespace Millrace.Api.Shared.Documents;

/// <summary>One surface's OpenAPI document.</summary>
/// <param name="Name">The surface's name: the group name of its endpoints, and the document's in <c>/openapi/{name}.json</c>.</param>
/// <param name="Credential">How a key is presented.</param>
internal sealed record SurfaceDocument(
    string Name,
    string Title,
    string Version,
    string Description,
    OpenApiSecurityScheme Credential
)
{
    /// <summary>Which paths are shown; all unless said otherwise.</summary>
    public Func<string, bool> Shows { get; init; } = _ => true;
}

internal static class SurfaceDocumentRegistration
{
    private const string CredentialName = "apiKey";

    public static void AddDocuments(
        this IServiceCollection services,
        IConfiguration configuration
    ) => services.AddSection<DocsOptions>(configuration);

    public static IServiceCollection AddSurfaceDocument(
        this IServiceCollection services,
        SurfaceDocument surface
    )
    {
        services.AddSingleton(surface);
        return services.AddOpenApi(
            surface.Name,
            options =>
            {
                options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
                options.ShouldInclude = description => description.GroupName == surface.Name;
                options.AddDocumentTransformer(
                    (document, _, _) =>
                    {
                        Describe(document, surface);
                        return Task.CompletedTask;
                    }
                );
                options.AddOperationTransformer(
                    (operation, context, _) =>
                    {
                        operation.RequestBody?.Content?.Remove(OperationDocs.AnyType);
                        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
                        foreach (var example in metadata.OfType<Example>())
                            Show(operation, example);
                        foreach (var parameter in metadata.OfType<QueryParameter>())
                            Add(operation, parameter);
                        AddPlaces(operation, context.Description.RelativePath ?? "");
                        return Task.CompletedTask;
                    }
                );
            }
        );
    }

    private static void Describe(OpenApiDocument document, SurfaceDocument surface)
    {
        document.Info = new OpenApiInfo
        {
            Title = surface.Title,
            Version = surface.Version,
            Description = surface.Description,
        };
        // The page's own host serves; a fixed address would be wrong behind a proxy.
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(
            StringComparer.Ordinal
        )
        {
            [CredentialName] = surface.Credential,
        };
        document.Security =
        [
            new OpenApiSecurityRequirement
            {
                [new OpenApiSecuritySchemeReference(CredentialName, document)] = [],
            },
        ];
        foreach (var (path, item) in document.Paths.ToList())
        {
            // What can be read can be asked for its head too; that needs no entry of its own.
            item.Operations?.Remove(HttpMethod.Head);
            if (!surface.Shows(path))
                document.Paths.Remove(path);
        }
    }

    private static void Show(OpenApiOperation operation, Example example)
    {
        var content = example.IsRequest
            ? operation.RequestBody?.Content
            : operation
                .Responses?.FirstOrDefault(answer => answer.Key.StartsWith('2'))
                .Value?.Content;
        if (content is null)
            return;
        foreach (var (type, media) in content)
            if (type == "application/json" && media is OpenApiMediaType shown)
                shown.Example = example.Value.DeepClone();
    }

    /// <summary>Places in the path that the handler does not take as arguments.</summary>
    private static void AddPlaces(OpenApiOperation operation, string path)
    {
        operation.Parameters ??= [];
        foreach (var segment in path.Split('/'))
        {
            if (segment is not ['{', .. var name, '}'])
                continue;
            name = name.TrimStart('*');
            if (operation.Parameters.All(parameter => parameter.Name != name))
                operation.Parameters.Add(
                    new OpenApiParameter
                    {
                        Name = name,
                        In = ParameterLocation.Path,
                        Required = true,
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    }
                );
        }
    }

    private static void Add(OpenApiOperation operation, QueryParameter parameter)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(
            new OpenApiParameter
            {
                Name = parameter.Name,
                In = ParameterLocation.Query,
                Description = parameter.Description,
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Enum = [.. parameter.Values],
                },
            }
        );
    }
}
