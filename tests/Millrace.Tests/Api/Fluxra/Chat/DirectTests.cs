using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra.Chat;

/// <summary>A pair of agents has one conversation, however they come to it. (fluxra §3, §11.1)</summary>
public sealed class DirectTests
{
    [Theory, OnEachDatabase]
    public async Task Both_who_open_it_at_once_again_and_again_find_one(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 5);

        var first = await Task.WhenAll(Pairs(agents).Select(pair => OpenAsync(pair, isNew: true)));
        var told = await Task.WhenAll(Pairs(agents).Select(TellAsync));

        first.Distinct().Count().ShouldBe(10);
        told.ShouldBe(first);
        await server.RestartAsync();
        AgentClient[] later = [.. agents.Select(agent => Again(server, agent))];
        (await Task.WhenAll(Pairs(later).Select(TellAsync))).ShouldBe(first);
        (await Task.WhenAll(Pairs(later).Select(pair => OpenAsync(pair, isNew: false)))).ShouldBe(
            first
        );
        foreach (var agent in later)
            (await agent.AllAsync("/api/conversations", "conversations")).Count.ShouldBe(4);
    }

    [Theory, OnEachDatabase]
    public async Task Both_who_write_first_at_once_write_into_one(Dialect dialect)
    {
        await using var server = await Talk.StartAsync(dialect);
        var agents = await Talk.AgentsAsync(server, 5);

        var first = await Task.WhenAll(Pairs(agents).Select(TellAsync));

        first.Distinct().Count().ShouldBe(10);
        foreach (var (conversation, (one, other)) in first.Zip(Pairs(agents)))
        {
            (await one.ContentsAsync(conversation)).Count.ShouldBe(8);
            (await other.ContentsAsync(conversation)).ShouldBe(
                await one.ContentsAsync(conversation)
            );
        }
    }

    [Fact]
    public async Task Two_servers_on_one_database_open_one()
    {
        await using var first = await Talk.StartAsync(Dialect.Postgres);
        await using var second = await Talk.StartAsync(
            Dialect.Sqlite,
            ("Storage:Postgres", first.Services.GetRequiredService<StorageOptions>().Postgres!)
        );
        var agents = await Talk.AgentsAsync(first, 5);
        // Of each pair one is served here and the other there.
        var pairs = Pairs(agents).Select(pair => (pair.One, Again(second, pair.Other))).ToList();

        var opened = await Task.WhenAll(pairs.Select(pair => OpenAsync(pair, isNew: true)));

        opened.Distinct().Count().ShouldBe(10);
        (await Task.WhenAll(pairs.Select(TellAsync))).ShouldBe(opened);
    }

    private static IEnumerable<(AgentClient One, AgentClient Other)> Pairs(AgentClient[] agents) =>
        from one in agents
        from other in agents
        where string.CompareOrdinal(one.Id, other.Id) < 0
        orderby one.Id, other.Id
        select (one, other);

    /// <summary>Each opens it four times, all at once: one of them makes it when it is new. Gives its id.</summary>
    private static async Task<string> OpenAsync(
        (AgentClient One, AgentClient Other) pair,
        bool isNew
    )
    {
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .SelectMany(_ =>
                    (Task<Answer>[])[OpenAsync(pair.One, pair.Other), OpenAsync(pair.Other, pair.One)]
                )
        );
        answers.ShouldAllBe(answer => answer.Status == 200 || answer.Status == 201);
        answers.Count(answer => answer.Status == 201).ShouldBe(isNew ? 1 : 0);
        answers.ShouldAllBe(answer => answer.Json["members"]!.AsArray().Count == 2);
        return answers.Select(answer => answer["conversation_id"]).Distinct().Single();
    }

    private static Task<Answer> OpenAsync(AgentClient agent, AgentClient other) =>
        agent.PostAsync(
            "/api/conversations",
            new { type = "direct", member_ids = (string[])[other.Id] }
        );

    /// <summary>Each writes to the other four times, all at once.</summary>
    private static async Task<string> TellAsync((AgentClient One, AgentClient Other) pair)
    {
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .SelectMany(n =>
                    (Task<Answer>[])
                        [
                            pair.One.TellAsync(pair.Other, $"{n}"),
                            pair.Other.TellAsync(pair.One, $"{n}"),
                        ]
                )
        );
        answers.ShouldAllBe(answer => answer.Status == 201);
        return answers.Select(answer => answer["conversation_id"]).Distinct().Single();
    }

    private static AgentClient Again(TestServer server, AgentClient agent) =>
        new(server.Client(""), agent.Registered) { Token = agent.Token };
}
