using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Millrace.Api.Shared.Access;
using Millrace.Api.Shared.Bodies;
using Millrace.Api.TBackend.Bodies;
using Millrace.Knowledge.Files;

namespace Millrace.Api.TBackend.Files;

/// <summary>What may be said of a file beside its bytes: in the form or the body, else in the query. (t-backend §12.1)</summary>
internal sealed class UploadFields
{
    public const int LongestText = 256;
    private const int LargestMetadata = 64 * 1024;

    public static readonly string[] Names =
    [
        "filename",
        "vector_store_id",
        "purpose",
        "metadata",
        "dedupe",
        "document_id",
        Bypass.Field,
    ];

    private readonly Errors _errors = new();
    private readonly Dictionary<string, (string Text, string At)> _said = new(
        StringComparer.Ordinal
    );

    /// <summary>Notes what is said in one place; what was said elsewhere before stands.</summary>
    public void Add(string name, string text, string at)
    {
        if (Names.Contains(name, StringComparer.Ordinal) && text.Length > 0)
            _said.TryAdd(name, (text, at));
    }

    public void AddQuery(IQueryCollection query)
    {
        foreach (var name in Names)
            Add(name, query[name].LastOrDefault() ?? "", "query");
    }

    /// <summary>What is known of a file that its sender calls so.</summary>
    /// <exception cref="Unprocessable">Something that was said cannot be.</exception>
    public NewFile Read(string? name, string otherwise, string? contentType, HttpRequest request)
    {
        var about = new NewFile(FileName.Of(Text("filename", 4096) ?? name, otherwise), contentType)
        {
            StoreId = Text("vector_store_id"),
            DocumentId = Text("document_id"),
            Purpose = Text("purpose"),
            Metadata = Object("metadata"),
            Dedupe = new Deduplication
            {
                ByRequest = Flag("dedupe"),
                ByKey = request.HttpContext.Caller().Dedupe,
                Force = (Flag(Bypass.Field) ?? false) || Bypass.IsInHeader(request),
            },
        };
        _errors.ThrowIfAny();
        return about;
    }

    private string? Text(string name, int longest = LongestText)
    {
        if (!_said.TryGetValue(name, out var said))
            return null;
        if (said.Text.Length > longest)
            _errors.Add(
                "string_too_long",
                [said.At, name],
                $"String should have at most {longest} characters",
                "…",
                new JsonObject { ["max_length"] = longest }
            );
        else if (said.Text.Contains('\0', StringComparison.Ordinal))
            _errors.Add(
                "value_error",
                [said.At, name],
                "Value error, text must not hold the character U+0000",
                "…"
            );
        return said.Text;
    }

    private bool? Flag(string name)
    {
        if (!_said.TryGetValue(name, out var said))
            return null;
        switch (said.Text.Trim().ToLowerInvariant())
        {
            case "true" or "1" or "on" or "yes":
                return true;
            case "false" or "0" or "off" or "no":
                return false;
        }
        _errors.Add(
            "bool_parsing",
            [said.At, name],
            "Input should be a valid boolean, unable to interpret input",
            Errors.Echo(said.Text)
        );
        return null;
    }

    private static readonly JsonDocumentOptions Shallow = new()
    {
        MaxDepth = JsonField.DeepestKept,
    };

    private string? Object(string name)
    {
        if (!_said.TryGetValue(name, out var said))
            return null;
        try
        {
            if (
                said.Text.Length <= LargestMetadata
                && JsonNode.Parse(said.Text, documentOptions: Shallow) is JsonObject read
            )
                return read.ToJsonString();
        }
        catch (Exception failure)
            // The last is what half a surrogate pair gives.
            when (failure is JsonException or ArgumentException or InvalidOperationException)
        {
            // Told below, with what else it may be.
        }
        _errors.Add(
            "dict_type",
            [said.At, name],
            $"Input should be a JSON object of at most {LargestMetadata} characters and {JsonField.DeepestKept} levels",
            "…"
        );
        return null;
    }
}
