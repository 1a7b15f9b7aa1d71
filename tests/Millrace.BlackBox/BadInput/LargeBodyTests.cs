using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Millrace.BlackBox.BadInput;

public sealed class LargeBodyTests(SteadyServer steady) : IClassFixture<SteadyServer>
{
    private const int Mebibyte = 1 << 20;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_of_37_MiB_is_too_large_with_and_without_a_length(bool isChunked)
    {
        using var response = await SendAsync(new PaddedBody(37 * Mebibyte, isChunked));
        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        await steady.ShouldStandAsync();
    }

    [Fact]
    public async Task Many_bodies_of_36_MiB_at_once_are_held_within_the_memory_budget()
    {
        var before = steady.Server.Resident;
        var gate = new TaskCompletionSource();
        var bodies = Enumerable
            .Range(0, 16)
            .Select(_ => new PaddedBody(36 * Mebibyte, isChunked: true) { BeforeEnd = gate.Task })
            .ToList();
        var answers = bodies.Select(SendAsync).ToList();
        // All are under way at once: each has sent its body but the end, or has its refusal.
        await Task.WhenAll(bodies.Zip(answers, (body, answer) => Task.WhenAny(body.Waits, answer)));
        var during = steady.Server.Resident;
        gate.SetResult();
        var statuses = (await Task.WhenAll(answers)).Select(answer => (int)answer.StatusCode);
        statuses.ShouldContain(429);
        statuses.ShouldContain(200);
        statuses.Distinct().ShouldBeSubsetOf([200, 429]);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"resident: {before / Mebibyte} MiB before, {during / Mebibyte} during, {steady.Server.Resident / Mebibyte} after; {statuses.Count(status => status == 429)} of 16 refused"
        );
        during.ShouldBeLessThan(before + 600L * Mebibyte);
        await steady.ShouldStandAsync();
    }

    [Theory]
    [InlineData("/chat", """{"message":"x","context":{"a":[""", "1,", "1]}}")]
    [InlineData("/chat", """{"message":"x","vector_store_ids":[""", "\"\",", "\"\"]}")]
    [InlineData("/chat", """{"message":"x","tools":{""", "\"a\":true,", "\"a\":true}}")]
    [InlineData("/v1/chat/completions", """{"model":"local","messages":[""", "{},", "{}]}")]
    [InlineData("/v1/embeddings", """{"model":"use-lite","input":[""", "\"a\",", "\"a\"]}")]
    public async Task Lists_of_36_MiB_at_once_take_little_more_than_their_bytes(
        string path,
        string start,
        string item,
        string end
    )
    {
        var count = (36 * Mebibyte - start.Length - end.Length) / item.Length;
        var body = Encoding.UTF8.GetBytes(
            start + string.Concat(Enumerable.Repeat(item, count)) + end
        );
        using var client = steady.Server.Anonymous();
        client.DefaultRequestHeaders.Add("x-api-key", steady.Server.Key);
        var before = steady.Server.Resident;
        var answers = Enumerable
            .Range(0, 8)
            .Select(_ => client.PostAsync(path, new ByteArrayContent(body)))
            .ToList();
        var most = 0L;
        while (!answers.TrueForAll(answer => answer.IsCompleted))
        {
            await Task.WhenAny(Task.WhenAll(answers), Task.Delay(20));
            most = Math.Max(most, steady.Server.Resident);
        }

        var statuses = (await Task.WhenAll(answers)).Select(answer => (int)answer.StatusCode);
        statuses.Distinct().ShouldBeSubsetOf([400, 422, 429]);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"resident: {before / Mebibyte} MiB before, {most / Mebibyte} at most"
        );
        most.ShouldBeLessThan(before + 500L * Mebibyte);
        await steady.ShouldStandAsync();
    }

    private Task<HttpResponseMessage> SendAsync(HttpContent body) =>
        steady.Server.Client.PostAsync("/chat", body);

    /// <summary>A question in a body of a given size, most of which is a field that nobody reads.</summary>
    private sealed class PaddedBody : HttpContent
    {
        private static readonly byte[] Padding = [.. Enumerable.Repeat((byte)'a', Mebibyte)];

        private readonly int _size;
        private readonly bool _isChunked;
        private readonly TaskCompletionSource _waits = new();

        public PaddedBody(int size, bool isChunked)
        {
            (_size, _isChunked) = (size, isChunked);
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        public Task BeforeEnd { get; init; } = Task.CompletedTask;

        /// <summary>Done when all but the end is sent.</summary>
        public Task Waits => _waits.Task;

        protected override async Task SerializeToStreamAsync(
            Stream stream,
            TransportContext? context
        )
        {
            var start = """{"message":"What is 17*23?","padding":"A"""u8.ToArray();
            var end = "\"}"u8.ToArray();
            await stream.WriteAsync(start);
            for (var left = _size - start.Length - end.Length; left > 0; left -= Padding.Length)
                await stream.WriteAsync(Padding.AsMemory(0, Math.Min(left, Padding.Length)));
            await stream.FlushAsync();
            _waits.TrySetResult();
            await BeforeEnd;
            await stream.WriteAsync(end);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _size;
            return !_isChunked;
        }
    }
}
