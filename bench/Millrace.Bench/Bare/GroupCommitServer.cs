using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Bench.Bare;

/// <summary>
/// The bare endpoint: JSON of 200 bytes in and out, one row of 200 bytes by one prepared INSERT in a group commit, no
/// authentication.
/// </summary>
internal static class GroupCommitServer
{
    public static async Task<int> RunAsync(string url)
    {
        using var commit = new BareGroupCommit(
            Environment.GetEnvironmentVariable("BENCH_DATABASE")!
        );
        var workspace = Guid.NewGuid();
        await using var app = Role.Bare(url);
        app.MapPost(
            "/row",
            async http =>
            {
                var note = await JsonSerializer.DeserializeAsync(
                    http.Request.Body,
                    BareJson.Default.BareNote,
                    http.RequestAborted
                );
                await commit.InsertAsync(
                    Guid.CreateVersion7(DateTimeOffset.UtcNow),
                    workspace,
                    note!.Message
                );
                http.Response.ContentType = "application/json";
                await JsonSerializer.SerializeAsync(
                    http.Response.Body,
                    note,
                    BareJson.Default.BareNote,
                    http.RequestAborted
                );
            }
        );
        return await Role.ServeAsync(app);
    }
}

internal sealed record BareNote(string Message, string SessionId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BareNote))]
internal sealed partial class BareJson : JsonSerializerContext;
