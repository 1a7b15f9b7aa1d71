using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Failures;
using Millrace.Models.Local;

namespace Millrace.Tests.Models.Local;

/// <summary>The model when the embedder's files are missing: words alone decide.</summary>
public sealed class WithoutEmbedderTests
{
    [Fact]
    public async Task The_log_says_once_that_words_alone_decide()
    {
        var log = new Lines();
        using var talk = Talk(log).With(Toolbox.All);
        await talk.AskAsync(
            "Is there anything to do?",
            "Who wrote Hamlet?",
            "Why is the sky blue?"
        );
        log.Written.ShouldHaveSingleItem()
            .ShouldBe(
                (
                    LogLevel.Warning,
                    "The built-in chat model goes by words alone, without meaning: The weights are missing."
                )
            );
    }

    [Fact]
    public async Task Nothing_is_logged_before_meaning_is_asked_for()
    {
        var log = new Lines();
        using var talk = Talk(log);
        await talk.AskAsync("My name is Ada. What is 17*23?", "What is my name?");
        log.Written.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_tool_is_still_called_by_its_words()
    {
        using var talk = Talk(new Lines()).With(Toolbox.All);
        var response = await talk.SayAsync("What's the weather in Zagreb?");
        response
            .Messages[0]
            .Contents.OfType<FunctionCallContent>()
            .ShouldHaveSingleItem(response.Text)
            .Name.ShouldBe("get_weather");
    }

    [Fact]
    public async Task A_text_is_still_quoted_by_its_words()
    {
        using var talk = Talk(new Lines());
        var answer = await talk.AskAsync(
            "Read the following text: The mill was built by Martha Kline. The wheel is made of oak.",
            "Who built the mill?"
        );
        answer.ShouldBe("“The mill was built by Martha Kline.” (from the text you gave).");
    }

    private static Conversation Talk(Lines log)
    {
        var embedder = new MissingEmbedder();
        return new Conversation(
            embedder,
            new LocalChatModel(embedder, new FakeTimeProvider(Conversation.Now), options: null, log)
        );
    }

    private sealed class MissingEmbedder : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values,
            EmbeddingGenerationOptions? options = null,
            CancellationToken cancellationToken = default
        ) => throw new Unavailable("model_missing", "The weights are missing.");

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose() { }
    }

    private sealed class Lines : ILogger<LocalChatModel>
    {
        public List<(LogLevel Level, string Text)> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Written.Add((logLevel, formatter(state, exception)));
    }
}
