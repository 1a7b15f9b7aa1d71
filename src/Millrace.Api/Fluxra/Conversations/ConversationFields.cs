using System.Collections.Frozen;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Core.Ids;
using Millrace.Messaging.Accounts;
using Millrace.Messaging.Conversations;

namespace Millrace.Api.Fluxra.Conversations;

/// <summary>Reads conversations, under any of the names that clients give their fields. (fluxra §13, Appendix A)</summary>
internal static class ConversationFields
{
    private const int LongestName = 100;
    private const int LongestSentName = 10_000;
    private const int LongestDescription = 1000;
    private const int LargestMetadata = 8 * 1024;
    private const int LongestWord = 100;
    private const int MostMembers = 1000;
    private const int MostAdded = 50;

    private static readonly FrozenDictionary<string, ConversationType> Types = new Dictionary<
        string,
        ConversationType
    >
    {
        ["group"] = ConversationType.Group,
        ["direct"] = ConversationType.Direct,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, InvitePolicy> InvitePolicies = new Dictionary<
        string,
        InvitePolicy
    >
    {
        ["admins"] = InvitePolicy.Admins,
        ["members"] = InvitePolicy.Members,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, PostPolicy> PostPolicies = new Dictionary<
        string,
        PostPolicy
    >
    {
        ["members"] = PostPolicy.Members,
        ["admins"] = PostPolicy.Admins,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, MemberRole> Roles = new Dictionary<
        string,
        MemberRole
    >
    {
        ["owner"] = MemberRole.Owner,
        ["admin"] = MemberRole.Admin,
        ["member"] = MemberRole.Member,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IReadOnlyDictionary<string, ConversationType> AllTypes => Types;

    /// <summary>The other agent of a direct conversation, or a group.</summary>
    public static (Id<AgentAccount>? Peer, NewGroup? Group) ReadNew(
        Fields fields,
        Id<AgentAccount> caller
    )
    {
        var type = Word(fields, "type", Types) ?? ConversationType.Group;
        var list = fields.Named(
            "member_ids",
            "members",
            "participants",
            "participant_ids",
            "agent_ids"
        );
        var others = (IdField.Agents(fields, list, MostMembers) ?? []).Where(id => id != caller);
        if (type is ConversationType.Direct)
        {
            var peer = others.ToList();
            if (peer.Count != 1 && !fields.Errors.Any)
                fields.Refuse(list, fields.Has(list) ? FieldErrors.OneOf : FieldErrors.Required);
            fields.Errors.ThrowIfAny();
            return (peer[0], null);
        }
        var settings = fields.Object("settings");
        var group = new NewGroup
        {
            Name = Name(fields).Value,
            Description = fields.Text("description", LongestDescription),
            Members = [.. others],
            Metadata = fields.RawObject("metadata", LargestMetadata) ?? "{}",
            InvitePolicy = Word(settings, "invite_policy", InvitePolicies) ?? default,
            PostPolicy = Word(settings, "post_policy", PostPolicies) ?? default,
        };
        fields.Errors.ThrowIfAny();
        return (null, group);
    }

    public static GroupChange ReadChange(Fields fields)
    {
        var settings = fields.Object("settings");
        var change = new GroupChange
        {
            Name = Name(fields),
            Description = fields.ChangedText("description", LongestDescription),
            Metadata = fields.IsGiven("metadata")
                ? fields.RawObject("metadata", LargestMetadata) ?? "{}"
                : null,
            InvitePolicy = Word(settings, "invite_policy", InvitePolicies),
            PostPolicy = Word(settings, "post_policy", PostPolicies),
        };
        var changes =
            change.Name.IsGiven
            || change.Description.IsGiven
            || change.Metadata is not null
            || change.InvitePolicy is not null
            || change.PostPolicy is not null;
        if (!changes && !fields.Errors.Any)
            fields.Refuse("name", FieldErrors.Required);
        fields.Errors.ThrowIfAny();
        return change;
    }

    /// <summary>Agents to be added or invited, and the role that they are given.</summary>
    public static (IReadOnlyList<Id<AgentAccount>> Agents, MemberRole Role) ReadAdded(Fields fields)
    {
        var list = fields.Named("agent_ids", "member_ids", "members", "agent_id");
        var agents =
            list == "agent_id"
                ? AgentField.Optional(fields, list) is { } one
                    ? [one]
                    : null
                : IdField.Agents(fields, list, MostAdded);
        if (agents is not { Count: > 0 } && !fields.Errors.Any)
            fields.Refuse("agent_ids", FieldErrors.Required);
        var role = Word(fields, "role", Roles) ?? MemberRole.Member;
        if (role is MemberRole.Owner)
            fields.Refuse("role", FieldErrors.UnknownValue);
        fields.Errors.ThrowIfAny();
        return (agents!, role);
    }

    public static MemberRole ReadRole(Fields fields)
    {
        if (!fields.Has("role"))
            fields.Refuse("role", FieldErrors.Required);
        var role = Word(fields, "role", Roles);
        fields.Errors.ThrowIfAny();
        return role!.Value;
    }

    private static Change<string?> Name(Fields fields)
    {
        var field = fields.IsGiven("name") ? "name" : "title";
        // What stands around it does not count.
        var given = fields.ChangedText(field, LongestSentName);
        if (given.Value?.Trim() is not { } name)
            return given;
        if (name.Length == 0)
            fields.Refuse(field, FieldErrors.TooShort);
        else if (name.EnumerateRunes().Count() > LongestName)
            fields.Refuse(field, FieldErrors.TooLong);
        return new(true, name);
    }

    private static T? Word<T>(Fields? fields, string name, FrozenDictionary<string, T> words)
        where T : struct
    {
        if (fields?.Text(name, LongestWord) is not { } text)
            return null;
        if (words.TryGetValue(text, out var word))
            return word;
        fields.Refuse(name, FieldErrors.UnknownValue);
        return null;
    }
}
