using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Millrace.Api.Fluxra.Bodies;
using Millrace.Messaging.Accounts;

namespace Millrace.Api.Fluxra.Auth;

/// <summary>Reads the one body that may be a form as well. (fluxra §8.5)</summary>
internal static class TokenForm
{
    private const string FormType = "application/x-www-form-urlencoded";
    private const string Grant = "client_credentials";
    private const int LongestWord = 100;

    /// <summary>The scopes that are asked for; null for all of the key's.</summary>
    public static async ValueTask<ScopeSet?> ReadAsync(HttpContext http, BodyReader bodies)
    {
        if (BodyReader.Is(http.Request, FormType))
            return ReadForm(Encoding.UTF8.GetString((await bodies.BytesAsync(http)).Span));
        var fields = await bodies.ReadAsync(http);
        var grant = fields.RequiredText("grant_type", LongestWord);
        if (grant.Length > 0 && grant != Grant)
            fields.Refuse("grant_type", FieldErrors.UnknownValue);
        var scopes = ScopeField.Read(fields);
        fields.Errors.ThrowIfAny();
        return scopes;
    }

    private static ScopeSet? ReadForm(string text)
    {
        var errors = new FieldErrors();
        var form = QueryHelpers.ParseQuery(text);
        if (form.GetValueOrDefault("grant_type").LastOrDefault() is not { Length: > 0 } grant)
            errors.Add("grant_type", FieldErrors.Required);
        else if (grant != Grant)
            errors.Add("grant_type", FieldErrors.UnknownValue);
        var names = form.GetValueOrDefault("scope").LastOrDefault() ?? "";
        var scopes = ScopeSet.TryOf(names.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (scopes is null)
            errors.Add("scope", FieldErrors.UnknownValue);
        errors.ThrowIfAny();
        return scopes is { Names.Count: > 0 } ? scopes : null;
    }
}

internal static class ScopeField
{
    private const int MostScopes = 50;
    private const int LongestScope = 100;

    /// <summary>Null when none are asked for.</summary>
    public static ScopeSet? Read(Fields fields)
    {
        if (fields.Texts("scopes", MostScopes, LongestScope) is not { Count: > 0 } names)
            return null;
        var scopes = ScopeSet.TryOf(names);
        if (scopes is null)
            fields.Refuse("scopes", FieldErrors.UnknownValue);
        return scopes;
    }
}
