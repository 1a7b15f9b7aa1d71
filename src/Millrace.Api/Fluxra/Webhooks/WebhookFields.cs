using System.Collections.Frozen;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Core.Webhooks;
using Millrace.Messaging.Contracts;
using Millrace.Messaging.Conversations;
using Millrace.Payments.Ledger;

namespace Millrace.Api.Fluxra.Webhooks;

/// <summary>Reads what a webhook is to be.</summary>
internal static class WebhookFields
{
    private const int LongestUrl = 2_048;
    private const int LongestDescription = 200;
    private const int MostTypes = 50;
    private const int LongestType = 50;

    private static readonly FrozenSet<string> Types = new[]
    {
        ConversationEvents.MessageCreated,
        ConversationEvents.MessageUpdated,
        ConversationEvents.MessageDeleted,
        ConversationEvents.ConversationCreated,
        ConversationEvents.ConversationUpdated,
        ConversationEvents.MemberAdded,
        ConversationEvents.MemberRemoved,
        ConversationEvents.InvitationCreated,
        ConversationEvents.InvitationUpdated,
        Journal.PostedEvent,
        WebhookDisabled.EventType,
        ContractNotices.UpdatedEvent,
    }.ToFrozenSet(StringComparer.Ordinal);

    public static NewWebhook Read(Fields fields)
    {
        var url = fields.RequiredText("url", LongestUrl);
        var webhook = new NewWebhook(
            url,
            TypesOf(fields) ?? [],
            fields.Text("description", LongestDescription) ?? ""
        );
        fields.Errors.ThrowIfAny();
        return webhook;
    }

    public static WebhookChange ReadChange(Fields fields)
    {
        var change = new WebhookChange(
            fields.Text("url", LongestUrl, shortest: 1),
            // Null clears: all types.
            TypesOf(fields) ?? (fields.IsGiven("event_types") ? [] : null),
            fields.Text("description", LongestDescription)
                ?? (fields.IsGiven("description") ? "" : null),
            fields.Flag("enabled")
        );
        fields.Errors.ThrowIfAny();
        return change;
    }

    private static IReadOnlyList<string>? TypesOf(Fields fields)
    {
        if (fields.Texts("event_types", MostTypes, LongestType) is not { } types)
            return null;
        if (types.All(Types.Contains))
            return [.. types.Distinct(StringComparer.Ordinal)];
        fields.Refuse("event_types", FieldErrors.UnknownValue);
        return null;
    }
}
