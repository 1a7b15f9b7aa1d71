using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Storage;
using Millrace.Testing;
using Millrace.Tests.Api.Fluxra.Chat;
using Npgsql;
using SQLitePCL;

namespace Millrace.Tests.Api.Fluxra;

/// <summary>What clients are told when the server itself fails. (fluxra §4.2)</summary>
public sealed class FailureTests
{
    private static readonly (string, string) Unlimited = ("Fluxra:Limits:Enabled", "false");

    public static TheoryData<string> Faults => ["no address", "disk is full", "disk fails"];

    [Theory, OnEachDatabase]
    public async Task A_fault_is_told_in_the_envelope_and_says_nothing_of_the_servers_inside(
        Dialect dialect
    )
    {
        await using var server = await TestServer.StartBreakableAsync(dialect, Unlimited);
        using var agent = await AgentClient.LogInAsync(server);
        var group = await agent.GroupAsync();

        server.Break(new InvalidOperationException("SELECT secret FROM inside"));

        foreach (var answer in await AskAllAsync(agent, group))
        {
            answer.ShouldFail(500, "INTERNAL_ERROR");
            answer.Text.ShouldNotContain("SELECT");
            answer.Text.ShouldNotContain("InvalidOperation");
            answer.Text.ShouldNotContain("   at ");
        }
        server.Break(null);
        (await agent.ContentsAsync(group)).ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Faults))]
    public async Task A_database_that_cannot_serve_is_told_as_a_reason_to_come_back(string fault)
    {
        await using var server = await TestServer.StartBreakableAsync(settings: Unlimited);
        using var agent = await AgentClient.LogInAsync(server);
        var group = await agent.GroupAsync();

        server.Break(
            fault switch
            {
                "no address" => new NpgsqlException(
                    "Failed to connect to 10.0.0.1:5432",
                    new SocketException((int)SocketError.ConnectionRefused)
                ),
                "disk is full" => new SqliteException("database or disk is full", raw.SQLITE_FULL),
                _ => new SqliteException("disk I/O error", raw.SQLITE_IOERR),
            }
        );

        await ShouldBeUnavailableAsync(server, agent, group);
        server.Break(null);
        (await agent.ContentsAsync(group)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_PostgreSQL_that_lets_nobody_in_is_told_so_and_served_from_again()
    {
        await using var server = await TestServer.StartAsync(
            Dialect.Postgres,
            settings: Unlimited
        );
        using var agent = await AgentClient.LogInAsync(server);
        var group = await agent.GroupAsync();
        var address = server.Services.GetRequiredService<StorageOptions>().Postgres!;

        await LetInAsync(address, false);
        await ShouldBeUnavailableAsync(server, agent, group);
        await LetInAsync(address, true);

        await agent.SentAsync(group, "back again");
        (await agent.ContentsAsync(group)).ShouldBe(["back again"]);
    }

    private static async Task ShouldBeUnavailableAsync(
        TestServer server,
        AgentClient agent,
        string group
    )
    {
        foreach (var answer in await AskAllAsync(agent, group))
            answer.ShouldFail(503, "SERVICE_UNAVAILABLE");
        using var http = server.Client("");
        var health = await http.CallAsync("GET", "/health");
        health.Status.ShouldBe(503, health.Text);
        health
            .Json.AsObject()
            .Select(member => member.Key)
            .ShouldBe(["status", "timestamp", "version"]);
        health["status"].ShouldBe("unhealthy");
    }

    /// <summary>Reads and writes, by each kind of credential and by none, with and without an idempotency key.</summary>
    private static async Task<Answer[]> AskAllAsync(AgentClient agent, string group)
    {
        var body = $$"""{"conversation_id":"{{group}}","content":"lost"}""";
        return
        [
            await agent.CallAsync("GET", "/api/agents"),
            await agent.CallAsync("GET", "/api/conversations"),
            await agent.CallAsync("POST", "/api/messages", body),
            await agent.CallAsync("POST", "/api/messages", body, ("Idempotency-Key", "lost-1")),
            await agent.RecoveryAsync("POST", $"/api/agents/{agent.Id}", """{"name":"cli"}"""),
            await agent.ExchangeAsync(),
        ];
    }

    private static async Task LetInAsync(string address, bool isOpen)
    {
        var database = new NpgsqlConnectionStringBuilder(address);
        var name = database.Database!;
        database.Database = "postgres";
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = $"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {isOpen}";
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        if (isOpen)
            return;
        command.CommandText =
            $"SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}'";
        while ((long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))! > 0)
            await Task.Yield();
    }
}
