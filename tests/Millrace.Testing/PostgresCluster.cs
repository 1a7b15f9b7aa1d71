using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Millrace.Core.Storage;
using Npgsql;

namespace Millrace.Testing;

/// <summary>
/// A PostgreSQL server of the test run's own: a fresh folder, a free loopback port, stopped and removed when the
/// process ends. It needs Debian's postgresql package.
/// </summary>
public sealed class PostgresCluster
{
    private static readonly Lazy<Task<PostgresCluster>> Fast = new(() =>
        StartAsync(["-c", "fsync=off", "-c", "autovacuum=off"])
    );

    private static readonly Lazy<Task<PostgresCluster>> AsInstalled = new(() => StartAsync([]));

    private readonly int _port;

    // What every migrated database is copied from: to run all migrations for each test takes a good part of its time.
    private readonly Lazy<Task<string>> _migrated;

    // Held, since the end of its input ends the server.
    private readonly Process _keeper;

    private PostgresCluster(int port, Process keeper)
    {
        (_port, _keeper) = (port, keeper);
        _migrated = new(MigrateAsync);
    }

    /// <summary>Makes an empty database and gives its connection string.</summary>
    /// <param name="asInstalled">On a server that flushes to disk and tends its tables, as a user's does.</param>
    public static async Task<string> CreateDatabaseAsync(bool asInstalled = false)
    {
        var cluster = await (asInstalled ? AsInstalled : Fast).Value;
        return cluster.ConnectionString(await cluster.CreateAsync("template1"));
    }

    /// <summary>Likewise one that is migrated.</summary>
    public static async Task<string> CreateMigratedAsync()
    {
        var cluster = await Fast.Value;
        return cluster.ConnectionString(await cluster.CreateAsync(await cluster._migrated.Value));
    }

    private async Task<string> CreateAsync(string template)
    {
        var name = $"t_{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE {name} TEMPLATE {template}";
        await command.ExecuteNonQueryAsync();
        return name;
    }

    private async Task<string> MigrateAsync()
    {
        var name = await CreateAsync("template1");
        // Nobody may be connected to what is copied.
        var connection = $"{ConnectionString(name)};Pooling=false";
        await using var store = new PostgresStore(
            new StorageOptions { Postgres = connection },
            StorageMaps.All
        );
        await store.MigrateAsync();
        return name;
    }

    private string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={_port};Username=millrace;Database={database};Pooling=true;Maximum Pool Size=40";

    private static async Task<PostgresCluster> StartAsync(string[] settings)
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
        var cluster = new PostgresCluster(port, Start(asRoot, programs, folder, port, settings));
        await cluster.ReadyAsync();
        return cluster;
    }

    /// <summary>
    /// The server's keeper waits for the end of its input, which comes when this process ends, however it does. Then
    /// it stops the server and removes the folder.
    /// </summary>
    private static Process Start(
        bool asRoot,
        string programs,
        string folder,
        int port,
        string[] settings
    )
    {
        string[] command =
        [
            "sh",
            "-c",
            """
                program=$1 folder=$2 port=$3
                shift 3
                "$program" -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 \
                    -c unix_socket_directories="$folder" -c max_connections=400 "$@" </dev/null >"$folder/log" 2>&1 &
                read nothing
                kill -QUIT $!
                wait
                rm -rf "$folder"
                """,
            "sh",
            Path.Combine(programs, "postgres"),
            folder,
            $"{port}",
            .. settings,
        ];
        if (asRoot)
            command = ["runuser", "-u", "postgres", "--", .. command];
        return Process.Start(
            new ProcessStartInfo(command[0], command[1..])
            {
                WorkingDirectory = "/",
                UseShellExecute = false,
                RedirectStandardInput = true,
            }
        )!;
    }

    private async Task ReadyAsync()
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (attempt < 300 && !_keeper.HasExited)
            {
                await Task.Delay(100);
            }
        }
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
