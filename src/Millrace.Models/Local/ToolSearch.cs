using System.Text.RegularExpressions;

namespace Millrace.Models.Local;

/// <summary>The last resort of a question: the tools of a request that search.</summary>
internal sealed partial class ToolSearch(ToolCalls calls)
{
    /// <summary>Asks the next tool that has not answered; documents come before the web unless the question says web.</summary>
    public async ValueTask<Reply?> AnswerAsync(
        Clause clause,
        Request request,
        CancellationToken cancellationToken
    )
    {
        if (
            !clause.IsQuestion
            || FactQuestions.AsksAboutUser(clause) && !AsksDocuments().IsMatch(clause.Plain)
        )
        {
            return null;
        }
        var searches = request
            .ToolSchemas.Where(tool =>
                tool.IsSearch
                && tool.Words.Overlaps([
                    "web",
                    "internet",
                    "fil",
                    "document",
                    "graph",
                    "knowledg",
                    "search",
                    "vector",
                    "stor",
                ])
            )
            .ToList();
        var first =
            AsksDocuments().IsMatch(clause.Plain) ? "fil"
            : AsksWeb().IsMatch(clause.Plain) ? "web"
            : "";
        var ordered = searches
            .OrderByDescending(tool => first.Length > 0 && tool.AllWords.Contains(first))
            .ThenBy(tool => tool.Words.Contains("web"));
        Reply? last = null;
        foreach (var tool in ordered)
        {
            last = await calls.UseAsync(tool, clause, request, cancellationToken);
            if (last is null or { IsRefusal: false })
            {
                return last;
            }
        }
        return last;
    }

    [GeneratedRegex(
        @"\b(?:documents?|files?|uploads?|uploaded|pdfs?|notes|knowledge base|my report|our docs|docs|manual|handbook)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksDocuments();

    [GeneratedRegex(
        @"\b(?:web|online|internet|google|latest|news|website|current(?:ly)?|recent(?:ly)?)\b",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex AsksWeb();
}
