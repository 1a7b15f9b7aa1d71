using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Millrace.BlackBox.BadInput;

/// <summary>Bodies that are no JSON, or JSON that nobody should send, on every route that takes one.</summary>
public sealed class OddBodyTests(SteadyServer steady) : IClassFixture<SteadyServer>
{
    private static readonly string[] Routes =
    [
        "/chat",
        "/v1/chat/completions",
        "/v1/embeddings",
        "/v1/messages",
        "/v1/messages/count_tokens",
    ];

    public static TheoryData<string> Oddities { get; } = new(Bodies().Keys);

    [Theory]
    [MemberData(nameof(Oddities))]
    public async Task Odd_body_is_refused_by_every_route_and_never_a_server_error(string oddity)
    {
        foreach (var route in Routes)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, route)
            {
                Content = new ByteArrayContent(Bodies()[oddity]),
            };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await steady.Server.Client.SendAsync(request);
            ((int)response.StatusCode).ShouldBeInRange(
                400,
                499,
                $"{route}: {await response.Content.ReadAsStringAsync()}"
            );
            response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        }
        await steady.ShouldStandAsync();
    }

    [Theory]
    [InlineData("""{"message":"a \u0000 b","session_id":"odd"}""")]
    [InlineData("""{"message":"a \ud800 b","session_id":"odd"}""")]
    [InlineData("""{"message":"a","session_id":"\u0000"}""")]
    [InlineData("""{"message":"a","message":"b"}""")]
    [InlineData("""{"message":"a","temperature":1e999}""")]
    [InlineData("""{"message":"a","image_data":"!!!"}""")]
    [InlineData("""{"message":"a","image_data":"data:image/png;base64,iVBORw0KGgo="}""")]
    [InlineData("""{"message":"a","request_id":"\u0000"}""")]
    [InlineData("""{"message":"a","meta":{"a":"\u0000"},"context":{"b":"\udfff"}}""")]
    [InlineData("""{"message":"a","system":"\u0000"}""")]
    [InlineData("""{"message":"a","model":"\u0000","persona":"\u0000"}""")]
    public async Task Odd_text_in_a_chat_is_never_a_server_error(string body)
    {
        using var response = await steady.Server.Client.PostAsync(
            "/chat",
            new StringContent(body, Encoding.UTF8, "application/json")
        );
        ((int)response.StatusCode).ShouldBeOneOf(
            (int)HttpStatusCode.OK,
            (int)HttpStatusCode.UnprocessableEntity
        );
        response
            .Headers.Contains("X-Degraded")
            .ShouldBeFalse(await response.Content.ReadAsStringAsync());
        await steady.ShouldStandAsync();
    }

    private static Dictionary<string, byte[]> Bodies() =>
        new()
        {
            ["nothing"] = [],
            ["blanks"] = "   "u8.ToArray(),
            ["half an object"] = """{"message":"""u8.ToArray(),
            ["two objects"] = """{"a":1}{"b":2}"""u8.ToArray(),
            ["an array"] = "[]"u8.ToArray(),
            ["null"] = "null"u8.ToArray(),
            ["a number"] = "1e999"u8.ToArray(),
            ["not a number"] = """{"temperature":NaN}"""u8.ToArray(),
            ["deep arrays"] = Encoding.UTF8.GetBytes(new string('[', 100_000)),
            ["deep objects"] = Encoding.UTF8.GetBytes(
                $$"""{"message":"x","context":{{string.Concat(Enumerable.Repeat("{\"a\":", 20_000))}}"""
            ),
            ["deep and whole"] = Encoding.UTF8.GetBytes(
                $$"""{"message":7,"messages":7,"input":7,"context":{{new string('[', 5_000)}}{{new string(']', 5_000)}}}"""
            ),
            ["invalid UTF-8"] = [.. """{"message":"a"""u8, 0xff, 0xfe, .. "\"}"u8],
            ["UTF-16"] = Encoding.Unicode.GetBytes("""{"message":"a"}"""),
            ["a form"] = "message=a&session_id=b"u8.ToArray(),
            ["noise"] = [.. Enumerable.Range(0, 4096).Select(number => (byte)(number * 31))],
            ["wrong types"] =
                """{"message":{},"messages":"x","input":{},"model":[],"stream":"yes","max_tokens":"many","tools":7}"""u8.ToArray(),
        };
}
