using System.Diagnostics;
using System.Globalization;

namespace Millrace.Core.Sandboxing;

/// <summary>The command line that puts a program into its box.</summary>
internal static class Isolation
{
    public const string Folder = "/usr/bin";
    private const string Nobody = "65534";
    private const string TemporaryBytes = "268435456";

    /// <summary>
    /// Inside: no network, no other process, no capability, /usr read-only, a small temporary folder, and nothing else
    /// of the host, not even /etc. The program dies with the server.
    /// </summary>
    public static ProcessStartInfo Boxed(SandboxCommand command, string bubblewrap)
    {
        // Root's processes escape RLIMIT_NPROC, and a break-out should land on nobody.
        List<string> line = Environment.IsPrivilegedProcess
            ?
            [
                $"{Folder}/setpriv",
                $"--reuid={Nobody}",
                $"--regid={Nobody}",
                "--clear-groups",
                "--",
            ]
            : [];
        line.AddRange([bubblewrap, "--unshare-user", "--unshare-all", "--disable-userns"]);
        line.AddRange(["--die-with-parent", "--new-session", "--cap-drop", "ALL"]);
        line.AddRange(["--uid", Nobody, "--gid", Nobody, "--hostname", "sandbox"]);
        line.AddRange(["--ro-bind", "/usr", "/usr"]);
        if (Directory.Exists("/usr/local"))
            line.AddRange(["--tmpfs", "/usr/local", "--remount-ro", "/usr/local"]);
        foreach (var name in new[] { "bin", "lib", "lib64" })
            line.AddRange(["--symlink", $"usr/{name}", $"/{name}"]);
        // Fonts for programs that draw: the only part of /etc.
        line.AddRange(["--ro-bind-try", "/etc/fonts", "/etc/fonts"]);
        line.AddRange(["--dev", "/dev", "--size", TemporaryBytes, "--tmpfs", "/tmp"]);
        // What bubblewrap itself made is memory too, and has no size.
        line.AddRange(["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]);
        return Limited(line, command);
    }

    /// <summary>The same limits without the box.</summary>
    public static ProcessStartInfo Unboxed(SandboxCommand command) => Limited([], command);

    private static ProcessStartInfo Limited(List<string> line, SandboxCommand command)
    {
        line.AddRange([$"{Folder}/prlimit", Limit("as", command.MemoryBytes), "--core=0"]);
        line.AddRange([Limit("fsize", command.OutputBytes), Limit("nproc", command.Processes)]);
        line.AddRange(["--", $"{Folder}/{command.Program}", .. command.Arguments]);
        var start = new ProcessStartInfo(line[0], line.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/tmp",
        };
        start.Environment.Clear();
        start.Environment["PATH"] = Folder;
        start.Environment["HOME"] = "/tmp";
        start.Environment["LANG"] = "C.UTF-8";
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;
        return start;
    }

    private static string Limit(string name, long value) =>
        string.Create(CultureInfo.InvariantCulture, $"--{name}={value}");
}
