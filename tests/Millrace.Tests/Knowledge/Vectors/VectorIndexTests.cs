using Millrace.Core.Failures;
using Millrace.Knowledge.Vectors;

namespace Millrace.Tests.Knowledge.Vectors;

public sealed class VectorIndexTests
{
    [Fact]
    public void The_nearest_come_first_with_their_cosine()
    {
        using var index = new VectorIndex<int>(3);
        index.Add(1, [1, 0, 0]);
        index.Add(2, [3, 4, 0]);
        index.Add(3, [-2, 0, 0]);

        var hits = index.Search([5, 0, 0], 10);

        hits.Select(hit => hit.Key).ShouldBe([1, 2, 3]);
        hits[0].Similarity.ShouldBe(1, 1e-4f);
        hits[1].Similarity.ShouldBe(0.6f, 1e-4f);
        hits[2].Similarity.ShouldBe(-1, 1e-4f);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(63)]
    [InlineData(65)]
    [InlineData(768)]
    [InlineData(4096)]
    public void Vectors_may_have_any_number_of_dimensions(int dimensions)
    {
        var samples = Samples.Clustered(205, dimensions, seed: 1);
        var vectors = Samples.Numbered(samples[..200]);
        using var index = Filled(vectors);

        foreach (var query in samples[200..])
        {
            var found = index.Search(query, 5).Select(hit => hit.Similarity).ToArray();
            var expected = Samples.Compare(vectors, query, 5);
            for (var at = 0; at < 5; at++)
                found[at].ShouldBe(expected[at].Similarity, 1e-3f);
        }
    }

    [Fact]
    public void A_second_vector_of_a_key_replaces_the_first()
    {
        using var index = new VectorIndex<int>(2);
        index.Add(1, [1, 0]);
        index.Add(1, [0, 1]);

        var hit = index.Search([0, 1], 10).ShouldHaveSingleItem();

        hit.Similarity.ShouldBe(1, 1e-4f);
        index.Count.ShouldBe(1);
    }

    [Fact]
    public void A_removed_key_is_found_no_more()
    {
        using var index = new VectorIndex<int>(2);
        index.Add(1, [1, 0]);
        index.Add(2, [0, 1]);

        index.Remove(1).ShouldBeTrue();
        index.Remove(1).ShouldBeFalse();

        index.Search([1, 0], 10).Select(hit => hit.Key).ShouldBe([2]);
        index.Count.ShouldBe(1);
    }

    [Fact]
    public void A_vector_of_zeros_is_near_nothing()
    {
        using var index = new VectorIndex<int>(2);
        index.Add(1, [1, 0]);
        index.Add(2, [1, 1]);
        index.Add(1, [0, 0]);

        index.Search([1, 0], 10).Select(hit => hit.Key).ShouldBe([2]);
        index.Search([0, 0], 10).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1e-28f)]
    [InlineData(1e30f)]
    public void Only_the_direction_counts_however_long_a_vector_is(float length)
    {
        using var index = new VectorIndex<int>(2);
        index.Add(1, [length, 0]);

        index.Search([length, length], 1)[0].Similarity.ShouldBe(MathF.Sqrt(0.5f), 1e-4f);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void What_is_no_number_is_refused(float component)
    {
        using var index = new VectorIndex<int>(2);

        Should
            .Throw<Invalid>(() => index.Add(1, [1, component]))
            .Code.ShouldBe("vector_not_finite");
        Should.Throw<Invalid>(() => index.Search([component, 1], 1));
        index.Count.ShouldBe(0);
    }

    [Fact]
    public void Another_number_of_dimensions_is_refused()
    {
        using var index = new VectorIndex<int>(2);

        Should.Throw<Invalid>(() => index.Add(1, [1, 0, 0])).Code.ShouldBe("vector_dimensions");
        Should.Throw<Invalid>(() => index.Search([1], 1));
    }

    [Fact]
    public void An_empty_index_and_a_search_for_none_find_nothing()
    {
        using var index = new VectorIndex<int>(2);
        index.Search([1, 0], 5).ShouldBeEmpty();

        index.Add(1, [1, 0]);
        index.Search([1, 0], 0).ShouldBeEmpty();
        index.Search([1, 0], int.MaxValue).Count.ShouldBe(1);
    }

    private static VectorIndex<int> Filled(Dictionary<int, float[]> vectors)
    {
        var index = new VectorIndex<int>(vectors[0].Length);
        foreach (var (key, vector) in vectors)
            index.Add(key, vector);
        return index;
    }
}
