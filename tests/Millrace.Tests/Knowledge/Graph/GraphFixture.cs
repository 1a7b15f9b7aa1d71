using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Events;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Knowledge.Graph;
using Millrace.Knowledge.Graph.Vectors;
using Millrace.Knowledge.Vectors;
using Millrace.Testing;

namespace Millrace.Tests.Knowledge.Graph;

/// <summary>A store with one workspace and its default graph, and the time in the test's hands.</summary>
internal sealed class GraphFixture : IAsyncDisposable
{
    private readonly TestStore _store;

    private GraphFixture(TestStore store, Id<Workspace> workspace)
    {
        _store = store;
        Access = new GraphAccess(Store, Time);
        Vectors = new FactVectors(
            Store,
            new VectorChanges(new EventLog(Store, new EventOptions(), Time))
        );
        Facts = new FactLog(
            Store,
            new GraphOptions(),
            new FactEmbedding(new WorkQueue(Store, new WorkOptions(), Time), Time),
            Vectors,
            Time
        );
        Reader = new FactReader(Store);
        Search = new GraphSearch(Store, meaning: null);
        Entities = new Entities(Store, Time);
        Caller = new Principal
        {
            Workspace = workspace,
            Key = Id<ApiKey>.Random(),
            KeyNumber = 1,
            Scopes = new HashSet<string>(),
            IsAdmin = false,
            RateClass = "default",
            StreamDialect = "",
        };
    }

    public FakeTimeProvider Time { get; } = new(At(2026));

    public Store Store => _store.Store;

    public Principal Caller { get; }

    public GraphAccess Access { get; }

    public FactVectors Vectors { get; }

    public FactLog Facts { get; }

    public FactReader Reader { get; }

    public GraphSearch Search { get; }

    public Entities Entities { get; }

    public OpenedGraph Graph { get; private set; } = null!;

    public static async Task<GraphFixture> CreateAsync(Dialect dialect = Dialect.Sqlite)
    {
        var store = await TestStore.CreateAsync(dialect);
        var fixture = new GraphFixture(store, await store.AddWorkspaceAsync());
        fixture.Graph = await fixture.Access.OpenDefaultAsync(fixture.Caller);
        return fixture;
    }

    public static DateTimeOffset At(int year, int month = 1, int day = 1) =>
        new(year, month, day, 0, 0, 0, TimeSpan.Zero);

    public async Task<FactView> SayAsync(string text, DateTimeOffset? from = null)
    {
        var written = await Facts.AddAsync(Graph, [new NewFact { Text = text, ValidFrom = from }]);
        Time.Advance(TimeSpan.FromSeconds(1));
        return written[0].Fact;
    }

    /// <summary>What the relations of a subject lead to, as of two times.</summary>
    public async Task<List<string>> ObjectsAsync(
        string subject,
        DateTimeOffset at,
        DateTimeOffset? known = null
    )
    {
        var relations = await Reader.ListAsync(
            Graph,
            new FactFilter { Moment = new Moment(at, known), Relations = true }
        );
        return
        [
            .. relations
                .Where(fact => fact.Subject == subject)
                .Select(fact => $"{fact.Predicate} {fact.Object}")
                .Order(StringComparer.Ordinal),
        ];
    }

    public async Task<List<string>> AskAsync(
        string text,
        DateTimeOffset at,
        DateTimeOffset? known = null
    ) =>
        [
            .. (
                await Search.FindAsync(Graph, new GraphQuestion(text, new Moment(at, known)))
            ).Facts.Select(scored => scored.Fact.Text),
        ];

    public ValueTask DisposeAsync()
    {
        Vectors.Dispose();
        return _store.DisposeAsync();
    }
}
