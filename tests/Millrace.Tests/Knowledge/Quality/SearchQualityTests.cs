using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Millrace.Testing;
using Millrace.Testing.Doubles;
using Millrace.Tests.Api.TBackend;
using Millrace.Tests.Api.TBackend.Files;
using Millrace.Tests.Models.Embedded;

namespace Millrace.Tests.Knowledge.Quality;

/// <summary>How well the labelled questions are answered by search, and in chat by either kind of model.</summary>
public sealed partial class SearchQualityTests
{
    private const string StandIn = "stand-in";

    [Fact]
    public async Task Questions_find_their_answers_and_others_are_refused()
    {
        UseLite.Embedder();
        await using var model = await OpenAiDouble.StartAsync();
        model.Answer = request => Behaviour.Says(ReadAnswer(request));
        await using var server = await TestServer.StartEmbeddedAsync(
            settings:
            [
                ("Models:Providers:0:Name", "double"),
                ("Models:Providers:0:Kind", "OpenAi"),
                ("Models:Providers:0:BaseUrl", model.BaseUrl),
                ("Models:Providers:0:ApiKey", "key"),
                ("Models:Served:0:Name", StandIn),
                ("Models:Served:0:Provider", "double"),
                .. Unlimited(),
            ]
        );
        using var client = server.Client();
        var clock = Stopwatch.StartNew();
        var store = await client.NewStoreAsync();
        await AddAsync(client, store, SearchSet.Labelled);
        var read = clock.Elapsed;

        var figures = new Figures();
        var misses = new List<string>();
        foreach (var question in SearchSet.Labelled.Answerable)
        {
            var found = await client.FindAsync(store, question.Question);
            var texts = found.Select(chunk => chunk!["text"]!.ToString()).ToList();
            Note("search: hit@1", question, texts.Take(1).Any(question.IsAnsweredBy));
            Note("search: hit@3", question, texts.Take(3).Any(question.IsAnsweredBy));
            var writing = SayAsync(client, question, StandIn);
            var quoted = await SayAsync(client, question, "local");
            Note("chat, local: kept", question, !IsRefusal(quoted), quoted);
            Note("chat, local: right file", question, quoted.Contains(question.Document!), quoted);
            Note("chat, local: right answer", question, question.IsAnsweredBy(quoted), quoted);
            var written = await writing;
            Note("chat, stand-in: kept", question, !IsRefusal(written));
        }
        foreach (var question in SearchSet.Labelled.Unanswerable)
        {
            var quoted = await SayAsync(client, question, "local");
            Note("chat, local: refused", question, IsRefusal(quoted), quoted);
        }

        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine(figures.Table());
        output.WriteLine($"read in {read}, all in {clock.Elapsed}");
        misses.ForEach(output.WriteLine);
        // Behind each, what is aimed at, where the embedded embedder does not reach it (docs/performance.md).
        figures.Of("search: hit@1").ShouldBeGreaterThanOrEqualTo(0.86); // 0.90
        figures.Of("search: hit@3").ShouldBeGreaterThanOrEqualTo(0.98);
        figures.Of("chat, stand-in: kept").ShouldBeGreaterThanOrEqualTo(0.90);
        figures.Of("chat, local: kept").ShouldBeGreaterThanOrEqualTo(0.90);
        figures.Of("chat, local: right answer").ShouldBeGreaterThanOrEqualTo(0.61);
        figures.Of("chat, local: refused").ShouldBeGreaterThanOrEqualTo(0.66); // 0.95

        void Note(string figure, LabelledQuestion question, bool isRight, string said = "")
        {
            figures.Add(figure, question, isRight);
            if (!isRight && question.IsOdd)
                misses.Add($"{figure} {question.Id} {question.Question} → {said}");
        }
    }

    /// <summary>The questions that the order of passages and the threshold for quoting were fitted on, beside the odd ones.</summary>
    [Fact]
    public async Task Questions_to_tune_with_find_their_answers_and_others_are_refused()
    {
        UseLite.Embedder();
        await using var server = await TestServer.StartEmbeddedAsync(settings: Unlimited());
        using var client = server.Client();
        var store = await client.NewStoreAsync();
        await AddAsync(client, store, SearchSet.Labelled);

        var first = await AnswerAsync(client, store, SearchSet.ToTuneWith);
        first.Of("search: hit@1").ShouldBeGreaterThanOrEqualTo(0.79);
        first.Of("search: hit@3").ShouldBeGreaterThanOrEqualTo(0.97);
        first.Of("chat, local: kept").ShouldBeGreaterThanOrEqualTo(0.73);
        first.Of("chat, local: refused").ShouldBeGreaterThanOrEqualTo(0.51);
        var more = await AnswerAsync(client, store, SearchSet.MoreToTuneWith);
        more.Of("search: hit@1").ShouldBeGreaterThanOrEqualTo(0.78);
        more.Of("search: hit@3").ShouldBeGreaterThanOrEqualTo(0.96);
        more.Of("chat, local: kept").ShouldBeGreaterThanOrEqualTo(0.71);
        more.Of("chat, local: refused").ShouldBeGreaterThanOrEqualTo(0.46);
    }

    /// <summary>Adds a set's documents to the others and asks its questions.</summary>
    private static async Task<Figures> AnswerAsync(HttpClient client, string store, SearchSet set)
    {
        await AddAsync(client, store, set);
        var figures = new Figures();
        foreach (var question in set.Answerable)
        {
            var found = await client.FindAsync(store, question.Question);
            var texts = found.Select(chunk => chunk!["text"]!.ToString()).ToList();
            figures.Add("search: hit@1", question, texts.Take(1).Any(question.IsAnsweredBy));
            figures.Add("search: hit@3", question, texts.Take(3).Any(question.IsAnsweredBy));
            var quoted = await SayAsync(client, question, "local");
            figures.Add("chat, local: kept", question, !IsRefusal(quoted));
            figures.Add("chat, local: right answer", question, question.IsAnsweredBy(quoted));
        }
        foreach (var question in set.Unanswerable)
            figures.Add(
                "chat, local: refused",
                question,
                IsRefusal(await SayAsync(client, question, "local"))
            );
        TestContext.Current.TestOutputHelper!.WriteLine(figures.Table());
        return figures;
    }

    private static (string Name, string Value)[] Unlimited() =>
        [
            .. new[] { "chat", "file-writes", "other" }.Select(bucket =>
                ($"Limits:Classes:default:{bucket}:PerMinute", "1000000")
            ),
        ];

    private static async Task AddAsync(HttpClient client, string store, SearchSet set)
    {
        foreach (var path in set.Documents)
            await client.AddAsync(
                store,
                await client.UploadTextAsync(
                    await File.ReadAllTextAsync(path),
                    Path.GetFileName(path)
                )
            );
    }

    private static async Task<string> SayAsync(
        HttpClient client,
        LabelledQuestion question,
        string by
    ) =>
        (await client.SayAsync(new { message = question.Question, model = by }))[
            "reply"
        ]!.ToString();

    // What is answered from elsewhere, such as by reckoning, is not answered as if from the documents.
    private static bool IsRefusal(string reply) =>
        !SearchSet
            .Labelled.Documents.Concat(SearchSet.ToTuneWith.Documents)
            .Concat(SearchSet.MoreToTuneWith.Documents)
            .Any(path => reply.Contains(Path.GetFileName(path), StringComparison.Ordinal));

    private const string NotInDocuments = "Your documents don't answer that.";

    /// <summary>What a model says that does as it is told: it answers from a passage that holds the answer.</summary>
    private static string ReadAnswer(ReceivedRequest request)
    {
        var messages = request.Body["messages"]!.AsArray();
        var asked = messages[^1]!["content"]!.ToString();
        var question = SearchSet.Labelled.Answerable.FirstOrDefault(one => one.Question == asked);
        return
            messages
                .Select(message => message!["content"]!.ToString())
                .SelectMany(text => Passage().Matches(text))
                .FirstOrDefault(passage =>
                    question?.IsAnsweredBy(passage.Groups["text"].Value) == true
                )
                is { } found
            ? $"{question!.Answer} (from {found.Groups["source"].Value})"
            : NotInDocuments;
    }

    [GeneratedRegex(
        """<document source="(?<source>[^"]*)"[^>]*>\n(?<text>.*?)\n</document>""",
        RegexOptions.Singleline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Passage();
}
