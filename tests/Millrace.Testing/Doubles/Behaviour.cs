namespace Millrace.Testing.Doubles;

/// <summary>How a double answers one request. The default is a whole, prompt answer with usage.</summary>
public sealed record Behaviour
{
    public string Text { get; init; } = "Hello from the double.";
    public string? Reasoning { get; init; }
    public IReadOnlyList<ScriptedCall> Calls { get; init; } = [];
    public bool ReportsUsage { get; init; } = true;
    public string? FinishReason { get; init; }

    /// <summary>An error status instead of an answer.</summary>
    public int? Status { get; init; }
    public string ErrorMessage { get; init; } = "the double was told to fail";
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>A body that takes the place of the answer, as it is.</summary>
    public string? RawBody { get; init; }

    /// <summary>The answer begins when this is done.</summary>
    public Task? Gate { get; init; }

    /// <summary>Awaited before each piece of a stream, with its number.</summary>
    public Func<int, Task>? BeforePiece { get; init; }

    /// <summary>The connection is broken after this many pieces of a stream, or after half of a plain body.</summary>
    public int? CutAfter { get; init; }

    public static Behaviour Plain { get; } = new();

    public static Behaviour Says(string text) => new() { Text = text };

    public static Behaviour CallsTool(string name, string arguments) =>
        new() { Text = "", Calls = [new ScriptedCall("call_1", name, arguments)] };

    public static Behaviour Fails(int status, string message = "the double was told to fail") =>
        new() { Status = status, ErrorMessage = message };

    public static Behaviour Busy(TimeSpan retryAfter) =>
        new()
        {
            Status = 429,
            RetryAfter = retryAfter,
            ErrorMessage = "rate limit reached",
        };

    public static Behaviour Malformed { get; } = new() { RawBody = """{"choices":[{"mess""" };

    public static Behaviour Huge(int bytes) => new() { Text = new string('x', bytes) };

    public static Behaviour CutsAfter(int pieces) => new() { CutAfter = pieces };

    public static Behaviour Slow(Task gate) => new() { Gate = gate };

    /// <summary>Takes the request and never answers.</summary>
    public static Behaviour Hangs { get; } = new() { Gate = Task.Delay(Timeout.Infinite) };

    /// <summary>The text in pieces, words with the blank before them.</summary>
    public IEnumerable<string> Pieces()
    {
        var start = 0;
        for (var at = 1; at < Text.Length; at++)
        {
            if (Text[at] != ' ')
                continue;
            yield return Text[start..at];
            start = at;
        }
        if (start < Text.Length)
            yield return Text[start..];
    }
}

/// <summary>A tool call that a double asks for.</summary>
public sealed record ScriptedCall(string Id, string Name, string Arguments);
