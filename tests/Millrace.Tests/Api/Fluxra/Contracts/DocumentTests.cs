using System.Text.Json.Nodes;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Contracts;

public sealed class DocumentTests
{
    [Fact]
    public async Task Every_operation_on_contracts_is_described()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Client("");

        var document = JsonNode.Parse(await http.GetStringAsync("/openapi/fluxra.json"))!;

        var operations = document["paths"]!
            .AsObject()
            .Where(path => path.Key.StartsWith("/api/contracts", StringComparison.Ordinal))
            .SelectMany(path =>
                path.Value!.AsObject()
                    .Select(operation => (Name: $"{operation.Key} {path.Key}", operation.Value))
            )
            .ToDictionary(operation => operation.Name, operation => operation.Value!);
        const string One = "/api/contracts/{contract_id}";
        operations.Keys.ShouldBe(
            [
                "post /api/contracts",
                "get /api/contracts",
                $"get {One}",
                $"get {One}/events",
                $"post {One}/accept",
                $"post {One}/reject",
                $"post {One}/cancel",
                $"post {One}/deliver",
                $"post {One}/settle",
                $"post {One}/dispute",
                $"post {One}/resolve",
            ],
            ignoreOrder: true
        );
        foreach (var (name, operation) in operations)
        {
            operation["summary"]!.ToString().ShouldNotBeEmpty(name);
            operation["responses"]!.AsObject().ContainsKey("401").ShouldBeTrue(name);
            if (name.StartsWith("post", StringComparison.Ordinal))
                operation["requestBody"]!["content"]!["application/json"].ShouldNotBeNull(name);
        }
        var shown = document["components"]!["schemas"]!["ContractResponse"]!["properties"]!;
        shown.AsObject().ContainsKey("review_window_hours").ShouldBeTrue();
    }
}
