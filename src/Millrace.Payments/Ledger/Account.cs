using System.Runtime.InteropServices;

namespace Millrace.Payments.Ledger;

/// <summary>Whose account it is: a kind of owner, such as <c>agent</c>, and its id. Each has one account in a workspace.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AccountOwner(string Kind, Guid Id) : IComparable<AccountOwner>
{
    internal const string IssuerKind = "issuer";

    /// <summary>
    /// Where everything comes from and what is forfeited goes back to. Its account alone may be below zero: it is the
    /// mirror of all others, so that the sum of all is zero.
    /// </summary>
    public static AccountOwner Issuer { get; } = new(IssuerKind, Guid.Empty);

    public bool IsIssuer => Kind == IssuerKind;

    public int CompareTo(AccountOwner other) => string.CompareOrdinal(ToString(), other.ToString());

    /// <summary>The subject that the account's events stand under.</summary>
    public override string ToString() => $"{Kind}:{Id:N}";

    public static bool operator <(AccountOwner left, AccountOwner right) =>
        left.CompareTo(right) < 0;

    public static bool operator >(AccountOwner left, AccountOwner right) =>
        left.CompareTo(right) > 0;

    public static bool operator <=(AccountOwner left, AccountOwner right) =>
        left.CompareTo(right) <= 0;

    public static bool operator >=(AccountOwner left, AccountOwner right) =>
        left.CompareTo(right) >= 0;
}

/// <summary>What an account holds: what can be spent, and what is reserved in holds.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Balance(long Available, long Held)
{
    public long Total => Available + Held;
}
