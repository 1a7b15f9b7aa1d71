using System.Text;
using Millrace.Models.Forwarding;

namespace Millrace.Tests.Models.Forwarding;

public sealed class EventScannerTests
{
    private static readonly byte[] Events = Encoding.UTF8.GetBytes(
        "data: {\"choices\":[{\"delta\":{\"content\":\"Grüße \\\"usage\\\"\"}}]}\r\n\r\n"
            + ": comment\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\ndata: [DONE]\n\n"
    );

    [Fact]
    public void Usage_is_found_wherever_the_bytes_are_cut()
    {
        for (var size = 1; size <= Events.Length; size++)
        {
            using var scanner = new EventScanner();
            for (var at = 0; at < Events.Length; at += size)
                scanner.Add(Events.AsSpan(at, Math.Min(size, Events.Length - at)));

            scanner.Usage.ShouldBe(new ReportedUsage(3, 4), $"pieces of {size}");
            scanner.TextBytes.ShouldBe("Grüße \\\"usage\\\""u8.Length);
            scanner.Finished.ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData(
        """{"choices":[{"delta":{"content": "four", "reasoning_content": "six666"}}]}""",
        10
    )]
    [InlineData(
        """{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{\"a\":1}"}}]}}]}""",
        9
    )]
    [InlineData(
        """{"type":"content_block_delta","delta":{"type":"text_delta","text":"four"}}""",
        4
    )]
    [InlineData("""{"choices":[{"delta":{"content":null}}]}""", 0)]
    public void Text_is_measured_in_either_form(string data, int bytes)
    {
        using var scanner = new EventScanner();
        scanner.Add(Encoding.UTF8.GetBytes($"data: {data}\n"));

        scanner.TextBytes.ShouldBe(bytes);
    }

    [Fact]
    public void A_line_without_end_takes_no_memory_without_end()
    {
        using var scanner = new EventScanner();
        var piece = new byte[16 * 1024];
        for (var i = 0; i < 100; i++)
            scanner.Add(piece);
        scanner.Add("\ndata: {\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}\n"u8);

        scanner.Usage.ShouldBe(new ReportedUsage(1, 2));
    }
}
