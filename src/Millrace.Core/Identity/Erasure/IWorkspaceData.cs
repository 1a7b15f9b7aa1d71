using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Ids;

namespace Millrace.Core.Identity.Erasure;

/// <summary>
/// What a floor keeps of a workspace that is more than rows: indexes, files, memory. Owned rows need no more than to be
/// mapped: <see cref="WorkspaceErasure"/> removes those that are left.
/// </summary>
public interface IWorkspaceData
{
    /// <summary>Removes it all, in small writes. It may be asked again, and when there is nothing.</summary>
    Task EraseAsync(Id<Workspace> workspace, CancellationToken cancellation);
}

public static class WorkspaceDataRegistration
{
    /// <summary>Registers what a floor keeps of a workspace.</summary>
    public static IServiceCollection AddWorkspaceData<T>(this IServiceCollection services)
        where T : class, IWorkspaceData => services.AddSingleton<IWorkspaceData, T>();
}
