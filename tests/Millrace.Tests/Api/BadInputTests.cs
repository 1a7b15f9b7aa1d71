using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Identity;
using Millrace.Testing;
using Millrace.Tests.Api.TBackend.Files;
using Millrace.Tests.Api.TBackend.Graph;

namespace Millrace.Tests.Api;

/// <summary>Walks every operation of every surface's document with input that nobody should send.</summary>
public sealed class BadInputTests
{
    private static readonly string[] WrongValues =
    [
        "null",
        "7",
        "-1e999",
        "\"\"",
        "\"text\"",
        "true",
        "[]",
        "[1,null,{}]",
        "{}",
        "{\"a\":[1]}",
        "\"\\u0000\"",
        "\"\\ud800\"",
        Deep(40),
        Deep(100),
    ];

    [Theory]
    [InlineData("tbackend")]
    [InlineData("openai")]
    [InlineData("anthropic")]
    public async Task Every_operation_refuses_bad_bodies_in_its_surfaces_envelope(string surface)
    {
        await using var server = await StartAsync();
        using var client = server.Client("");
        using var owner = server.Client();
        var store = surface is "tbackend" ? await owner.NewStoreAsync() : "";
        var graph = surface is "tbackend" ? await owner.DefaultGraphAsync() : "";
        foreach (var operation in await OperationsAsync(client, surface, store, graph))
        {
            if (operation.Body is not { } example)
                continue;
            foreach (var body in Bodies(example))
                await CheckAsync(client, operation, server.Key, body);
        }
    }

    [Theory]
    [InlineData("tbackend")]
    [InlineData("openai")]
    [InlineData("anthropic")]
    public async Task Every_operation_refuses_bad_credentials_in_its_surfaces_envelope(
        string surface
    )
    {
        await using var server = await StartAsync();
        using var client = server.Client("");
        var keys = server.Services.GetRequiredService<ApiKeys>();
        var expired = await server.NewKeyAsync(new() { ExpiresAt = DateTimeOffset.UnixEpoch });
        var revoked = await server.NewKeyAsync();
        await keys.RevokeAsync((await keys.ListAsync())[^1].Key.Number);
        foreach (var operation in await OperationsAsync(client, surface))
        {
            var body = Encoding.UTF8.GetBytes(operation.Body?.ToJsonString() ?? "");
            foreach (
                var key in new[] { "", "unknown", "é", new string('k', 5000), expired, revoked }
            )
                await CheckAsync(client, operation, key, body);
        }
    }

    private static Task<TestServer> StartAsync() =>
        TestServer.StartAsync(
            settings:
            [
                .. from name in new[] { "default", "anonymous" }
                from bucket in new[] { "chat", "other", "gateway", "file-writes", "failed-keys" }
                select ($"Limits:Classes:{name}:{bucket}:PerMinute", "1000000"),
            ]
        );

    private static async Task CheckAsync(
        HttpClient client,
        Operation operation,
        string key,
        byte[] body
    )
    {
        using var request = new HttpRequestMessage(operation.Method, operation.Path);
        request.Headers.Add("X-Request-Id", "bad-1");
        if (key.Length > 0)
            request.Headers.TryAddWithoutValidation(
                operation.KeyHeader,
                operation.KeyHeader == "Authorization" ? $"Bearer {key}" : key
            );
        if (operation.Body is not null)
            request.Content = new ByteArrayContent(body)
            {
                Headers = { { "Content-Type", "application/json" } },
            };
        HttpResponseMessage answer;
        try
        {
            answer = await client.SendAsync(request);
        }
        catch (HttpRequestException) when (key.Any(letter => letter > '~'))
        {
            // The client itself refuses to send such a header.
            return;
        }
        using var _ = answer;
        var text = await answer.Content.ReadAsStringAsync();
        var shown = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 300)));
        var what =
            $"{operation.Method} {operation.Path} '{key}' {shown} -> {(int)answer.StatusCode} {text}";
        ((int)answer.StatusCode).ShouldBeLessThan(500, what);
        answer.Headers.GetValues("X-Request-ID").ShouldBe(["bad-1"], what);
        if ((int)answer.StatusCode >= 400)
            IsEnvelope(operation.Surface, text).ShouldBeTrue(what);
    }

    private static bool IsEnvelope(string surface, string text)
    {
        var body = JsonNode.Parse(text)!.AsObject();
        return surface switch
        {
            "tbackend" => body["detail"] is JsonValue or JsonArray && body.ContainsKey("code"),
            "openai" => body["error"]?["message"] is JsonValue,
            _ => body["type"]?.ToString() == "error" && body["error"]?["message"] is JsonValue,
        };
    }

    private static async Task<List<Operation>> OperationsAsync(
        HttpClient client,
        string surface,
        string store = "id",
        string graph = "graph_id"
    )
    {
        using var answer = await client.GetAsync($"/openapi/{surface}.json");
        Assert.SkipUnless(answer.IsSuccessStatusCode, $"The surface {surface} is not served.");
        var document = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        return
        [
            .. from path in document["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            select new Operation(
                surface,
                new HttpMethod(operation.Key.ToUpperInvariant()),
                // What is there is asked for, so that the body is looked at.
                path.Key.Replace("{id}", store, StringComparison.Ordinal)
                    .Replace("{graph_id}", graph, StringComparison.Ordinal)
                    .Replace("{", "", StringComparison.Ordinal)
                    .Replace("}", "", StringComparison.Ordinal),
                operation.Value!["requestBody"]?["content"]?["application/json"]?["example"]
            ),
        ];
    }

    private static IEnumerable<byte[]> Bodies(JsonNode example)
    {
        foreach (var text in WrongValues.Concat(["", "{", "nonsense", "{} {}", "{\"a\":1,}"]))
            yield return Encoding.UTF8.GetBytes(text);
        yield return [0xff, 0xfe, (byte)'{', (byte)'}'];
        yield return [.. "{\"message\":\""u8, 0xc3, 0x28, .. "\"}"u8];
        yield return new byte[37 * 1024 * 1024];
        foreach (var (name, _) in example.AsObject().ToList())
        {
            var without = example.DeepClone().AsObject();
            without.Remove(name);
            yield return Encoding.UTF8.GetBytes(without.ToJsonString());
            foreach (var value in WrongValues)
                yield return With(example, name, value);
        }
        foreach (var value in WrongValues)
            yield return With(example, "unknown_field", value);
    }

    private static byte[] With(JsonNode example, string name, string value)
    {
        var rest = example.DeepClone().AsObject();
        rest.Remove(name);
        var members = rest.Select(member =>
            $"{JsonValue.Create(member.Key)!.ToJsonString()}:{member.Value?.ToJsonString() ?? "null"}"
        );
        return Encoding.UTF8.GetBytes(
            $"{{{string.Join(',', [.. members, $"\"{name}\":{value}"])}}}"
        );
    }

    private static string Deep(int levels) => new string('[', levels) + new string(']', levels);

    private sealed record Operation(string Surface, HttpMethod Method, string Path, JsonNode? Body)
    {
        public string KeyHeader =>
            Surface switch
            {
                "tbackend" => "api-key",
                "openai" => "Authorization",
                _ => "x-api-key",
            };
    }
}
