using Microsoft.Extensions.DependencyInjection;
using Millrace.Bench.Measuring;
using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;
using Millrace.Messaging.Messages;
using Millrace.Server.Starting;

namespace Millrace.Bench.Talking;

/// <summary>
/// The same questions to a store of ten thousand messages and to a full one, at the floor beneath HTTP: sends of 64
/// callers, pages of 50, and search of a page by a common and a rare word in the conversations of an agent.
/// </summary>
internal static class FilledStore
{
    private const int Callers = 64;
    // Fifty messages each in the smaller store, so that a page is as long in both.
    private const int Conversations = 200;
    private const int OwnConversations = 100;
    private const int PageSize = 50;
    private const int Few = 10_000;

    public static async Task RunAsync(
        BenchOptions options,
        Scratch scratch,
        Report report,
        int most
    )
    {
        await using var host = MessageServer.Build("http://127.0.0.1:0", scratch.File("filled"));
        await host.PrepareAsync(CancellationToken.None);
        var (agent, conversations) = await OpenAsync(host);
        var filling = new Filling(host.Services, conversations);
        await filling.ToAsync(Few);
        var few = await MeasureAsync(options, host, agent, conversations, report, "10 k");
        await filling.ToAsync(most);
        var many = await MeasureAsync(
            options,
            host,
            agent,
            conversations,
            report,
            $"{most / 1e6} M"
        );
        report
            .Result("send_kept", many.Send.Rate / few.Send.Rate)
            .Result("page_grown", many.Page.P50 / few.Page.P50)
            .Result("search_p99_ms", many.Search.P99);
    }

    /// <summary>An agent of some of many groups, and its own first.</summary>
    private static async Task<(Id<AgentAccount>, List<Id<Conversation>>)> OpenAsync(
        MillraceHost host
    )
    {
        var registration = host.Services.GetRequiredService<Registration>();
        var settings = host.Services.GetRequiredService<ConversationSettings>();
        async Task<Id<AgentAccount>> Register(string name) =>
            (await registration.RegisterAsync(new NewAgent(name, null, new AgentMetadata(null, null, null), null), CallOrigin.Server))
                .Account
                .Id;
        var (agent, other) = (await Register("reader"), await Register("writer"));
        var conversations = new List<Id<Conversation>>();
        for (var i = 0; i < Conversations; i++)
        {
            var group = await settings.CreateGroupAsync(
                i < OwnConversations ? agent : other,
                new NewGroup()
            );
            conversations.Add(group.Conversation.Id);
        }
        return (agent, conversations);
    }

    private static async Task<(Lap Send, Lap Page, Lap Search)> MeasureAsync(
        BenchOptions options,
        MillraceHost host,
        Id<AgentAccount> agent,
        List<Id<Conversation>> conversations,
        Report report,
        string size
    )
    {
        var sending = host.Services.GetRequiredService<Sending>();
        var history = host.Services.GetRequiredService<MessageHistory>();
        var search = host.Services.GetRequiredService<MessageSearch>();
        var turn = 0;
        Id<Conversation> Own() => conversations[Interlocked.Increment(ref turn) % OwnConversations];
        async Task<Lap> Run(string name, int callers, Func<int, Task> ask)
        {
            await ClosedLoop.RunAsync(callers, TimeSpan.FromSeconds(1), ask);
            var lap = await ClosedLoop.RunAsync(callers, options.Lap, ask);
            report.Row($"{name}, {size}", lap);
            return lap;
        }

        var page = await Run(
            $"page of {PageSize}",
            1,
            _ => history.ListAsync(agent, Own(), new HistoryPage(false, null, null, PageSize))
        );
        var found = await Run(
            "search",
            1,
            _ =>
                search.FindAsync(
                    agent,
                    turn % 2 == 0
                        ? Filling.CommonWord
                        : Filling.RareWord(Interlocked.Increment(ref turn)),
                    null,
                    null,
                    PageSize
                )
        );
        var send = await Run(
            "send",
            Callers,
            _ =>
                sending.SendAsync(
                    agent,
                    new NewMessage(Filling.Text(turn)) { Conversation = Own() }
                )
        );
        return (send, page, found);
    }
}
