using System.Diagnostics;
using System.Diagnostics.Metrics;
using Millrace.Models.Routing;
using Millrace.Testing.Doubles;

namespace Millrace.Tests.Models.Routing;

public sealed class ModelTelemetryTests
{
    [Fact]
    public async Task A_call_leaves_a_span_and_measures_without_its_words()
    {
        await using var server = await OpenAiDouble.StartAsync();
        var router = new RouterBuilder().Provider("telemetry", server).Build();
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ModelTelemetry.Name,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (spans)
                    spans.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        var measured = new List<(string Name, double Value, string Kind)>();
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, meters) =>
            {
                if (instrument.Meter.Name == ModelTelemetry.Name)
                    meters.EnableMeasurementEvents(instrument);
            },
        };
        meters.SetMeasurementEventCallback<double>((i, value, tags, _) => Note(i, value, tags));
        meters.SetMeasurementEventCallback<long>((i, value, tags, _) => Note(i, value, tags));
        meters.Start();

        await router.CompleteAsync(
            RouterBuilder.Ask(router, "telemetry-model", "my words"),
            TestContext.Current.CancellationToken
        );

        var span = spans.Single(span => span.OperationName == "chat telemetry-model");
        span.GetTagItem("gen_ai.usage.input_tokens").ShouldBe(11);
        span.GetTagItem("gen_ai.provider.name").ShouldBe("openai");
        span.GetTagItem("gen_ai.response.model").ShouldBe("telemetry-upstream");
        span.Tags.ShouldNotContain(tag => tag.Value!.Contains("my words"));
        measured.ShouldContain(("gen_ai.client.token.usage", 11, "input"));
        measured.ShouldContain(("gen_ai.client.token.usage", 7, "output"));
        measured.ShouldContain(m => m.Name == "gen_ai.client.operation.duration");

        void Note(Instrument i, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var all = tags.ToArray();
            if (!all.Any(tag => Equals(tag.Value, "telemetry-model")))
                return;
            var kind = all.FirstOrDefault(tag => tag.Key == "gen_ai.token.type").Value as string;
            lock (measured)
                measured.Add((i.Name, value, kind ?? ""));
        }
    }
}
