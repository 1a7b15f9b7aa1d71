using Millrace.Knowledge.Vectors;

namespace Millrace.Tests.Knowledge.Vectors;

public sealed class VectorIndexesTests
{
    private static readonly VectorScope _documents = new(Guid.NewGuid(), "documents", "m", 2);
    private static readonly VectorScope _memory = _documents with { Group = "memory" };

    private int _loads;

    [Fact]
    public async Task An_index_is_loaded_once_and_when_it_is_asked_for()
    {
        using var indexes = new VectorIndexes<int>(Rows);
        indexes.Find(_documents).ShouldBeNull();

        var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Open(indexes)));

        opened.Distinct().ShouldHaveSingleItem().ShouldBe(indexes.Find(_documents));
        opened[0].Search([1, 0], 1)[0].Key.ShouldBe(7);
        _loads.ShouldBe(1);
    }

    [Fact]
    public async Task Scopes_see_nothing_of_each_other()
    {
        using var indexes = new VectorIndexes<int>(Rows);
        (await Open(indexes)).Add(8, [1, 0]);

        (await Open(indexes, _memory)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_dropped_index_is_loaded_again()
    {
        using var indexes = new VectorIndexes<int>(Rows);
        var first = await Open(indexes);
        indexes.Drop(_documents);

        indexes.Find(_documents).ShouldBeNull();
        (await Open(indexes)).ShouldNotBe(first);
        first.Search([1, 0], 1).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_failed_load_is_tried_again_by_the_next()
    {
        using var indexes = new VectorIndexes<int>(scope =>
            _loads++ == 0 ? throw new TimeoutException() : Rows(scope)
        );

        await Should.ThrowAsync<TimeoutException>(() => Open(indexes));

        (await Open(indexes)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_longest_unused_are_dropped_when_memory_is_short()
    {
        using var indexes = new VectorIndexes<int>(Rows, mostBytes: 1);
        await Open(indexes);
        await Open(indexes, _memory);

        indexes.Find(_documents).ShouldBeNull();
        indexes.Find(_memory).ShouldNotBeNull();
    }

    private static Task<VectorIndex<int>> Open(
        VectorIndexes<int> indexes,
        VectorScope? scope = null
    ) => indexes.OpenAsync(scope ?? _documents, TestContext.Current.CancellationToken);

    private async IAsyncEnumerable<KeyValuePair<int, ReadOnlyMemory<float>>> Rows(VectorScope scope)
    {
        Interlocked.Increment(ref _loads);
        await Task.Yield();
        yield return new(
            7,
            new float[scope.Dimensions]
                .Select(_ => 1f)
                .ToArray()
        );
    }
}
