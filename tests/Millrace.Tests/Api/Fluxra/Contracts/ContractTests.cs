using Millrace.Core.Storage;
using Millrace.Payments.Ledger;
using Millrace.Testing;
using Millrace.Tests.Api.Fluxra.Chat;

namespace Millrace.Tests.Api.Fluxra.Contracts;

public sealed class ContractTests
{
    [Theory, OnEachDatabase]
    public async Task An_offer_sets_the_price_aside_and_says_all_of_itself(Dialect dialect)
    {
        await using var deals = await Deals.StartAsync(dialect);
        var offer = await deals.OfferAsync(10);

        offer.Status.ShouldBe(201, offer.Text);
        offer
            .Json.AsObject()
            .Select(field => field.Key)
            .ShouldBe([
                "contract_id",
                "client_id",
                "provider_id",
                "title",
                "terms",
                "price",
                "status",
                "hold_id",
                "conversation_id",
                "offer_expires_at",
                "deliver_by",
                "review_window_hours",
                "auto_settle_at",
                "delivery",
                "dispute",
                "resolution",
                "version",
                "created_at",
                "updated_at",
            ]);
        offer["contract_id"].ShouldMatch("^ctr_[0-9a-f-]{36}$");
        offer["hold_id"].ShouldMatch("^hld_[0-9a-f-]{36}$");
        offer["status"].ShouldBe("offered");
        offer["version"].ShouldBe("1");
        offer["review_window_hours"].ShouldBe("72");
        (
            DateTimeOffset.Parse(offer["offer_expires_at"])
            - DateTimeOffset.Parse(offer["created_at"])
        ).ShouldBe(TimeSpan.FromDays(7));
        (await deals.EffectAsync(deals.Client, offer["contract_id"])).ShouldBe(
            new Balance(-10, 10)
        );
        (await deals.GetAsync(offer["contract_id"], deals.Provider)).Text.ShouldBe(offer.Text);
    }

    [Fact]
    public async Task A_contract_without_a_price_holds_nothing_and_needs_no_right_to_credits()
    {
        await using var deals = await Deals.StartAsync();
        await deals.Client.TakeTokenAsync(
            """{"name":"poor","scopes":["contracts:read","contracts:write"]}"""
        );

        (await deals.OfferAsync(1)).ShouldFail(403, "FORBIDDEN");
        var offer = await deals.OfferAsync(0);

        offer.Status.ShouldBe(201, offer.Text);
        offer.Member("hold_id").ShouldBeNull();
        var id = offer["contract_id"];
        await deals.ActAsync("provider", id, "accept");
        await deals.ActAsync("provider", id, "deliver");
        (await deals.ActAsync("client", id, "settle")).ShouldFail(403, "FORBIDDEN");
        await deals.Client.TakeTokenAsync(Deals.AllScopes);
        (await deals.ActAsync("client", id, "settle"))["status"].ShouldBe("settled");
    }

    [Fact]
    public async Task Reading_and_writing_are_rights_of_their_own()
    {
        await using var deals = await Deals.StartAsync();
        var id = await deals.OfferedAsync();
        await deals.Provider.TakeTokenAsync("""{"name":"reader","scopes":["contracts:read"]}""");
        (await deals.ActAsync("provider", id, "accept")).ShouldFail(403, "FORBIDDEN");
        await deals.GetAsync(id, deals.Provider);
        await deals.Provider.TakeTokenAsync("""{"name":"writer","scopes":["contracts:write"]}""");
        (await deals.Provider.GetAsync($"/api/contracts/{id}")).ShouldFail(403, "FORBIDDEN");
        (await deals.Provider.GetAsync("/api/contracts")).ShouldFail(403, "FORBIDDEN");
        (await deals.Provider.GetAsync($"/api/contracts/{id}/events")).ShouldFail(403, "FORBIDDEN");
    }

    [Theory]
    [InlineData("""{"price":-1}""")]
    [InlineData("""{"price":1000000000001}""")]
    [InlineData("""{"price":"10"}""")]
    [InlineData("""{"price":1.5}""")]
    [InlineData("""{"title":""}""")]
    [InlineData("""{"terms":null}""")]
    [InlineData("""{"provider_id":"agt_x"}""")]
    [InlineData("""{"conversation_id":"north-quay"}""")]
    [InlineData("""{"offer_expires_in_seconds":299}""")]
    [InlineData("""{"offer_expires_in_seconds":2592001}""")]
    [InlineData("""{"deliver_by":"2020-01-01T00:00:00Z"}""")]
    [InlineData("""{"deliver_by":"tomorrow"}""")]
    [InlineData("""{"review_window_hours":0}""")]
    [InlineData("""{"review_window_hours":721}""")]
    public async Task An_offer_that_cannot_be_is_refused(string change)
    {
        await using var deals = await Deals.StartAsync();
        var more = System.Text.Json.Nodes.JsonNode.Parse(change);
        (await deals.OfferAsync(10, more)).ShouldFail(400, "INVALID_REQUEST");
        (await deals.BalanceAsync(deals.Client)).Held.ShouldBe(0);
    }

    [Theory, OnEachDatabase]
    public async Task Offers_need_somebody_else_who_is_there_and_blocks_nobody(Dialect dialect)
    {
        await using var deals = await Deals.StartAsync(dialect);
        (await deals.OfferAsync(10, new { provider_id = deals.Client.Id })).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
        (await deals.OfferAsync(10, new { provider_id = $"agt_{Guid.NewGuid():N}" })).ShouldFail(
            404,
            "NOT_FOUND"
        );
        (await deals.OfferAsync(2_000_000)).ShouldFail(402, "INSUFFICIENT_CREDITS");
        var running = await deals.InAsync("accepted");

        var block = await deals.Provider.PostAsync(
            "/api/blocks",
            new { type = "agent", target_id = deals.Client.Id }
        );

        block.Status.ShouldBe(201, block.Text);
        (await deals.OfferAsync()).ShouldFail(403, "FORBIDDEN");
        (
            await deals.OfferAsync(7, new { provider_id = deals.Client.Id }, deals.Provider)
        ).ShouldFail(403, "FORBIDDEN");
        // What runs goes on.
        (await deals.ActAsync("provider", running, "deliver")).Status.ShouldBe(200);
        (await deals.ActAsync("client", running, "settle"))["status"].ShouldBe("settled");
    }

    [Fact]
    public async Task Contracts_are_nobody_elses_business()
    {
        await using var deals = await Deals.StartAsync();
        var id = await deals.InAsync("disputed");
        using var stranger = await AgentClient.LogInAsync(deals.Server, keyBody: Deals.AllScopes);

        (await stranger.GetAsync($"/api/contracts/{id}")).ShouldFail(404, "NOT_FOUND");
        (await stranger.GetAsync($"/api/contracts/{id}/events")).ShouldFail(404, "NOT_FOUND");
        foreach (var action in (string[])["accept", "reject", "cancel", "settle"])
            (await stranger.CallAsync("POST", $"/api/contracts/{id}/{action}")).ShouldFail(
                404,
                "NOT_FOUND"
            );
        (
            await stranger.PostAsync($"/api/contracts/{id}/resolve", new { provider_amount = 1 })
        ).ShouldFail(404, "NOT_FOUND");
        (await stranger.GetAsync("/api/contracts")).Json["contracts"]!.AsArray().ShouldBeEmpty();
        (await stranger.GetAsync("/api/contracts/ctr_x")).ShouldFail(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_write_that_expects_another_version_changes_nothing()
    {
        await using var deals = await Deals.StartAsync();
        var id = await deals.OfferedAsync();
        (await deals.ActAsync("provider", id, "accept", """{"expected_version":2}""")).ShouldFail(
            409,
            "CONFLICT"
        );
        (await deals.ActAsync("client", id, "accept", """{"expected_version":2}""")).ShouldFail(
            403,
            "FORBIDDEN"
        );
        (await deals.ActAsync("provider", id, "accept", """{"expected_version":0}""")).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
        var accepted = await deals.ActAsync("provider", id, "accept", """{"expected_version":1}""");
        accepted["version"].ShouldBe("2");
        // Whose answer was lost asks again with the same body.
        var again = await deals.ActAsync("provider", id, "accept", """{"expected_version":1}""");
        again.Text.ShouldBe(accepted.Text);
    }

    [Fact]
    public async Task An_offer_sent_again_under_its_key_is_made_once()
    {
        await using var deals = await Deals.StartAsync();
        var body =
            $$"""{"provider_id":"{{deals.Provider.Id}}","title":"Tides","terms":"CSV","price":10}""";
        Task<Answer> Offer() =>
            deals.Client.CallAsync("POST", "/api/contracts", body, ("Idempotency-Key", "may"));

        var first = await Offer();
        var again = await Offer();

        again.Text.ShouldBe(first.Text);
        again.Header("Idempotency-Replayed").ShouldBe("true");
        (await deals.BalanceAsync(deals.Client)).Held.ShouldBe(10);
    }

    [Fact]
    public async Task A_contracts_hold_obeys_the_contract_alone()
    {
        await using var deals = await Deals.StartAsync();
        var offer = await deals.OfferAsync();
        var hold = offer["hold_id"];
        var shown = await deals.Client.GetAsync($"/api/credits/holds/{hold}");
        shown["reference_type"].ShouldBe("contract");
        shown["reference_id"].ShouldBe(offer["contract_id"]);
        shown.Member("expires_at").ShouldBeNull();

        (await deals.Client.CallAsync("POST", $"/api/credits/holds/{hold}/capture")).ShouldFail(
            409,
            "INVALID_STATE"
        );
        (await deals.Provider.CallAsync("POST", $"/api/credits/holds/{hold}/release")).ShouldFail(
            409,
            "INVALID_STATE"
        );

        var ledger = await deals.Client.GetAsync(
            $"/api/credits/ledger?reference_id={offer["contract_id"]}"
        );
        var entry = ledger.Json["entries"]!.AsArray().ShouldHaveSingleItem()!;
        entry["kind"]!.ToString().ShouldBe("hold");
        entry["reference_type"]!.ToString().ShouldBe("contract");
        entry["counterparty_id"]!.ToString().ShouldBe(deals.Provider.Id);
    }

    [Theory, OnEachDatabase]
    public async Task Equal_proposals_resolve_a_dispute(Dialect dialect)
    {
        await using var deals = await Deals.StartAsync(dialect);
        var id = await deals.InAsync("disputed");
        (await deals.ActAsync("client", id, "resolve", """{"provider_amount":11}""")).ShouldFail(
            400,
            "INVALID_REQUEST"
        );
        var first = await deals.ActAsync("client", id, "resolve", """{"provider_amount":3}""");
        first["status"].ShouldBe("disputed");
        first.Json["dispute"]!["proposals"]!
            .ToJsonString()
            .ShouldBe("""{"client":3,"provider":null}""");
        (await deals.ActAsync("client", id, "resolve", """{"provider_amount":3}""")).Text.ShouldBe(
            first.Text
        );
        (await deals.ActAsync("provider", id, "resolve", """{"provider_amount":6}"""))["status"]
            .ShouldBe("disputed");

        var resolved = await deals.ActAsync("client", id, "resolve", """{"provider_amount":6}""");

        resolved["status"].ShouldBe("resolved");
        var resolution = resolved.Json["resolution"]!;
        resolution["kind"]!.ToString().ShouldBe("agreed");
        resolution["provider_amount"]!.GetValue<long>().ShouldBe(6);
        resolution["client_amount"]!.GetValue<long>().ShouldBe(4);
        resolution["resolved_by"]!.ToString().ShouldBe(deals.Client.Id);
        (await deals.EffectAsync(deals.Client, id)).ShouldBe(new Balance(-6, 0));
        (await deals.EffectAsync(deals.Provider, id)).ShouldBe(new Balance(6, 0));
        // Both brought it about.
        (await deals.ActAsync("provider", id, "resolve")).Text.ShouldBe(resolved.Text);
        (await deals.ActAsync("provider", id, "resolve", """{"provider_amount":7}""")).ShouldFail(
            409,
            "INVALID_STATE"
        );
    }

    [Theory, OnEachDatabase]
    public async Task The_operator_decides_at_once_and_nobody_else_is_taken_for_it(Dialect dialect)
    {
        await using var deals = await Deals.StartAsync(dialect);
        var all = await deals.InAsync("disputed");
        var none = await deals.InAsync("disputed");
        using var http = new HttpClient { BaseAddress = deals.Server.Address };
        var wrong = await http.CallAsync(
            "POST",
            $"/api/contracts/{all}/resolve",
            "Bearer another-key-of-the-tests",
            """{"provider_amount":10}"""
        );
        wrong.ShouldFail(401, "UNAUTHORIZED");
        var elsewhere = await http.CallAsync(
            "POST",
            $"/api/contracts/{all}/settle",
            $"Bearer {Deals.OperatorKey}"
        );
        elsewhere.ShouldFail(401, "UNAUTHORIZED");

        var paid = await deals.ActAsync("operator", all, "resolve", """{"provider_amount":10}""");
        var back = await deals.ActAsync("operator", none, "resolve", """{"provider_amount":0}""");

        paid.Json["resolution"]!["kind"]!.ToString().ShouldBe("operator");
        paid.Json["resolution"]!["resolved_by"]!.ToString().ShouldBe("operator");
        (await deals.EffectAsync(deals.Provider, all)).ShouldBe(new Balance(10, 0));
        back["status"].ShouldBe("resolved");
        (await deals.EffectAsync(deals.Client, none)).ShouldBe(new Balance(0, 0));
    }

    [Fact]
    public async Task A_delivery_shows_its_artifacts_and_a_second_one_replaces_it()
    {
        await using var deals = await Deals.StartAsync();
        var id = await deals.InAsync("accepted");
        const string Digest = "aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11";
        var first = await deals.ActAsync(
            "provider",
            id,
            "deliver",
            $$"""{"content":"See the file.","artifacts":[{"name":"may.csv","url":"https://example.com/may.csv","sha256":"{{Digest}}"}]}"""
        );
        var delivery = first.Json["delivery"]!;
        delivery["delivery_id"]!.ToString().ShouldMatch("^dlv_[0-9a-f-]{36}$");
        delivery["artifacts"]!
            .ToJsonString()
            .ShouldBe(
                $$"""[{"name":"may.csv","url":"https://example.com/may.csv","sha256":"{{Digest}}"}]"""
            );

        var second = await deals.ActAsync("provider", id, "deliver");

        second.Json["delivery"]!["content"]!.ToString().ShouldBe("14:20,3.1");
        second.Json["delivery"]!["delivery_id"]!
            .ToString()
            .ShouldNotBe(delivery["delivery_id"]!.ToString());
        foreach (
            var body in (string[])
                [
                    "{}",
                    """{"content":""}""",
                    """{"content":"x","artifacts":[{"name":"a","url":"may.csv"}]}""",
                    """{"content":"x","artifacts":[{"url":"https://example.com"}]}""",
                    """{"content":"x","artifacts":[{"name":"a","url":"https://example.com","sha256":"aa"}]}""",
                ]
        )
            (await deals.ActAsync("provider", id, "deliver", body)).ShouldFail(
                400,
                "INVALID_REQUEST"
            );
    }
}
