using System.Reflection;

namespace Millrace.Core.Storage;

/// <summary>
/// What one floor keeps in the database: its entities (every <c>IEntityTypeConfiguration</c> of the assembly) and its
/// numbered migrations (<c>Migrations/{sqlite|postgres}/0001_name.sql</c>, embedded). Floors are migrated in the order
/// in which they are registered, lowest first.
/// </summary>
public sealed record StorageMap(string Floor, Assembly Assembly);
