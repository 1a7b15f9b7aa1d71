using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Millrace.BlackBox.Processes;

namespace Millrace.BlackBox.Newcomer;

public sealed class KeyCommandTests
{
    [Fact]
    public async Task A_key_made_and_revoked_beside_a_running_server_takes_effect_at_once()
    {
        await using var server = await ServerProcess.StartAsync();
        var made = await server.CommandAsync("key", "create", "--name", "second");
        var key = made.Good().Trim();
        using var client = server.WithKey(key);
        var usage = await client.GetFromJsonAsync<JsonObject>("/usage");
        ((string)usage!["name"]!).ShouldBe("second");

        var list = (await server.CommandAsync("key", "list")).Good();
        list.ShouldContain("/ second");
        list.ShouldNotContain(key, customMessage: "a key is shown only once");

        (await server.CommandAsync("key", "revoke", usage["key_id"]!.ToString())).Good();
        using var refused = await client.GetAsync("/usage");
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await server.CommandAsync("key", "list")).Good().ShouldContain("revoked");
    }

    [Fact]
    public async Task A_new_key_has_a_workspace_of_its_own_and_a_rotated_one_shares()
    {
        await using var server = await ServerProcess.StartAsync();
        await server.ChatAsync(new { message = "My name is Ada.", session_id = "shared" });
        var workspace = (await server.CommandAsync("key", "list"))
            .Good()
            .Split('\n')[1]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        var rotated = await server.CommandAsync("key", "create", "--workspace", workspace);
        var stranger = await server.CommandAsync("key", "create");

        (await AskAsync(rotated)).ShouldContain("Ada");
        (await AskAsync(stranger)).ShouldNotContain("Ada");

        async Task<string> AskAsync(Finished created)
        {
            using var client = server.WithKey(created.Good().Trim());
            using var response = await client.PostAsJsonAsync(
                "/chat",
                new { message = "What is my name?", session_id = "shared" }
            );
            return (string)(await response.Content.ReadFromJsonAsync<JsonObject>())!["reply"]!;
        }
    }

    [Fact]
    public async Task A_key_that_deduplicates_takes_a_file_once_and_another_takes_it_twice()
    {
        await using var server = await ServerProcess.StartAsync();
        (await FilesAsync("key", "create", "--dedupe", "true")).ShouldBe(1);
        (await FilesAsync("key", "create", "--dedupe", "false")).ShouldBe(2);
        (await FilesAsync("key", "create")).ShouldBe(2);

        async Task<int> FilesAsync(params string[] command)
        {
            using var client = server.WithKey((await server.CommandAsync(command)).Good().Trim());
            for (var sent = 0; sent < 2; sent++)
            {
                using var form = new MultipartFormDataContent
                {
                    { new StringContent("Herons nest in the reeds."), "file", "notes.txt" },
                };
                using var answer = await client.PostAsync("/files/upload", form);
                answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            }
            var files = await client.GetFromJsonAsync<JsonObject>("/files");
            return files!["files"]!.AsArray().Count;
        }
    }

    [Fact]
    public async Task An_unknown_number_or_workspace_is_said_and_ends_with_an_error()
    {
        await using var server = await ServerProcess.StartAsync();
        var revoked = await server.CommandAsync("key", "revoke", "4711");
        revoked.ExitCode.ShouldBe(1);
        revoked.Errors.ShouldContain("4711");
        var created = await server.CommandAsync("key", "create", "--workspace", "elsewhere");
        created.ExitCode.ShouldBe(1);
        created.Errors.ShouldContain("elsewhere");
        created.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_unknown_option_is_named_and_ends_with_an_error()
    {
        var run = await Executable.RunAsync([], "serve", "--prot", "8080");
        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldContain("--prot");
    }
}
