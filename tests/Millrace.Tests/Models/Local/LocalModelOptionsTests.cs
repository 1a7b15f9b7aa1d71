using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Settings;
using Millrace.Models.Local;
using Millrace.Tests.Models.Embedded;

namespace Millrace.Tests.Models.Local;

public sealed class LocalModelOptionsTests
{
    [Fact]
    public void Without_a_setting_the_threshold_is_035() => Bind().AbstainBelow.ShouldBe(0.35);

    [Fact]
    public void The_threshold_is_read_from_the_settings() =>
        Bind(("Millrace:LocalModel:AbstainBelow", "0.5")).AbstainBelow.ShouldBe(0.5);

    [Theory]
    [InlineData("1.5")]
    [InlineData("-0.1")]
    [InlineData("NaN")]
    public void A_threshold_that_no_cosine_has_stops_the_start(string value) =>
        Should
            .Throw<SettingsException>(() => Bind(("Millrace:LocalModel:AbstainBelow", value)))
            .Message.ShouldContain("Millrace:LocalModel:AbstainBelow");

    [Fact]
    public void A_misspelt_setting_stops_the_start() =>
        Should
            .Throw<SettingsException>(() => Bind(("Millrace:LocalModel:AbstainBellow", "0.5")))
            .Message.ShouldContain("AbstainBellow");

    [Fact]
    public async Task A_threshold_of_one_quotes_nothing_that_words_do_not_decide()
    {
        const string Question = "Where can I get something to eat at midday?";
        (await AnswerAsync(0.35, Question)).ShouldContain("canteen");
        (await AnswerAsync(1, Question)).ShouldContain("no language model is connected");
    }

    private static async Task<string> AnswerAsync(double abstainBelow, string question)
    {
        var options = new LocalModelOptions { AbstainBelow = abstainBelow };
        using var model = new LocalChatModel(
            UseLite.Embedder(),
            new FakeTimeProvider(Conversation.Now),
            options
        );
        var answer = await model.GetResponseAsync(
            [
                RecalledContext.ToMessage([
                    RecalledPart.Document("guide", "The canteen serves lunch from noon."),
                ]),
                new ChatMessage(ChatRole.User, question),
            ],
            cancellationToken: TestContext.Current.CancellationToken
        );
        return answer.Text;
    }

    private static LocalModelOptions Bind(params (string Key, string Value)[] settings) =>
        SectionRegistration.Bind<LocalModelOptions>(
            new ConfigurationBuilder()
                .AddInMemoryCollection(
                    settings.Select(each => KeyValuePair.Create(each.Key, (string?)each.Value))
                )
                .Build()
        );
}
