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

    /// <summary>What postings of a reference are found by; null when it is none.</summary>
    public static PostingFilter? FilterOf(string reference)
    {
        if (WireIds.TryParseUuid<Posting>(reference, Entry, out var posting))
            return new PostingFilter { Posting = posting.Value };
        foreach (var prefix in (ReadOnlySpan<string>)[Transfer, Hold, Contract])
            if (WireIds.TryParseUuid<object>(reference, prefix, out var id))
                return new PostingFilter { Reference = id.Value };
        return null;
    }
}
