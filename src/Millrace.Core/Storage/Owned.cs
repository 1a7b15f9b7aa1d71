using Millrace.Core.Identity;
using Millrace.Core.Ids;

namespace Millrace.Core.Storage;

/// <summary>A row that belongs to one workspace. Queries through <see cref="Db.Set{T}"/> see only their reach's rows.</summary>
public interface IOwned
{
    Id<Workspace> WorkspaceId { get; }
}
