using System.Collections.Frozen;
using System.Text.Json;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Api.Fluxra.Messages;
using Millrace.Api.Fluxra.Wire;
using Millrace.Messaging.Contracts;
using Millrace.Messaging.Conversations;
using Millrace.Payments.Ledger;

namespace Millrace.Api.Fluxra.Contracts;

/// <summary>Reads the bodies of contracts. (fluxra §16.3, §16.4)</summary>
internal static class ContractFields
{
    private const int LongestTitle = 200;
    private const int LongestText = 10_000;
    private const int LongestReason = 1_000;
    private const int LongestDispute = 2_000;
    private const int LongestTime = 100;
    private const int MostArtifacts = 20;
    private const int LongestName = 200;

    public static readonly FrozenDictionary<string, ContractStatus> Statuses =
        Enum.GetValues<ContractStatus>()
            .ToFrozenDictionary(
                status => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{status}"),
                StringComparer.Ordinal
            );

    public static readonly FrozenDictionary<string, ContractRole> Roles = new Dictionary<
        string,
        ContractRole
    >
    {
        ["client"] = ContractRole.Client,
        ["provider"] = ContractRole.Provider,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static NewContract ReadOffer(Fields fields, DateTimeOffset now)
    {
        var provider = AgentField.Required(fields, "provider_id");
        var title = fields.RequiredText("title", LongestTitle);
        var terms = fields.RequiredText("terms", LongestText);
        return new NewContract(provider, title, terms, RequiredAmount(fields, "price"))
        {
            Conversation = IdField.Optional<Conversation>(
                fields,
                "conversation_id",
                MessageIds.Conversation
            ),
            OfferLasts = TimeSpan.FromSeconds(
                fields.Integer("offer_expires_in_seconds", 300, 2_592_000) ?? 604_800
            ),
            DeliverBy = Future(fields, "deliver_by", now),
            ReviewWindow = TimeSpan.FromHours(fields.Integer("review_window_hours", 1, 720) ?? 72),
        };
    }

    public static ContractAct ReadReject(Fields fields) =>
        new(ContractAction.Reject) { Reason = fields.Text("reason", LongestReason) };

    public static ContractAct ReadCancel(Fields fields) =>
        new(ContractAction.Cancel) { Reason = fields.Text("reason", LongestReason) };

    public static ContractAct ReadDeliver(Fields fields) =>
        new(ContractAction.Deliver)
        {
            Content = fields.RequiredText("content", LongestText),
            Artifacts = fields.Objects("artifacts", MostArtifacts) is { } artifacts
                ? [.. artifacts.Select(ReadArtifact)]
                : [],
        };

    public static ContractAct ReadDispute(Fields fields) =>
        new(ContractAction.Dispute) { Reason = fields.RequiredText("reason", LongestDispute) };

    public static ContractAct ReadResolve(Fields fields) =>
        new(ContractAction.Resolve) { ProviderAmount = RequiredAmount(fields, "provider_amount") };

    private static Artifact ReadArtifact(Fields fields) =>
        new(
            fields.RequiredText("name", LongestName),
            AttachmentFields.Url(fields),
            AttachmentFields.Sha256(fields)
        );

    private static long RequiredAmount(Fields fields, string name)
    {
        if (!fields.Has(name))
            fields.Refuse(name, FieldErrors.Required);
        return fields.Integer(name, 0, Journal.MostAmount) ?? 0;
    }

    private static DateTimeOffset? Future(Fields fields, string name, DateTimeOffset now)
    {
        if (fields.Text(name, LongestTime) is not { } text)
            return null;
        if (!WireTime.TryParse(text, out var time))
            fields.Refuse(name, FieldErrors.Malformed);
        else if (time <= now)
            fields.Refuse(name, FieldErrors.OutOfRange);
        else
            return time;
        return null;
    }
}
