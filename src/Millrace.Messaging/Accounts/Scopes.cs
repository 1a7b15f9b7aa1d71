using System.Collections.Frozen;

namespace Millrace.Messaging.Accounts;

/// <summary>What a key or token gives a right to. (fluxra §2.4)</summary>
[Flags]
public enum Scope
{
    None = 0,
    MessagesRead = 1,
    MessagesWrite = 1 << 1,
    ConversationsRead = 1 << 2,
    ConversationsWrite = 1 << 3,
    PresenceUpdate = 1 << 4,
    ContractsRead = 1 << 5,
    ContractsWrite = 1 << 6,
    CreditsRead = 1 << 7,
    CreditsWrite = 1 << 8,
}

/// <summary>Scopes in the order in which they were asked for, each once.</summary>
public sealed class ScopeSet
{
    private static readonly FrozenDictionary<string, Scope> Known = new Dictionary<string, Scope>
    {
        ["messages:read"] = Scope.MessagesRead,
        // It is a right to change conversations as well.
        ["messages:write"] = Scope.MessagesWrite | Scope.ConversationsWrite,
        ["conversations:read"] = Scope.ConversationsRead,
        ["conversations:write"] = Scope.ConversationsWrite,
        ["presence:update"] = Scope.PresenceUpdate,
        ["contracts:read"] = Scope.ContractsRead,
        ["contracts:write"] = Scope.ContractsWrite,
        ["credits:read"] = Scope.CreditsRead,
        ["credits:write"] = Scope.CreditsWrite,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly Scope _rights;

    private ScopeSet(IReadOnlyList<string> names)
    {
        Names = names;
        _rights = names.Aggregate(Scope.None, (rights, name) => rights | Known[name]);
    }

    public static ScopeSet None { get; } = new([]);

    /// <summary>What a key has that asks for nothing.</summary>
    public static ScopeSet Default { get; } =
        new(["messages:read", "messages:write", "conversations:read", "presence:update"]);

    public static IReadOnlyCollection<string> AllNames => Known.Keys;

    public IReadOnlyList<string> Names { get; }

    /// <summary>Null when one of them is no scope.</summary>
    public static ScopeSet? TryOf(IEnumerable<string> names)
    {
        var distinct = names.Distinct(StringComparer.Ordinal).ToList();
        return distinct.TrueForAll(Known.ContainsKey) ? new ScopeSet(distinct) : null;
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    internal static ScopeSet Read(string text) =>
        TryOf(text.Split(' ', StringSplitOptions.RemoveEmptyEntries)) ?? None;

    public bool HasAny(Scope anyOf) => anyOf == Scope.None || (_rights & anyOf) != Scope.None;

    /// <summary>Whether it gives every right that the other gives.</summary>
    public bool Covers(ScopeSet other) => (other._rights & ~_rights) == Scope.None;

    /// <summary>The names, parted by spaces.</summary>
    public override string ToString() => string.Join(' ', Names);
}
