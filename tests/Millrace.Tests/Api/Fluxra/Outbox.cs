using Millrace.Testing;

namespace Millrace.Tests.Api.Fluxra;

/// <summary>The mails that a server has laid into its outbox.</summary>
internal static class Outbox
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Waits until there are so many, and gives them with the latest last.</summary>
    public static async Task<List<string>> ReadAsync(this TestServer server, int count)
    {
        var folder = Path.Combine(server.Folder, "outbox");
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.eml") : [];
            if (files.Length >= count)
                return [.. files.Order(StringComparer.Ordinal).Select(Read)];
            await Task.Delay(10, limit.Token);
        }
    }

    public static string TokenIn(string mail) => Line(mail, "Token: ");

    public static string CodeIn(string mail) => Line(mail, "Code: ");

    private static string Line(string mail, string name) =>
        mail.Split("\r\n").Single(line => line.StartsWith(name, StringComparison.Ordinal))[
            name.Length..
        ];

    private static string Read(string file)
    {
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return File.ReadAllText(file);
    }
}
