using Millrace.Core.Failures;
using Millrace.Core.Settings;
using Millrace.Models.Discovery;
using Millrace.Models.Routing;

namespace Millrace.Tests.Models.Routing;

public sealed class ResolveTests
{
    private const string Nowhere = "http://127.0.0.1:9/v1";

    [Fact]
    public void With_nothing_connected_the_embedded_model_answers_every_name()
    {
        var router = new RouterBuilder().Build();

        router.Resolve(null).First.Name.ShouldBe("local");
        router.Resolve("advanced").Substituted.ShouldBeFalse();
        var route = router.Resolve("gpt-4o");
        route.First.Name.ShouldBe("local");
        route.Substituted.ShouldBeTrue();
    }

    [Fact]
    public void A_name_goes_to_the_model_served_under_it()
    {
        var router = new RouterBuilder()
            .Provider("a", Nowhere, false)
            .Provider("b", Nowhere, false)
            .Build();

        router.Resolve("B-Model").First.Upstream.ShouldBe("b-upstream");
        router.Resolve(null).First.Name.ShouldBe("a-model");
        router.Resolve("default").First.Name.ShouldBe("a-model");
    }

    [Fact]
    public void An_alias_names_its_models_in_order_and_the_fallback_comes_after_them()
    {
        var router = new RouterBuilder()
            .Provider("a", Nowhere, false)
            .Provider("b", Nowhere, false)
            .Provider("c", Nowhere, false)
            .Models("Aliases:o3:0", "c-model")
            .Models("Aliases:o3:1", "a-model")
            .Models("Fallback:0", "b-model")
            .Models("Fallback:1", "a-model")
            .Build();

        router
            .Resolve("o3")
            .Candidates.Select(candidate => candidate.Card.Name)
            .ShouldBe(["c-model", "a-model", "b-model"]);
    }

    [Fact]
    public void An_unknown_name_is_refused_where_the_installation_is_strict()
    {
        var router = new RouterBuilder()
            .Provider("a", Nowhere, false)
            .Models("UnknownNames", "Refuse")
            .Build();

        Should.Throw<NotFound>(() => router.Resolve("nonsense")).Code.ShouldBe("model_not_found");
    }

    [Fact]
    public void A_provider_and_its_own_model_id_are_a_name()
    {
        var router = new RouterBuilder().Provider("a", Nowhere, false).Build();

        var card = router.Resolve("a/org/some-model").First;
        card.Provider.ShouldBe("a");
        card.Upstream.ShouldBe("org/some-model");
    }

    [Fact]
    public void One_key_in_the_environment_connects_a_provider_that_takes_any_name()
    {
        var router = new RouterBuilder()
            .With("OPENAI_API_KEY", "k")
            .With("OPENAI_BASE_URL", Nowhere)
            .Build();

        router
            .Resolve("whatever-7b")
            .First.ShouldBe(new ModelCard("whatever-7b", "openai", "whatever-7b"));
        router.Resolve(null).First.Provider.ShouldBe("openai");
    }

    [Fact]
    public void With_both_keys_a_name_goes_to_its_maker()
    {
        var router = new RouterBuilder()
            .With("OPENAI_API_KEY", "k")
            .With("ANTHROPIC_API_KEY", "k")
            .Build();

        router.Resolve("claude-opus-4-1").First.Provider.ShouldBe("anthropic");
        router.Resolve("gpt-4o").First.Provider.ShouldBe("openai");
    }

    [Fact]
    public void A_name_that_the_only_maker_cannot_know_goes_to_its_default()
    {
        var router = new RouterBuilder().With("ANTHROPIC_API_KEY", "k").Build();

        var route = router.Resolve("gpt-4o");
        route.First.Provider.ShouldBe("anthropic");
        route.First.Name.ShouldStartWith("claude");
        route.Substituted.ShouldBeTrue();
    }

    [Fact]
    public void The_configuration_comes_before_keys_in_the_environment()
    {
        var router = new RouterBuilder()
            .With("OPENAI_API_KEY", "k")
            .Provider("a", Nowhere, false)
            .Build();

        router.Resolve(null).First.Name.ShouldBe("a-model");
        router.Resolve("gpt-4o").First.Name.ShouldBe("a-model");
        router.Resolve("openai/gpt-4o").First.Provider.ShouldBe("openai");
    }

    [Fact]
    public void A_chosen_model_of_this_machine_comes_before_the_embedded_one_and_after_keys()
    {
        var found = new FoundModel("llama3.2:3b", "ollama", Nowhere);

        new RouterBuilder().Build(found).Resolve(null).First.Name.ShouldBe("llama3.2:3b");
        var keyed = new RouterBuilder().With("OPENAI_API_KEY", "k").Build(found);
        keyed.Resolve(null).First.Provider.ShouldBe("openai");
        keyed.Resolve("llama3.2:3b").First.Provider.ShouldBe("ollama");
    }

    [Fact]
    public void Texts_become_vectors_by_the_embedded_model_unless_another_is_named()
    {
        var router = new RouterBuilder()
            .Provider("a", Nowhere, false)
            .Provider("e", Nowhere, false, ("Embeddings", "true"))
            .Build();

        router.ResolveEmbedding(null).First.Name.ShouldBe("use-lite");
        router.ResolveEmbedding("e-model").First.Upstream.ShouldBe("e-upstream");
        router.ResolveEmbedding("a-model").First.Name.ShouldBe("use-lite");
    }

    [Theory]
    [InlineData("Served:0:Provider", "nobody", "names provider nobody")]
    [InlineData("Default", "nobody", "Default names nobody")]
    [InlineData("Aliases:o3:0", "nobody", "Aliases:o3 names nobody")]
    [InlineData("Retries", "99", "Retries is 99")]
    [InlineData("Providers:0:BaseUrl", "ftp://x", "not an http or https address")]
    [InlineData("Providers:0:ApiKey", "secret:NONE", "secret NONE, which is not there")]
    public void A_wrong_setting_stops_the_start_with_its_name(
        string setting,
        string value,
        string says
    )
    {
        var builder = new RouterBuilder().Provider("a", Nowhere, false).Models(setting, value);

        Should.Throw<SettingsException>(() => builder.Build()).Message.ShouldContain(says);
    }
}
