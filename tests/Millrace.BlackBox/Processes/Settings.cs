using System.Collections;
using Millrace.Core.Storage;
using Millrace.Testing;
using Millrace.Testing.Doubles;

namespace Millrace.BlackBox.Processes;

/// <summary>
/// What the environment of a server holds: settings by their path below <c>Millrace</c>, such as
/// <c>Models:UnknownNames</c>, and variables of other names as they are.
/// </summary>
public sealed class Settings : IEnumerable<KeyValuePair<string, string>>
{
    private readonly Dictionary<string, string> _variables = [];
    private int _providers;
    private int _served;

    public string this[string name]
    {
        set =>
            _variables[
                name.Contains(':', StringComparison.Ordinal)
                    ? "MILLRACE__" + name.Replace(":", "__", StringComparison.Ordinal)
                    : name
            ] = value;
    }

    public void Add(string name, string value) => this[name] = value;

    /// <summary>Serves a model called <paramref name="name"/> from a double.</summary>
    public Settings Serve(string name, ModelDouble server, bool isEmbedding = false)
    {
        var (provider, served) = ($"Models:Providers:{_providers++}", $"Models:Served:{_served++}");
        this[$"{provider}:Name"] = $"{name}-provider";
        this[$"{provider}:Kind"] = server is AnthropicDouble ? "Anthropic" : "OpenAi";
        this[$"{provider}:BaseUrl"] = server is OpenAiDouble openAi ? openAi.BaseUrl : server.Root;
        this[$"{provider}:ApiKey"] = "upstream-key";
        this[$"{served}:Name"] = name;
        this[$"{served}:Provider"] = $"{name}-provider";
        if (isEmbedding)
            this[$"{served}:Embeddings"] = "true";
        return this;
    }

    /// <summary>Keeps what the server stores in a database of this kind, which outlives the server's kills.</summary>
    public async Task<Settings> OnAsync(Dialect dialect)
    {
        if (dialect is Dialect.Postgres)
            this["Storage:Postgres"] = await PostgresCluster.CreateDatabaseAsync();
        return this;
    }

    /// <summary>Lets one key do as much as a whole test's load.</summary>
    public Settings Unlimited()
    {
        foreach (var bucket in new[] { "chat", "gateway", "other" })
        {
            foreach (var rateClass in new[] { "default", "anonymous" })
            {
                this[$"Limits:Classes:{rateClass}:{bucket}:PerMinute"] = "1000000";
                this[$"Limits:Classes:{rateClass}:{bucket}:AtOnce"] = "0";
            }
        }
        return this;
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _variables.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
