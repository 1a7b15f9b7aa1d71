using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Audit;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Storage;
using Millrace.Testing;

namespace Millrace.Tests.Core.Identity;

public sealed class ApiKeysTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory, OnEachDatabase]
    public async Task A_key_opens_its_workspace_and_is_not_stored(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        using var keys = Keys(test.Store, test);

        var issued = await keys.CreateAsync(new NewApiKey { Name = "frontend" });
        var principal = await keys.AuthenticateAsync(issued.Secret);

        issued.Secret.ShouldMatch("^[0-9a-f]{32}$");
        principal.Workspace.ShouldBe(issued.Key.WorkspaceId);
        issued.Key.Hash.ShouldNotBe(System.Text.Encoding.UTF8.GetBytes(issued.Secret));
    }

    [Theory, OnEachDatabase]
    public async Task A_second_key_opens_the_same_workspace_and_a_plain_one_a_new_workspace(
        Dialect dialect
    )
    {
        await using var test = await TestStore.CreateAsync(dialect);
        using var keys = Keys(test.Store, test);

        var first = await keys.CreateAsync(new NewApiKey());
        var second = await keys.CreateAsync(new NewApiKey { Workspace = first.WorkspaceName });
        var third = await keys.CreateAsync(new NewApiKey());

        second.Key.WorkspaceId.ShouldBe(first.Key.WorkspaceId);
        third.Key.WorkspaceId.ShouldNotBe(first.Key.WorkspaceId);
    }

    [Theory, OnEachDatabase]
    public async Task Revocation_by_another_process_holds_from_the_next_request_on(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        await using var other = test.OpenSecond();
        using var keys = Keys(test.Store, test);
        var issued = await keys.CreateAsync(new NewApiKey());
        await keys.AuthenticateAsync(issued.Secret);

        await Keys(other, test).RevokeAsync(issued.Key.Number);

        (await RefusedAsync(keys, issued.Secret)).ShouldBe("key_inactive");
    }

    [Theory, OnEachDatabase]
    public async Task Revocation_holds_soon_although_its_process_died_before_telling(
        Dialect dialect
    )
    {
        await using var test = await TestStore.CreateAsync(dialect);
        using var keys = Keys(test.Store, test);
        var issued = await keys.CreateAsync(new NewApiKey());
        await keys.AuthenticateAsync(issued.Secret);
        await test.Store.WriteAsync(
            Reach.Installation,
            async db => await db.ExecuteAsync("UPDATE api_keys SET revoked_at = $1", 1L)
        );

        _time.Advance(TimeSpan.FromSeconds(10));

        (await RefusedAsync(keys, issued.Secret)).ShouldBe("key_inactive");
    }

    [Theory, OnEachDatabase]
    public async Task Each_bad_credential_has_its_own_answer(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        using var keys = Keys(test.Store, test);
        var shortLived = await keys.CreateAsync(
            new NewApiKey { ExpiresAt = _time.GetUtcNow() + TimeSpan.FromHours(1) }
        );
        _time.Advance(TimeSpan.FromHours(1));

        (await RefusedAsync(keys, null)).ShouldBe("key_missing");
        (await RefusedAsync(keys, "")).ShouldBe("key_missing");
        (await RefusedAsync(keys, "nobody")).ShouldBe("key_unknown");
        (await RefusedAsync(keys, new string('x', 100_000))).ShouldBe("key_unknown");
        (await RefusedAsync(keys, shortLived.Secret)).ShouldBe("key_expired");
    }

    [Theory, OnEachDatabase]
    public async Task Last_use_is_written_down(Dialect dialect)
    {
        await using var test = await TestStore.CreateAsync(dialect);
        using var keys = Keys(test.Store, test);
        var issued = await keys.CreateAsync(new NewApiKey());

        await keys.AuthenticateAsync(issued.Secret);
        await keys.FlushLastUsedAsync();

        (await keys.ListAsync()).Single().Key.LastUsedAt.ShouldBe(_time.GetUtcNow());
    }

    private ApiKeys Keys(Store store, TestStore test) =>
        new(store, test.Folder, new AuditLog(_time), _time);

    private static async Task<string> RefusedAsync(ApiKeys keys, string? presented) =>
        (
            await Should.ThrowAsync<Unauthenticated>(async () =>
                await keys.AuthenticateAsync(presented)
            )
        ).Code;
}
