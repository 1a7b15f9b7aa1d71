namespace Millrace.Knowledge.Graph;

/// <summary>The words for relations: one of several that mean the same, and which hold for one object at a time.</summary>
internal sealed class Predicates(GraphOptions options)
{
    private static readonly Dictionary<string, string> Same = new(StringComparer.Ordinal)
    {
        ["work_at"] = "works_at",
        ["works_for"] = "works_at",
        ["worked_at"] = "works_at",
        ["worked_for"] = "works_at",
        ["employed_by"] = "works_at",
        ["is_employed_by"] = "works_at",
        ["joined"] = "works_at",
        ["live_in"] = "lives_in",
        ["lived_in"] = "lives_in",
        ["lives_at"] = "lives_in",
        ["resides_in"] = "lives_in",
        ["moved_to"] = "lives_in",
        ["based_in"] = "located_in",
        ["is_based_in"] = "located_in",
        ["is_located_in"] = "located_in",
        ["headquartered_in"] = "located_in",
        ["is_headquartered_in"] = "located_in",
        ["spouse_of"] = "married_to",
        ["is_married_to"] = "married_to",
        ["knows_about"] = "knows",
        ["has_status"] = "status",
        ["has_employer"] = "works_at",
        ["has_husband"] = "married_to",
        ["has_wife"] = "married_to",
        ["has_spouse"] = "married_to",
        ["has_boss"] = "has_manager",
    };

    private readonly HashSet<string> _functional = new(
        options.FunctionalPredicates.Select(Of),
        StringComparer.Ordinal
    );

    /// <summary>A relation as it is stored: a snake_case word, the same for all that mean the same.</summary>
    public static string Of(string text)
    {
        var word = string.Join('_', Terms.Words(text));
        if (word.Length == 0)
            word = text.Trim();
        return Same.GetValueOrDefault(word, word);
    }

    /// <summary>Whether a subject has one object of this relation at a time, so that another ends the one before.</summary>
    public bool IsFunctional(string predicate) => _functional.Contains(predicate);
}
