using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Identity;
using Millrace.Core.Identity.Erasure;
using Millrace.Core.Settings;
using Millrace.Server.Starting;

namespace Millrace.Server.Commands;

/// <summary>Makes, lists, revokes and deletes API keys, beside a running server or without one.</summary>
internal static class KeyCommand
{
    public static Command Create() =>
        new("key", "Makes, lists, revokes and deletes API keys.")
        {
            CreateKey(),
            ListKeys(),
            RevokeKey(),
            DeleteKey(),
        };

    private static Command CreateKey()
    {
        var workspace = new Option<string?>("--workspace")
        {
            Description =
                "An existing workspace, for a second key to it. Default: the key opens a new one.",
        };
        var owner = new Option<string>("--owner") { DefaultValueFactory = _ => "operator" };
        var name = new Option<string>("--name") { DefaultValueFactory = _ => "key" };
        var scopes = new Option<string>("--scopes")
        {
            Description =
                "What the key may do, parted by spaces. Default: everything but administration.",
            DefaultValueFactory = _ => "",
        };
        var admin = new Option<bool>("--admin")
        {
            Description = "The key may use administration routes.",
        };
        var days = new Option<int?>("--expires-in-days") { Description = "Default: never." };
        var rateClass = new Option<string>("--rate-class") { DefaultValueFactory = _ => "default" };
        var dialect = new Option<string>("--stream-dialect")
        {
            Description = "How this key's clients read chat streams: json, text or ndjson.",
            DefaultValueFactory = _ => "",
        };
        dialect.AcceptOnlyFromAmong("", "json", "text", "ndjson");
        var dedupe = new Option<bool?>("--dedupe")
        {
            Description =
                "Whether a file that is sent again is the one that is there: true or false. Default: as Millrace:Files:Dedupe says.",
        };
        var command = new Command("create", "Makes a key and prints it once.")
        {
            workspace,
            owner,
            name,
            scopes,
            admin,
            days,
            rateClass,
            dialect,
            dedupe,
        };
        command.SetAction(
            async (line, cancellation) =>
            {
                await using var host = await line.OpenHostAsync(cancellation);
                var now = host.Services.GetRequiredService<TimeProvider>().GetUtcNow();
                var issued = await Keys(host)
                    .CreateAsync(
                        new NewApiKey
                        {
                            Workspace = line.GetValue(workspace),
                            Owner = line.GetValue(owner)!,
                            Name = line.GetValue(name)!,
                            Scopes = line.GetValue(scopes)!,
                            IsAdmin = line.GetValue(admin),
                            RateClass = line.GetValue(rateClass)!,
                            StreamDialect = line.GetValue(dialect)!,
                            Dedupe = line.GetValue(dedupe),
                            ExpiresAt = line.GetValue(days) is { } count
                                ? now.AddDays(count)
                                : null,
                        },
                        cancellation
                    );
                await Console.Out.WriteLineAsync(issued.Secret);
                await Console.Error.WriteLineAsync(
                    $"Key {issued.Key.Number} opens {issued.WorkspaceName}. It is shown only now."
                );
            }
        );
        return command;
    }

    private static Command ListKeys()
    {
        var command = new Command("list", "Lists all keys.");
        command.SetAction(
            async (line, cancellation) =>
            {
                await using var host = await line.OpenHostAsync(cancellation);
                await Console.Out.WriteLineAsync(
                    "number  workspace       state    last used            owner / name"
                );
                foreach (var (key, workspace) in await Keys(host).ListAsync(cancellation))
                {
                    var now = host.Services.GetRequiredService<TimeProvider>().GetUtcNow();
                    var state =
                        key.RevokedAt is not null ? "revoked"
                        : key.ExpiresAt <= now ? "expired"
                        : "active";
                    var used =
                        key.LastUsedAt?.ToString("u", CultureInfo.InvariantCulture) ?? "never";
                    await Console.Out.WriteLineAsync(
                        $"{key.Number, -7} {workspace, -15} {state, -8} {used, -20} {key.Owner} / {key.Name} (…{key.Hint}){(key.IsAdmin ? " admin" : "")}"
                    );
                }
            }
        );
        return command;
    }

    private static Command RevokeKey()
    {
        var number = new Argument<long>("number")
        {
            Description = "The key's number, from `key list`.",
        };
        var command = new Command("revoke", "Ends a key at once.") { number };
        command.SetAction(
            async (line, cancellation) =>
            {
                await using var host = await line.OpenHostAsync(cancellation);
                await Keys(host).RevokeAsync(line.GetValue(number), cancellation);
                await Console.Out.WriteLineAsync($"Key {line.GetValue(number)} is revoked.");
            }
        );
        return command;
    }

    private static Command DeleteKey()
    {
        var number = new Argument<long>("number")
        {
            Description = "The key's number, from `key list`.",
        };
        var now = new Option<bool>("--now") { Description = "Without the 30 days." };
        var command = new Command(
            "delete",
            "Ends a key at once, and erases its workspace in 30 days unless another key opens it then."
        )
        {
            number,
            now,
        };
        command.SetAction(
            async (line, cancellation) =>
            {
                await using var host = await line.OpenHostAsync(cancellation);
                var at = await host
                    .Services.GetRequiredService<KeyDeletion>()
                    .DeleteAsync(line.GetValue(number), line.GetValue(now), cancellation);
                await Console.Out.WriteLineAsync(
                    $"Key {line.GetValue(number)} is deleted. Unless another key opens its workspace then, the running server erases it at {at:u}."
                );
            }
        );
        return command;
    }

    private static ApiKeys Keys(MillraceHost host) => host.Services.GetRequiredService<ApiKeys>();
}
