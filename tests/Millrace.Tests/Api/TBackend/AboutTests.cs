using System.Net;
using System.Text.Json.Nodes;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.TBackend;

public sealed class AboutTests
{
    [Theory]
    [OnEachDatabase]
    public async Task Health_has_exactly_three_members_and_needs_no_key(Dialect dialect)
    {
        await using var server = await TestServer.StartAsync(dialect);
        using var client = server.Client("a-wrong-key-does-not-matter");
        using var answer = await client.GetAsync("/health/");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var health = (await answer.JsonAsync()).AsObject();
        health.Select(member => member.Key).ShouldBe(["status", "timestamp", "version"]);
        health["status"]!.ToString().ShouldBeOneOf("healthy", "degraded");
        health["timestamp"]!.ToString().ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$");
    }

    [Fact]
    public async Task Health_in_detail_names_the_components_to_those_with_a_key()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client();
        var details = await (await client.GetAsync("/health/details")).JsonAsync();
        details["components"]!["database"]!.ToString().ShouldBe("ok");
        details["components"]!["queue"]!.ToString().ShouldBe("ok");
        details["components"]!["model"]!.ToString().ShouldBe("ok");
        details["components"]!["payments"]!.ToString().ShouldBe("disabled");
        details["uptime_seconds"]!.GetValue<long>().ShouldBeGreaterThanOrEqualTo(0);
        using var anonymous = server.Client("");
        using var refused = await anonymous.GetAsync("/health/details");
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_api_page_lists_routes_with_who_may_use_them()
    {
        await using var server = await TestServer.StartAsync(
            settings: [("Compat:HostMap:localhost", "v2")]
        );
        using var client = server.Client("");
        var api = await (await client.GetAsync("/api")).JsonAsync();
        api["name"]!.ToString().ShouldBe("T Backend");
        api["profile"]!.ToString().ShouldBe("superset");
        api["endpoints"]!
            .AsArray()
            .Select(entry => $"{entry!["method"]} {entry["path"]} {entry["access"]}")
            .ShouldContain("POST /chat payable");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api");
        request.Headers.Host = "localhost";
        (await (await client.SendAsync(request)).JsonAsync())["profile"]!.ToString().ShouldBe("v2");
    }

    [Fact]
    public async Task The_document_names_the_schemas_and_tells_every_operations_errors()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client("");
        var document = await (await client.GetAsync("/openapi.json")).JsonAsync();
        document["openapi"]!.ToString().ShouldStartWith("3.1");
        document["info"]!["version"]!.ToString().ShouldBe("2.0.1");
        var scheme = document["components"]!["securitySchemes"]!["apiKey"]!;
        scheme["in"]!.ToString().ShouldBe("header");
        scheme["name"]!.ToString().ShouldBe("api-key");
        var schemas = document["components"]!["schemas"]!.AsObject().Select(schema => schema.Key);
        foreach (
            var name in new[]
            {
                "ChatRequest",
                "ChatResponse",
                "HTTPValidationError",
                "ValidationError",
            }
        )
            schemas.ShouldContain(name);
        document["components"]!["schemas"]!["ChatRequest"]!["properties"]!
            .AsObject()
            .Select(field => field.Key)
            .ShouldContain("image_data");
        foreach (var (path, operation) in Operations(document))
        {
            operation["summary"].ShouldNotBeNull(path);
            var content = operation["responses"]!["200"]!["content"]!;
            // A file's bytes are of any type.
            if (content["application/octet-stream"] is null)
                content["application/json"]!["example"].ShouldNotBeNull(path);
            operation["responses"]!.AsObject().Count.ShouldBeGreaterThan(1, path);
        }
    }

    [Fact]
    public async Task A_public_document_leaves_out_what_is_not_public()
    {
        await using var server = await TestServer.StartAsync(settings: ("Docs:Scope", "public"));
        using var client = server.Client("");
        var document = await (await client.GetAsync("/openapi/tbackend.json")).JsonAsync();
        document["paths"]!.AsObject().ContainsKey("/").ShouldBeFalse();
        document["paths"]!.AsObject().ContainsKey("/chat").ShouldBeTrue();
        using var unknown = await client.GetAsync("/openapi/nothing.json");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/docs")]
    [InlineData("/redoc")]
    public async Task The_pages_name_no_other_address(string path)
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Client("");
        using var answer = await client.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        answer.Header("Content-Security-Policy").ShouldStartWith("default-src 'self'");
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("://");
        (await client.GetStringAsync("/docs/explorer.js")).ShouldContain("/openapi/tbackend.json");
    }

    private static IEnumerable<(string Path, JsonNode Operation)> Operations(JsonNode document) =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select ($"{operation.Key} {path.Key}", operation.Value!);
}
