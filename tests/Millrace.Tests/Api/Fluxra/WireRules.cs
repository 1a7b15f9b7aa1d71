using System.Text.Json.Nodes;

namespace Millrace.Tests.Api.Fluxra;

/// <summary>What holds for every answer of the surface, whatever was asked. (fluxra §1, §3 to §5)</summary>
internal static class WireRules
{
    private const string JsonType = "application/json; charset=utf-8";

    private const string TimeForm = @"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$";

    // fluxra §4.2
    private static readonly Dictionary<int, string[]> Codes = new()
    {
        [400] = ["INVALID_REQUEST", "INVALID_AGENT_ID", "INVALID_KEY_NAME", "INVALID_TARGET"],
        [401] = ["UNAUTHORIZED"],
        [402] = ["INSUFFICIENT_CREDITS"],
        [403] = ["FORBIDDEN"],
        [404] = ["NOT_FOUND"],
        [405] = ["METHOD_NOT_ALLOWED"],
        [409] = ["CONFLICT", "INVALID_STATE"],
        [413] = ["PAYLOAD_TOO_LARGE"],
        [415] = ["UNSUPPORTED_MEDIA_TYPE"],
        [429] = ["RATE_LIMIT_EXCEEDED"],
        [500] = ["INTERNAL_ERROR"],
        [503] = ["SERVICE_UNAVAILABLE"],
    };

    /// <summary>Fails when an answer of a route below <c>/api</c> breaks a rule that all of them keep.</summary>
    public static void Check(string method, string path, Answer answer)
    {
        if (!path.StartsWith("/api/", StringComparison.Ordinal))
            return;
        var what = $"{method} {path}: {answer.Status} {answer.Text}";
        answer.Header("X-Request-Id").ShouldNotBeEmpty(what);
        if (answer.Status == 401)
            answer.Header("WWW-Authenticate").ShouldNotBeEmpty(what);
        if (answer.Status is 429 or 503)
            int.Parse(answer.Header("Retry-After")).ShouldBeGreaterThanOrEqualTo(1, what);
        if (method is "HEAD" or "OPTIONS" || IsPageOfMail(path, answer))
            return;
        answer.Type.ShouldBe(JsonType, what);
        if (answer.Status >= 400)
            CheckFailure(answer, what);
        CheckTimes(answer.Json, what);
        if (answer.Json is JsonObject list && list.ContainsKey("has_more"))
            CheckCursors(list, path, what);
    }

    /// <summary>Every time is null or whole seconds of UTC with a <c>Z</c>, however deep it stands.</summary>
    public static void CheckTimes(JsonNode? node, string what)
    {
        switch (node)
        {
            case JsonArray items:
                foreach (var item in items)
                    CheckTimes(item, what);
                break;
            case JsonObject members:
                // Metadata are the clients' own.
                foreach (var (name, value) in members.Where(member => member.Key != "metadata"))
                {
                    if (IsTime(name) && value is not null)
                        CheckTime(value, $"{name} of {what}");
                    else
                        CheckTimes(value, what);
                }
                break;
        }
    }

    /// <summary>What the link of a mail shows to a browser is the one answer that is a page. (fluxra §8.3)</summary>
    private static bool IsPageOfMail(string path, Answer answer) =>
        path.StartsWith("/api/auth/verify-email?", StringComparison.Ordinal)
        && answer is { Status: 200, Type: "text/html; charset=utf-8" };

    private static void CheckFailure(Answer answer, string what)
    {
        var envelope = answer.Json.AsObject();
        envelope.Select(member => member.Key).ShouldBe(["error"], what);
        var error = envelope["error"]!.AsObject();
        error
            .Select(member => member.Key)
            .Except(["code", "message", "details", "request_id"])
            .ShouldBeEmpty(what);
        Codes.ShouldContainKey(answer.Status, what);
        Codes[answer.Status].ShouldContain($"{error["code"]}", what);
        $"{error["message"]}".ShouldNotBeNullOrWhiteSpace(what);
        if (error.ContainsKey("request_id"))
            error["request_id"]!.ToString().ShouldBe(answer.Header("X-Request-Id"), what);
        if (!error.ContainsKey("details"))
            return;
        foreach (var detail in error["details"]!.AsArray())
            detail!.AsObject().Select(member => member.Key).ShouldBe(["field", "reason"], what);
    }

    /// <summary>Both names of a cursor say the same; only the list of blocks has but one.</summary>
    private static void CheckCursors(JsonObject list, string path, string what)
    {
        var next = $"{list.Member("next_cursor")}";
        if (list["has_more"]!.GetValue<bool>())
            next.ShouldNotBeEmpty(what);
        if (path.StartsWith("/api/blocks", StringComparison.Ordinal))
            list.ContainsKey("cursor").ShouldBeFalse(what);
        else
            $"{list.Member("cursor")}".ShouldBe(next, what);
    }

    private static bool IsTime(string name) =>
        name.EndsWith("_at", StringComparison.Ordinal)
        || name.EndsWith("_until", StringComparison.Ordinal)
        || name is "as_of" or "deliver_by" or "failing_since" or "timestamp";

    private static void CheckTime(JsonNode value, string what)
    {
        $"{value}".ShouldMatch(TimeForm, what);
        DateTimeOffset.TryParse($"{value}", out _).ShouldBeTrue(what);
    }
}

internal static class Members
{
    /// <summary>A member that has to be there, though it may be null.</summary>
    public static JsonNode? Member(this JsonNode node, string name)
    {
        node.AsObject()
            .TryGetPropertyValue(name, out var value)
            .ShouldBeTrue($"{name} is missing: {node.ToJsonString()}");
        return value;
    }
}
