using Microsoft.AspNetCore.Builder;
using Millrace.Api.Shared.Documents;
using Millrace.Messaging;

namespace Millrace.Api.Fluxra.Lists;

/// <summary>Which part of a list is wanted.</summary>
/// <param name="After">The last item of the page before; null for the first page.</param>
internal sealed record PageQuery(
    Cursors Cursors,
    CursorScope Scope,
    int Limit,
    CursorPosition? After
)
{
    /// <summary>The cursor for the page behind this one; null when there is none.</summary>
    public string? Next<T>(Page<T> page, Func<T, CursorPosition> position) =>
        page.HasMore ? Cursors.Write(Scope, position(page.Items[^1])) : null;
}

internal static class PageDocs
{
    /// <summary>The parameters by which every list is read page by page. (fluxra §5)</summary>
    public static RouteHandlerBuilder WithPage(this RouteHandlerBuilder route) =>
        route
            .WithQuery("limit", "At most 100; 20 by default.")
            .WithQuery("cursor", "Of the page before.");
}
