using Millrace.Knowledge.Vectors;

namespace Millrace.Tests.Knowledge.Vectors;

public sealed class ChangeTests
{
    private const int Dimensions = 24;

    private static VectorIndexOptions Small => new() { GraphFrom = 300, SearchWidth = 64 };

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Any_changes_leave_what_a_plain_table_holds(int seed)
    {
        var random = new Random(seed);
        var table = new Dictionary<int, float[]>();
        using var index = new VectorIndex<int>(Dimensions, Small);
        for (var step = 0; step < 12_000; step++)
        {
            var key = random.Next(2_500);
            if (random.Next(3) > 0)
            {
                table[key] = Samples.Direction(random, Dimensions);
                index.Add(key, table[key]);
            }
            else
            {
                index.Remove(key).ShouldBe(table.Remove(key));
            }
            if (step % 200 == 0)
                Agree(index, table, Samples.Direction(random, Dimensions));
        }
        await index.Settled;

        index.Count.ShouldBe(table.Count);
        index.Search(Samples.Direction(random, Dimensions), 5_000).Count.ShouldBe(table.Count);
        var queries = Enumerable.Range(0, 50).Select(_ => Samples.Direction(random, Dimensions));
        Samples.Recall(index, table, queries).ShouldBeGreaterThan(0.97);
    }

    [Fact]
    public async Task What_was_removed_is_cleared_away()
    {
        var vectors = Samples.Numbered(Samples.Clustered(4_000, Dimensions, seed: 5));
        using var index = await FilledAsync(vectors);
        var before = index.Bytes;
        foreach (var key in vectors.Keys.Where(key => key % 4 != 0).ToList())
        {
            index.Remove(key);
            vectors.Remove(key);
        }
        await index.Settled;

        // Up to a thousand that were removed may stay.
        index.Bytes.ShouldBeLessThan(before * 3 / 4);
        var queries = Samples.Clustered(30, Dimensions, seed: 6);
        Samples.Recall(index, vectors, queries).ShouldBeGreaterThan(0.98);
    }

    [Fact]
    public async Task An_index_that_outgrows_its_rescoring_goes_on_by_its_codes_alone()
    {
        var vectors = Samples.Numbered(Samples.Clustered(3_000, Dimensions, seed: 8));
        using var index = new VectorIndex<int>(Dimensions, Small with { RescoreUpTo = 1_000 });
        foreach (var (key, vector) in vectors)
            index.Add(key, vector);
        foreach (var key in vectors.Keys.Where(key => key % 3 != 0).ToList())
        {
            index.Remove(key);
            vectors.Remove(key);
        }
        await index.Settled;

        var queries = Samples.Clustered(30, Dimensions, seed: 9);
        Samples.Recall(index, vectors, queries).ShouldBeGreaterThan(0.95, "recall");
    }

    [Fact]
    public async Task Searches_beside_changes_see_each_key_once_and_no_removed_one()
    {
        var vectors = Samples.Numbered(Samples.Clustered(1_500, Dimensions, seed: 7));
        using var index = await FilledAsync(vectors);
        // Never removed, always replaced by itself: every search must find it, once.
        var constant = vectors[0];
        var gone = 0;
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(
            () =>
            {
                for (var key = 1; key < 1_400; key++)
                {
                    index.Add(0, constant);
                    index.Remove(key);
                    Volatile.Write(ref gone, key);
                    index.Add(key + 10_000, vectors[key]);
                }
                stop.Cancel();
            },
            TestContext.Current.CancellationToken
        );
        var reading = Enumerable
            .Range(0, 2)
            .Select(_ =>
                Task.Run(
                    () =>
                    {
                        do
                        {
                            var removed = Volatile.Read(ref gone);
                            var hits = index.Search(constant, 1_000);
                            hits.Count(hit => hit.Key == 0).ShouldBe(1);
                            hits.DistinctBy(hit => hit.Key).Count().ShouldBe(hits.Count);
                            hits.ShouldAllBe(hit => hit.Key == 0 || hit.Key > removed);
                        } while (!stop.IsCancellationRequested);
                    },
                    TestContext.Current.CancellationToken
                )
            );

        await Task.WhenAll([writing, .. reading]);
        await index.Settled;

        index.Count.ShouldBe(1_500);
    }

    [Fact]
    public async Task Changes_made_while_it_loads_win_over_what_is_loaded()
    {
        using var index = new VectorIndex<int>(2);
        async IAsyncEnumerable<KeyValuePair<int, ReadOnlyMemory<float>>> Rows()
        {
            index.Remove(1);
            index.Add(2, [0, 1]);
            await Task.Yield();
            foreach (var key in Enumerable.Range(1, 3))
                yield return new(key, new float[] { 1, 0 });
        }

        await index.LoadAsync(Rows(), TestContext.Current.CancellationToken);

        index.Search([1, 0], 5).Select(hit => hit.Key).ShouldBe([3, 2]);
    }

    private static async Task<VectorIndex<int>> FilledAsync(Dictionary<int, float[]> vectors)
    {
        var index = new VectorIndex<int>(Dimensions, Small);
        foreach (var (key, vector) in vectors)
            index.Add(key, vector);
        await index.Settled;
        return index;
    }

    private static void Agree(VectorIndex<int> index, Dictionary<int, float[]> table, float[] query)
    {
        var most = Math.Min(10, table.Count);
        var hits = index.Search(query, most);
        hits.Count.ShouldBe(most);
        hits.ShouldAllBe(hit => table.ContainsKey(hit.Key));
        foreach (var hit in hits)
        {
            var cosine = System.Numerics.Tensors.TensorPrimitives.CosineSimilarity(
                query,
                table[hit.Key]
            );
            hit.Similarity.ShouldBe(cosine, 1e-3f);
        }
    }
}
