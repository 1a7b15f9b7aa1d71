using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Audit;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Secrets;
using Millrace.Core.Settings;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Core.Secrets;

public sealed class SecretsServiceTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly FakeTimeProvider _time = new();

    [Theory, OnEachDatabase]
    public async Task A_secret_is_given_back_replaced_listed_and_deleted(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var workspace = await test.AddWorkspaceAsync();
        var secrets = Secrets(test);

        await secrets.PutAsync(workspace, "smtp/password", "first", "key:1", Cancel);
        await secrets.PutAsync(workspace, "smtp/password", "zweites – ✓", "key:1", Cancel);
        await secrets.PutAsync(workspace, "api", "", "key:1", Cancel);

        (await GetAsync(secrets, workspace, "smtp/password")).ShouldBe("zweites – ✓");
        (await GetAsync(secrets, workspace, "api")).ShouldBe("");
        (await secrets.ListNamesAsync(workspace, Cancel)).ShouldBe(["api", "smtp/password"]);
        await secrets.DeleteAsync(workspace, "api", "key:1", Cancel);
        await Should.ThrowAsync<NotFound>(GetAsync(secrets, workspace, "api"));
        await Should.ThrowAsync<NotFound>(secrets.DeleteAsync(workspace, "api", "key:1", Cancel));
    }

    [Theory, OnEachDatabase]
    public async Task Another_workspace_sees_none_of_it(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var (one, other) = (await test.AddWorkspaceAsync("a"), await test.AddWorkspaceAsync("b"));
        var secrets = Secrets(test);
        await secrets.PutAsync(one, "token", "of one", "key:1", Cancel);

        await Should.ThrowAsync<NotFound>(GetAsync(secrets, other, "token"));
        (await secrets.ListNamesAsync(other, Cancel)).ShouldBeEmpty();
        await secrets.PutAsync(other, "token", "of other", "key:2", Cancel);
        (await GetAsync(secrets, one, "token")).ShouldBe("of one");
    }

    [Theory, OnEachDatabase]
    public async Task The_database_holds_neither_value_nor_key_and_a_moved_row_does_not_open(
        Dialect dialect
    )
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var workspace = await test.AddWorkspaceAsync();
        var secrets = Secrets(test);
        await secrets.PutAsync(workspace, "one", "correct horse", "key:1", Cancel);
        await secrets.PutAsync(workspace, "two", "battery staple", "key:1", Cancel);

        var rows = await SealedAsync(test.Store);
        rows.Select(row => Encoding.UTF8.GetString(row))
            .ShouldAllBe(text => !text.Contains("horse") && !text.Contains("staple"));

        await test.Store.WriteAsync(
            Reach.Installation,
            async db =>
            {
                await db.ExecuteAsync(
                    "UPDATE secrets SET sealed = (SELECT s.sealed FROM secrets s WHERE s.name = 'one') WHERE name = 'two'"
                );
            }
        );
        await Should.ThrowAsync<CryptographicException>(GetAsync(secrets, workspace, "two"));
    }

    [Theory, OnEachDatabase]
    public async Task Secrets_survive_a_restart_and_both_rotations(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var workspace = await test.AddWorkspaceAsync();
        var running = Secrets(test);
        await running.PutAsync(workspace, "token", "s3cret", "key:1", Cancel);
        var before = await SealedAsync(test.Store);

        await Secrets(test).RotateDataKeyAsync(workspace, "operator", Cancel);
        await Secrets(test).RotateMasterKeyAsync(Cancel);
        await Secrets(test).RotateMasterKeyAsync(Cancel);

        (await SealedAsync(test.Store)).ShouldNotBe(before);
        (await GetAsync(running, workspace, "token")).ShouldBe("s3cret");
        await running.PutAsync(workspace, "token", "newer", "key:1", Cancel);
        await test.RestartAsync();
        (await GetAsync(Secrets(test), workspace, "token")).ShouldBe("newer");
        (await CountAsync(test.Store, "data_keys")).ShouldBe(1);
    }

    [Theory, OnEachDatabase]
    public async Task A_master_key_of_the_environment_is_changed_by_naming_the_previous(
        Dialect dialect
    )
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var workspace = await test.AddWorkspaceAsync();
        var (old, fresh) = (NewKey(), NewKey());
        await Secrets(test, old).PutAsync(workspace, "token", "s3cret", "key:1", Cancel);

        var lost = await Should.ThrowAsync<SettingsException>(
            GetAsync(Secrets(test, fresh), workspace, "token")
        );
        lost.Message.ShouldContain("MILLRACE_MASTER_KEY");

        (await Secrets(test, fresh, old).RewrapAsync(Cancel)).ShouldBe(1);
        (await GetAsync(Secrets(test, fresh), workspace, "token")).ShouldBe("s3cret");
        File.Exists(test.Folder.File("master.key")).ShouldBeFalse();
    }

    [Theory, OnEachDatabase]
    public async Task Every_access_is_in_the_audit_log_by_name(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        var workspace = await test.AddWorkspaceAsync();
        var secrets = Secrets(test);
        await secrets.PutAsync(workspace, "token", "s3cret", "key:1", Cancel);
        await secrets.GetAsync(workspace, "token", "key:2", Cancel);
        await secrets.DeleteAsync(workspace, "token", "operator", Cancel);

        var records = await test.Store.ReadAsync(
            workspace,
            async db =>
                await db.QueryAsync(
                    "SELECT actor, action, target FROM audit_records WHERE workspace_id = $1 ORDER BY action",
                    row => $"{row.Text(0)} {row.Text(1)} {row.Text(2)}",
                    workspace.Value
                )
        );
        records.ShouldBe([
            "operator secret.deleted token",
            "key:2 secret.read token",
            "key:1 secret.written token",
        ]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("ünï")]
    public async Task A_wrong_name_is_refused(string name)
    {
        await using var test = await TestStore.CreateAsync(Dialect.Sqlite);
        var secrets = Secrets(test);
        await Should.ThrowAsync<Invalid>(async () =>
            await secrets.PutAsync(Id<Workspace>.Random(), name, "x", "key:1", Cancel)
        );
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task The_key_file_is_its_owners_alone_and_is_refused_when_it_is_not()
    {
        await using var test = await TestStore.CreateEmptyAsync(Dialect.Sqlite);
        _ = new MasterKeys(test.Folder, null, null);
        var file = test.Folder.File("master.key");
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Should
            .Throw<SettingsException>(() => new MasterKeys(test.Folder, null, null))
            .Message.ShouldContain("chmod 600");
    }

    [Fact]
    public async Task A_master_key_of_the_wrong_length_stops_the_start()
    {
        await using var test = await TestStore.CreateEmptyAsync(Dialect.Sqlite);
        foreach (var wrong in new[] { "AAAA", "not base64!", NewKey() + "AAAA" })
            Should
                .Throw<SettingsException>(() => new MasterKeys(test.Folder, wrong, null))
                .Message.ShouldContain("MILLRACE_MASTER_KEY");
    }

    private SecretsService Secrets(
        TestStore test,
        string? environment = null,
        string? previous = null
    ) =>
        new(
            test.Store,
            new MasterKeys(test.Folder, environment, previous),
            new AuditLog(_time),
            _time
        );

    private static Task<string> GetAsync(
        SecretsService secrets,
        Id<Workspace> workspace,
        string name
    ) => secrets.GetAsync(workspace, name, "key:1", Cancel);

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static Task<List<byte[]>> SealedAsync(Store store) =>
        store.ReadAsync(
            Reach.Installation,
            async db => await db.QueryAsync("SELECT sealed FROM secrets", row => row.Bytes(0))
        );

    private static Task<long> CountAsync(Store store, string table) =>
        store.ReadAsync(
            Reach.Installation,
            async db => await db.FirstAsync($"SELECT COUNT(*) FROM {table}", row => row.Int64(0))
        );
}
