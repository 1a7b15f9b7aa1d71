using System.Text.Json.Nodes;
using Millrace.BlackBox.Processes;

namespace Millrace.BlackBox.Transcripts;

/// <summary>The contract's quickstart as it is written, by <c>curl</c> in a plain shell. (fluxra §17)</summary>
public sealed class FluxraQuickstartTests
{
    private const string WrittenBase = "BASE=http://localhost:8080\n";

    [Theory]
    [InlineData("sh")]
    [InlineData("bash")]
    public async Task Quickstart_runs_line_by_line(string shell)
    {
        await using var server = await ServerProcess.StartAsync();
        var written = await File.ReadAllTextAsync(
            Scripts.PathOf("fluxra-quickstart.sh"),
            TestContext.Current.CancellationToken
        );
        written.ShouldContain(WrittenBase);
        var script = written.Replace(
            WrittenBase,
            $"BASE={server.Address}\n",
            StringComparison.Ordinal
        );

        var run = await RunningProgram.RunAsync(shell, ["-c", script], []);

        run.Errors.ShouldBeEmpty();
        var lines = new Queue<string>(
            run.Good().Split('\n', StringSplitOptions.RemoveEmptyEntries)
        );
        Next("status").ShouldBe("healthy");
        lines.Dequeue().ShouldMatch("^agt_[0-9a-f]{32}$");
        lines.Dequeue().ShouldMatch("^conv_[0-9a-f-]{36}$");
        var messages = JsonNode.Parse(lines.Dequeue())!["messages"]!.AsArray();
        messages.Single()!["content"]!.ToString().ShouldBe("Berth 4 is free");
        Next("content").ShouldBe("Berth 5 is free");
        Next("status").ShouldBe("deleted");
        lines.Dequeue().ShouldBe("same conversation");
        lines.Dequeue().ShouldBe("403");
        Next("deleted").ShouldBe("true");
        lines.Dequeue().ShouldBe("201");
        Next("status").ShouldBe("accepted");
        Next("status").ShouldBe("delivered");
        Next("status").ShouldBe("settled");
        Next("available").ShouldBe("110");
        Next("scope").ShouldBe("family");
        lines.Dequeue().ShouldBe("401");
        lines.ShouldBeEmpty();

        string Next(string field) => JsonNode.Parse(lines.Dequeue())![field]!.ToString();
    }
}
