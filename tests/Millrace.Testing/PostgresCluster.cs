using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Millrace.Testing;

/// <summary>
/// A PostgreSQL server of the test run's own: a fresh folder, a free loopback port, stopped and removed when the
/// process ends. It needs Debian's postgresql package.
/// </summary>
public sealed class PostgresCluster
{
    private static readonly Lazy<Task<PostgresCluster>> Started = new(StartAsync);

    private readonly int _port;

    private PostgresCluster(int port) => _port = port;

    /// <summary>Makes an empty database and gives its connection string.</summary>
    public static async Task<string> CreateDatabaseAsync()
    {
        var cluster = await Started.Value;
        var name = $"t_{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(cluster.ConnectionString("postgres"));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE {name}";
        await command.ExecuteNonQueryAsync();
        return cluster.ConnectionString(name);
    }

    private string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={_port};Username=millrace;Database={database};Pooling=true;Maximum Pool Size=40";

    private static async Task<PostgresCluster> StartAsync()
    {
        var programs = Directory
            .EnumerateDirectories("/usr/lib/postgresql")
            .Select(folder => Path.Combine(folder, "bin"))
            .Last(folder => File.Exists(Path.Combine(folder, "initdb")));
        var folder = Directory.CreateTempSubdirectory("millrace-pg-").FullName;
        var port = FreePort();
        // The server refuses to run as root, so a root test run hands its folder to Debian's postgres user.
        var asRoot = Environment.UserName == "root";
        if (asRoot)
            await RunAsync("chown", ["postgres", folder]);
        var data = Path.Combine(folder, "data");
        await RunAsUserAsync(
            asRoot,
            Path.Combine(programs, "initdb"),
            ["-D", data, "-U", "millrace", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        );
        await RunAsUserAsync(
            asRoot,
            Path.Combine(programs, "pg_ctl"),
            [
                "-D",
                data,
                "-w",
                "-l",
                Path.Combine(folder, "log"),
                "-o",
                $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=400 -c fsync=off -c autovacuum=off",
                "start",
            ]
        );
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            RunAsUserAsync(
                    asRoot,
                    Path.Combine(programs, "pg_ctl"),
                    ["-D", data, "-m", "immediate", "stop"]
                )
                .Wait();
            Directory.Delete(folder, recursive: true);
        };
        return new PostgresCluster(port);
    }

    private static Task RunAsUserAsync(bool asRoot, string program, string[] arguments) =>
        asRoot
            ? RunAsync("runuser", ["-u", "postgres", "--", program, .. arguments])
            : RunAsync(program, arguments);

    private static async Task RunAsync(string program, string[] arguments)
    {
        // The output goes nowhere: a daemon that inherits a pipe would keep its reader waiting.
        var start = new ProcessStartInfo(
            "sh",
            ["-c", "exec \"$@\" >/dev/null 2>&1", "sh", program, .. arguments]
        )
        {
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
