using System.Collections.Concurrent;
using Millrace.Core.Events;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Knowledge.Vectors;
using Millrace.Testing;

namespace Millrace.Tests.Knowledge.Vectors;

public sealed class VectorIndexesTests : IAsyncLifetime
{
    private readonly VectorScope _documents = new(Guid.NewGuid(), "documents", "m", 2);
    private readonly Rows _rows = new();
    private TestStore _store = null!;

    private VectorScope Memory => _documents with { Group = "memory" };

    public async ValueTask InitializeAsync() =>
        _store = await TestStore.CreateAsync(Dialect.Sqlite);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task An_index_is_loaded_once_and_when_it_is_asked_for()
    {
        using var indexes = Indexes();
        indexes.Find(_documents).ShouldBeNull();

        var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Open(indexes)));

        opened.Distinct().ShouldHaveSingleItem().ShouldBe(indexes.Find(_documents));
        opened[0].Search([1, 0], 1)[0].Key.ShouldBe(7);
        _rows.Loads.ShouldBe(1);
    }

    [Fact]
    public async Task Scopes_see_nothing_of_each_other()
    {
        using var indexes = Indexes();
        (await Open(indexes)).Add(8, [1, 0]);

        (await Open(indexes, Memory)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_dropped_index_is_loaded_again()
    {
        using var indexes = Indexes();
        var first = await Open(indexes);
        indexes.Drop(_documents);

        indexes.Find(_documents).ShouldBeNull();
        (await Open(indexes)).ShouldNotBe(first);
        first.Search([1, 0], 1).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_failed_load_is_tried_again_by_the_next()
    {
        using var indexes = Indexes();
        _rows.Fails = true;
        await Should.ThrowAsync<TimeoutException>(() => Open(indexes));
        _rows.Fails = false;

        (await Open(indexes)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_longest_unused_are_dropped_when_memory_is_short()
    {
        using var indexes = Indexes(mostBytes: 1);
        await Open(indexes);
        await Open(indexes, Memory);

        indexes.Find(_documents).ShouldBeNull();
        indexes.Find(Memory).ShouldNotBeNull();
    }

    [Fact]
    public async Task What_a_write_told_of_is_found_and_what_it_removed_is_not()
    {
        using var indexes = Indexes();
        await Open(indexes);

        _rows.Present[8] = [0, 1];
        await TellAsync(8);
        (await Open(indexes)).Search([0, 1], 1)[0].Key.ShouldBe(8);

        _rows.Present.Clear();
        await TellAsync(7, 8);
        (await Open(indexes)).Count.ShouldBe(0);
        _rows.Loads.ShouldBe(1);
    }

    [Fact]
    public async Task An_index_that_missed_changes_which_are_no_longer_kept_is_loaded_again()
    {
        using var indexes = Indexes();
        var first = await Open(indexes);
        _rows.Present.Clear();
        await TellAsync(7);
        await _store.Store.WriteAsync(
            Reach.Installation,
            async db => await db.ExecuteAsync("DELETE FROM events")
        );
        _rows.Present[8] = [0, 1];
        await TellAsync(8);

        var second = await Open(indexes);

        second.ShouldNotBe(first);
        second.Count.ShouldBe(1);
    }

    private VectorIndexes<int> Indexes(long mostBytes = long.MaxValue) =>
        new(_rows, Changes, mostBytes: mostBytes);

    private VectorChanges Changes =>
        new(new EventLog(_store.Store, new EventOptions(), TimeProvider.System));

    private Task TellAsync(params int[] keys) =>
        _store.Store.WriteAsync(
            new Id<Workspace>(_documents.Workspace),
            db => Changes.TellAsync(db, _documents.Group, keys)
        );

    private Task<VectorIndex<int>> Open(VectorIndexes<int> indexes, VectorScope? scope = null) =>
        indexes.OpenAsync(scope ?? _documents, TestContext.Current.CancellationToken);

    private sealed class Rows : VectorSource<int>
    {
        public ConcurrentDictionary<int, float[]> Present { get; } = new([new(7, [1, 1])]);

        public int Loads { get; private set; }

        public bool Fails { get; set; }

        public override async IAsyncEnumerable<KeyValuePair<int, ReadOnlyMemory<float>>> AllAsync(
            VectorScope scope
        )
        {
            Loads++;
            await Task.Yield();
            if (Fails)
                throw new TimeoutException();
            foreach (var (key, vector) in Present)
                yield return new(key, vector);
        }

        public override Task<IReadOnlyList<KeyValuePair<int, ReadOnlyMemory<float>>>> FindAsync(
            VectorScope scope,
            IReadOnlyCollection<int> keys
        ) =>
            Task.FromResult<IReadOnlyList<KeyValuePair<int, ReadOnlyMemory<float>>>>([
                .. Present
                    .Where(pair => keys.Contains(pair.Key))
                    .Select(pair =>
                        KeyValuePair.Create(pair.Key, (ReadOnlyMemory<float>)pair.Value)
                    ),
            ]);
    }
}
