using System.ComponentModel;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.AI;
using Millrace.Agents.Tools;
using Millrace.Core.Failures;
using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Knowledge.Graph;
using Millrace.Knowledge.Search;
using Millrace.Knowledge.Stores;
using Millrace.Models.Local;

namespace Millrace.Agents.Chat;

/// <summary>
/// The tools by which a model looks into the caller's documents and facts itself. They are made for one turn, over what
/// that turn may see and nothing else, before anything is searched. (t-backend §9.1, §9.7)
/// </summary>
internal sealed class KnowledgeTools(
    DocumentSearch documents,
    VectorStores stores,
    GraphSearch graph,
    TimeProvider time
)
{
    private const int Most = 6;
    private const int LongestQuery = 2_000;

    public IEnumerable<Tool> Of(TurnRequest request, IReadOnlyList<OpenedGraph> graphs)
    {
        if (request.Stores is not { Count: 0 } && request.Tools?.Contains(Grounding.Tool) != false)
        {
            var files = new Documents(documents, stores, request);
            yield return ToolOf(Grounding.Tool, files.FindAsync, () => files.HasFound);
        }
        if (graphs.Count > 0)
        {
            var facts = new Facts(graph, time, graphs, request.Principal.Workspace);
            yield return ToolOf(FactRecall.Tool, facts.FindAsync, () => facts.HasFoundForeign);
        }
    }

    private static Tool ToolOf(string name, Delegate search, Func<bool> hasShownForeignText) =>
        new(
            name,
            AIFunctionFactory.Create(
                search,
                new AIFunctionFactoryOptions
                {
                    Name = name,
                    AdditionalProperties = SearchedBefore.Mark,
                }
            ),
            IsReadOnly: true,
            StaysInside: true,
            hasShownForeignText
        );

    private static string Checked(string? query) =>
        string.IsNullOrWhiteSpace(query) ? throw new ToolRefused("Say what to look for in query.")
        : query.Length > LongestQuery
            ? throw new ToolRefused($"The query is longer than {LongestQuery} characters.")
        : query;

    private sealed class Documents(DocumentSearch search, VectorStores stores, TurnRequest request)
    {
        public bool HasFound { get; private set; }

        [Description("Searches the user's documents and gives the passages that fit best.")]
        public async Task<string> FindAsync(
            [Description("What to look for.")] string query,
            [Description("Names of the stores to search; all that may be used when left out.")]
                string[]? stores = null,
            CancellationToken cancellation = default
        )
        {
            var found = await search.SearchAsync(
                new DocumentQuery(request.Principal.Workspace, Checked(query))
                {
                    Stores = stores is { Length: > 0 }
                        ? await AllowedAsync(stores, cancellation)
                        : request.Stores,
                    Most = Most,
                },
                cancellation
            );
            if (found.Count == 0)
                return "Nothing in the documents fits.";
            HasFound = true;
            var text = new StringBuilder();
            foreach (var chunk in found)
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"[{chunk.FileName}{(chunk.Page is { } page ? $", page {page}" : "")}]\n{chunk.Text}\n\n"
                );
            return text.ToString();
        }

        private async Task<IReadOnlyCollection<Id<VectorStore>>> AllowedAsync(
            string[] named,
            CancellationToken cancellation
        )
        {
            try
            {
                var found = await stores.ResolveAsync(
                    request.Principal.Workspace,
                    named,
                    cancellation
                );
                return request.Stores is { } allowed && found.Any(store => !allowed.Contains(store))
                    ? throw new ToolRefused("This turn may not search that store.")
                    : found;
            }
            catch (NotFound)
            {
                throw new ToolRefused("There is no such store.");
            }
        }
    }

    private sealed class Facts(
        GraphSearch search,
        TimeProvider time,
        IReadOnlyList<OpenedGraph> graphs,
        Id<Workspace> own
    )
    {
        public bool HasFoundForeign { get; private set; }

        [Description("Searches the facts that were kept from before, as of now or of a time.")]
        public async Task<string> FindAsync(
            [Description("What to look for.")] string query,
            [Description("The time that is asked about, such as 2024-03-01; now when left out.")]
                string? at = null,
            CancellationToken cancellation = default
        )
        {
            var question = new GraphQuestion(Checked(query), new Moment(TimeOf(at)))
            {
                Limit = Most,
            };
            var text = new StringBuilder();
            var answers = await search.FindEachAsync(graphs, question, cancellation);
            foreach (var (graph, answer) in graphs.Zip(answers))
            {
                foreach (var (fact, _) in answer.Facts)
                {
                    HasFoundForeign |= !FactRecall.IsTrusted(fact, graph, own);
                    text.Append("- ")
                        .Append(FactRecall.Written(fact))
                        .Append(
                            fact.ValidFrom is { } from ? $" (since {FactRecall.Day(from)})\n" : "\n"
                        );
                }
            }
            return text.Length > 0 ? text.ToString() : "No fact that is known fits.";
        }

        private DateTimeOffset TimeOf(string? at) =>
            string.IsNullOrWhiteSpace(at) ? time.GetUtcNow()
            : DateTimeOffset.TryParse(
                at.Length == 4 ? $"{at}-07-01" : at,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var moment
            )
                ? moment
            : throw new ToolRefused("Give at as a date, such as 2024-03-01.");
    }
}
