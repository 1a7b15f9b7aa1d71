using System.Text;

namespace Millrace.BlackBox.BadInput;

/// <summary>HTTP that is no HTTP, or hardly any.</summary>
public sealed class OddRequestTests(SteadyServer steady) : IClassFixture<SteadyServer>
{
    private const string End = "\r\n\r\n";
    private const string UnknownVersion = "an unknown version";

    public static TheoryData<string, string> Requests { get; } =
        new()
        {
            { "no Host", "GET /health HTTP/1.1" + End },
            { "two Hosts", "GET /health HTTP/1.1\r\nHost: a\r\nHost: b" + End },
            { "no version", "GET /health" + End },
            { UnknownVersion, "GET /health HTTP/9.9\r\nHost: x" + End },
            { "an empty line", End },
            { "a line of noise", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000" + End },
            {
                "huge headers",
                $"GET /health HTTP/1.1\r\nHost: x\r\nX-A: {new string('a', 70_000)}" + End
            },
            {
                "many headers",
                $"GET /health HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 500).Select(number => $"X-{number}: a\r\n"))}\r\n"
            },
            { "a long address", $"GET /{new string('a', 20_000)} HTTP/1.1\r\nHost: x" + End },
            { "a bad escape", "GET /%zz/%00/%ff HTTP/1.1\r\nHost: x" + End },
            { "a way up", "GET /docs/../../../etc/passwd HTTP/1.1\r\nHost: x" + End },
            { "an escaped way up", "GET /docs/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x" + End },
            { "a NUL in a header", "GET /health HTTP/1.1\r\nHost: x\r\nX-A: a\0b" + End },
            { "an unknown method", "BREW /chat HTTP/1.1\r\nHost: x\r\nContent-Length: 0" + End },
            { "a tunnel", "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443" + End },
            { "two lengths", Chat("Content-Length: 2\r\nContent-Length: 3", "{}") },
            {
                "length and chunks",
                Chat("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n")
            },
            { "a negative length", Chat("Content-Length: -1", "") },
            { "a length beyond numbers", Chat("Content-Length: 99999999999999999999", "{}") },
            { "a length that is not kept", Chat("Content-Length: 1000", """{"message":"x"}""") },
            { "a bad chunk size", Chat("Transfer-Encoding: chunked", "zz\r\n{}\r\n0\r\n\r\n") },
            { "a chunk without end", Chat("Transfer-Encoding: chunked", "4\r\n{}") },
            {
                "a huge chunk size",
                Chat("Transfer-Encoding: chunked", "ffffffffffffffff\r\n{}\r\n")
            },
            { "an unknown transfer", Chat("Transfer-Encoding: gzip", "{}") },
            {
                "an unknown content encoding",
                Chat("Content-Length: 2\r\nContent-Encoding: br", "{}")
            },
            { "an odd content type", Chat("Content-Length: 2\r\nContent-Type: ;;;", "{}") },
            { "an expectation", Chat("Content-Length: 2\r\nExpect: a-miracle", "{}") },
        };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Odd_request_gets_a_client_error_or_a_clean_end(string oddity, string request)
    {
        var answer = await steady.SendAsync(Encoding.Latin1.GetBytes(request));
        if (answer.Length > 0)
        {
            answer.ShouldStartWith("HTTP/1.1 ");
            // Of an unknown version the server may say that it does not speak it.
            if (oddity != UnknownVersion)
                answer.ShouldNotStartWith("HTTP/1.1 5", customMessage: oddity);
            else if (answer.StartsWith("HTTP/1.1 5", StringComparison.Ordinal))
                answer.ShouldStartWith("HTTP/1.1 505 ");
            answer.ShouldNotContain("root:");
            answer.ShouldNotContain("   at Millrace");
        }
        await steady.ShouldStandAsync();
    }

    private static string Chat(string headers, string body) =>
        $"POST /chat HTTP/1.1\r\nHost: x\r\napi-key: none\r\n{headers}\r\n\r\n{body}";
}
