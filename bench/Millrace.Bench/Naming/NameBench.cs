using System.Diagnostics;
using Millrace.Bench.Measuring;
using Millrace.Knowledge.Graph.Recognition;
using Millrace.Models.Embedded;

namespace Millrace.Bench.Naming;

/// <summary>
/// Trains the model that finds names: three times on two thirds of the sentences to tune with, measured on the third, and
/// once on all. The sentences of the report, which have even ids, are left out of all of it.
/// </summary>
internal static class NameBench
{
    private const int Folds = 3;

    public static int Run(BenchOptions options)
    {
        var words = new WordKinds(new Gazetteer(EmbeddedModelFiles.Beside));
        var tuning = LabelledSentence.Read("names-tuning.json");
        List<LabelledSentence> others =
        [
            .. LabelledSentence.Read("entities-dev.json"),
            .. LabelledSentence.Read("entities.json").Where(sentence => sentence.IsOdd),
        ];
        var report = new Report("names", "measured on", "precision", "recall", "F1", "features");
        var all = new NameCounts();
        for (var fold = 0; fold < Folds; fold++)
        {
            var training = new NameTraining(
                words,
                [.. tuning.Where((_, at) => at % Folds != fold), .. others]
            );
            var recognizer = new EntityRecognizer(words, training.Model());
            var counts = new NameCounts();
            foreach (var sentence in tuning.Where((_, at) => at % Folds == fold))
            {
                counts.Add(recognizer, sentence);
                if (fold == options.Number("--show", -1))
                    Show(recognizer, sentence);
            }
            all.Add(counts);
            report.Row($"third {fold + 1}", counts.Precision, counts.Recall, counts.F1, "");
        }
        var apart = new EntityRecognizer(words, new NameTraining(words, tuning).Model());
        var old = new NameCounts();
        foreach (var sentence in others)
        {
            old.Add(apart, sentence);
            if (options.Number("--show", -1) == Folds)
                Show(apart, sentence);
        }
        report.Row("the other sets, not trained on", old.Precision, old.Recall, old.F1, "");
        var trained = new NameTraining(words, [.. tuning, .. others]);
        report.Row("all thirds", all.Precision, all.Recall, all.F1, trained.Kept);
        if (options.Text("--write") is { } path)
            trained.Write(path);
        var rate = Rate(
            new EntityRecognizer(words, trained.Model()),
            [.. tuning.Select(sentence => sentence.Text)]
        );
        report.Row("sentences a second", "", "", "", Math.Round(rate));
        report.Result("f1", all.F1).Result("sentences_per_second", rate).Print();
        return 0;
    }

    private static void Show(EntityRecognizer recognizer, LabelledSentence sentence)
    {
        var found = recognizer.Recognize(sentence.Text);
        if (
            !found
                .Select(entity => (entity.Text, entity.Type))
                .SequenceEqual(sentence.Entities.Select(entity => (entity.Text, entity.Type)))
        )
            Console.WriteLine(
                $"{sentence.Id} {sentence.Text}: {string.Join("; ", found.Select(entity => $"{entity.Text} {entity.Type} by {entity.Rule}"))}"
            );
    }

    /// <summary>On one core, after a warm-up.</summary>
    private static double Rate(EntityRecognizer recognizer, List<string> texts)
    {
        for (var i = 0; i < 10; i++)
            texts.ForEach(text => recognizer.Recognize(text));
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        const int Rounds = 20;
        for (var i = 0; i < Rounds; i++)
            texts.ForEach(text => recognizer.Recognize(text));
        var spent = Process.GetCurrentProcess().TotalProcessorTime - before;
        return Rounds * texts.Count / spent.TotalSeconds;
    }
}
