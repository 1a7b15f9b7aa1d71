namespace Millrace.BlackBox.Processes;

/// <summary>The scripts of <c>clients/</c>, each a client written with somebody else's package.</summary>
public static class Scripts
{
    private static readonly string Folder = Path.Combine(
        RepositoryRoot(),
        "tests/Millrace.BlackBox/clients"
    );

    /// <summary>Runs a script by node, with npm's packages of the folder, and expects it to end well.</summary>
    public static async Task<string> NodeAsync(
        string script,
        string scenario,
        IEnumerable<KeyValuePair<string, string>> environment
    )
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
            Missing(
                "the npm packages of tests/Millrace.BlackBox/clients (npm ci --ignore-scripts)"
            );
        return await RunAsync("node", script, scenario, environment);
    }

    /// <summary>Runs a script by node that needs nothing but node, and expects it to end well.</summary>
    public static async Task<string> PlainNodeAsync(
        string script,
        IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string>> environment,
        TimeSpan limit
    )
    {
        var run = await RunningProgram.RunAsync(
            "node",
            [PathOf(script), .. arguments],
            environment,
            limit
        );
        return run.Good();
    }

    public static string PathOf(string script) => Path.Combine(Folder, script);

    /// <summary>Runs a script by a Python that has the package <c>requests</c>, and expects it to end well.</summary>
    public static Task<string> PythonAsync(
        string script,
        string scenario,
        IEnumerable<KeyValuePair<string, string>> environment
    ) => RunAsync("python3", script, scenario, environment);

    /// <summary>Skips the test on a developer's machine, and fails it where nothing may be missing.</summary>
    public static void Missing(string what)
    {
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable("CI") == "true",
            $"Missing: {what}. ./test.sh installs it."
        );
        Assert.Fail($"Missing: {what}.");
    }

    private static async Task<string> RunAsync(
        string interpreter,
        string script,
        string scenario,
        IEnumerable<KeyValuePair<string, string>> environment
    )
    {
        var run = await RunningProgram.RunAsync(
            interpreter,
            [PathOf(script), scenario],
            environment
        );
        return run.Good();
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Millrace.slnx")))
            folder = folder.Parent;
        return folder.FullName;
    }
}
