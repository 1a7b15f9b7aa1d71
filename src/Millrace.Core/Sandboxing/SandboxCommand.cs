namespace Millrace.Core.Sandboxing;

/// <summary>One program on one hostile input. The input goes in by standard input, the result comes out by standard output.</summary>
/// <param name="Program">A file name in <c>/usr/bin</c>.</param>
/// <param name="Package">The Debian package that holds it, named when it is missing.</param>
public sealed record SandboxCommand(string Program, string Package)
{
    public IReadOnlyList<string> Arguments { get; init; } = [];

    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>Beside PATH, HOME and LANG, which are set; nothing of the server's environment is handed on.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } =
        new Dictionary<string, string>();

    /// <summary>From the program's start; waiting for a free place is not counted.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Address space of each of its processes.</summary>
    public long MemoryBytes { get; init; } = 1L << 30;

    /// <summary>Processes and threads.</summary>
    public int Processes { get; init; } = 32;

    /// <summary>Bytes on standard output, and of each file that it writes to its own temporary folder.</summary>
    public long OutputBytes { get; init; } = 16 << 20;
}

/// <summary>What a program that ended by itself left behind.</summary>
/// <param name="ExitCode">Not 0 when it failed, ran out of memory or was refused a process.</param>
/// <param name="Errors">The first 8 KiB of standard error: for logs, never for clients.</param>
public sealed record SandboxResult(int ExitCode, ReadOnlyMemory<byte> Output, string Errors)
{
    public bool IsSuccess => ExitCode == 0;
}

/// <summary>What the host allows.</summary>
/// <param name="IsUsable">False when every run ends in <c>NotConfigured</c>.</param>
/// <param name="IsIsolated">False when programs run without bubblewrap, or not at all.</param>
/// <param name="Message">One sentence for an operator, with the mend.</param>
public sealed record SandboxState(bool IsUsable, bool IsIsolated, string Message);
