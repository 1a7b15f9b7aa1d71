using Millrace.Knowledge.Vectors;

namespace Millrace.Tests.Knowledge.Vectors;

/// <summary>An index large enough for a graph; it is built once for all.</summary>
public sealed class GraphTests(GraphTests.Large large) : IClassFixture<GraphTests.Large>
{
    private const int Count = 6_000;
    private const int Dimensions = 64;

    public sealed class Large : IAsyncLifetime
    {
        internal Dictionary<int, float[]> Vectors { get; } = Samples.Numbered(_samples[..Count]);

        internal VectorIndex<int> Index { get; } = new(Dimensions, Small);

        public async ValueTask InitializeAsync()
        {
            foreach (var (key, vector) in Vectors)
                Index.Add(key, vector);
            await Index.Settled;
        }

        public ValueTask DisposeAsync()
        {
            Index.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private static VectorIndexOptions Small =>
        new()
        {
            GraphFrom = 500,
            SearchWidth = 64,
            BuildThreads = 2,
        };

    private static readonly float[][] _samples = Samples.Clustered(
        Count + 100,
        Dimensions,
        seed: 3
    );

    private static float[][] Queries => _samples[Count..];

    [Fact]
    public void The_graph_finds_what_comparing_with_all_finds() =>
        Samples.Recall(large.Index, large.Vectors, Queries).ShouldBeGreaterThan(0.98, "recall");

    [Fact]
    public async Task What_the_graph_does_not_hold_yet_is_found_all_the_same()
    {
        using var index = new VectorIndex<int>(Dimensions, Small);
        var added = new Dictionary<int, float[]>();
        foreach (var (key, vector) in large.Vectors)
        {
            index.Add(key, vector);
            added.Add(key, vector);
            if (key % 500 == 0)
                Samples.Recall(index, added, Queries.Take(10)).ShouldBeGreaterThan(0.95, "recall");
        }

        Samples.Recall(index, added, Queries).ShouldBeGreaterThan(0.98, "recall");
        await index.Settled;
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(100)]
    [InlineData(1_500)]
    public void A_filter_leaves_the_nearest_of_what_it_lets_through(int oneOf)
    {
        var predicate = new VectorFilter<int>(key => key % oneOf == 0);
        var set = new VectorFilter<int>(large.Vectors.Keys.Where(predicate.Accepts).ToHashSet());

        Samples
            .Recall(large.Index, large.Vectors, Queries, predicate)
            .ShouldBeGreaterThan(0.98, "recall");
        Samples
            .Recall(large.Index, large.Vectors, Queries, set)
            .ShouldBeGreaterThan(0.98, "recall");
        large.Index.Search(Queries[0], 10, set).ShouldAllBe(hit => hit.Key % oneOf == 0);
    }

    [Fact]
    public void A_filter_that_lets_through_only_what_is_far_away_still_gets_all_it_can()
    {
        var query = Queries[0];
        var far = Samples.Compare(large.Vectors, query, Count)[^3_000..];
        var filter = new VectorFilter<int>(far.Select(hit => hit.Key).ToHashSet());

        var found = large.Index.Search(query, 10, filter).Select(hit => hit.Key);

        found.ShouldBe(far.Take(10).Select(hit => hit.Key));
    }

    [Fact]
    public void A_filter_of_unknown_keys_finds_nothing()
    {
        var strangers = new HashSet<int>(Enumerable.Range(Count, 3 * Count));

        large.Index.Search(Queries[0], 10, new VectorFilter<int>(strangers)).ShouldBeEmpty();
        large.Index.Search(Queries[0], 10, new VectorFilter<int>(_ => false)).ShouldBeEmpty();
    }

    [Fact]
    public void More_may_be_asked_for_than_a_walk_would_keep()
    {
        large.Index.Search(Queries[0], Count + 1).Count.ShouldBe(Count);
        large.Index.Search(Queries[0], 300).Count.ShouldBe(300);
    }

    [Fact]
    public async Task A_graph_of_many_equal_vectors_is_searched_to_the_last()
    {
        using var index = new VectorIndex<int>(4, Small);
        for (var key = 0; key < 2_000; key++)
            index.Add(key, key == 1_234 ? [0, 0, 1, 0] : [1, 1, 0, 0]);
        await index.Settled;

        index.Search([1, 1, 0, 0], 50).ShouldAllBe(hit => hit.Similarity > 0.999f);
        index.Search([0, 0, 1, 0], 2_000).Count.ShouldBe(2_000);
    }
}
