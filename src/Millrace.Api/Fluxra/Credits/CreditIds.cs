using Millrace.Api.Fluxra.Wire;
using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;
using Millrace.Payments.Ledger;

namespace Millrace.Api.Fluxra.Credits;

/// <summary>How ids of credits begin. (fluxra §3)</summary>
internal static class CreditIds
{
    public const string Entry = "led_";
    public const string Transfer = "trf_";
    public const string Hold = "hld_";
    public const string Contract = "ctr_";

    public static string AgentOf(AccountOwner owner) => new Id<AgentAccount>(owner.Id).Text();

    /// <summary>What a posting refers to, by the prefix of its kind; a grant is its own entry.</summary>
    public static string ReferenceOf(Posting posting) =>
        posting.Reference.Type switch
        {
            "transfer" => $"{Transfer}{posting.Reference.Id:D}",
            "hold" => $"{Hold}{posting.Reference.Id:D}",
            "contract" => $"{Contract}{posting.Reference.Id:D}",
            _ => WireIds.Uuid(Entry, posting.Id),
        };

    /// <summary>The id behind any of the prefixes; null when it is none.</summary>
    public static Guid? TryParseReference(string text)
    {
        foreach (var prefix in (ReadOnlySpan<string>)[Transfer, Hold, Contract])
            if (WireIds.TryParseUuid<object>(text, prefix, out var id))
                return id.Value;
        return null;
    }
}
