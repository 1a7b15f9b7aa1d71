using Millrace.Core.Identity;
using Millrace.Core.Ids;

namespace Millrace.Core.Storage;

/// <summary>
/// How far a read or write sees: one workspace, or the whole installation. A workspace's id converts to the reach of
/// that workspace; the installation has to be named, so that nobody reaches it by leaving something out.
/// </summary>
public readonly record struct Reach
{
    private Reach(Id<Workspace> workspace, bool isInstallation) =>
        (Workspace, IsInstallation) = (workspace, isInstallation);

    /// <summary>Everything. For the ground's own work: key look-up, dispatch, folding, retention.</summary>
    public static Reach Installation { get; } = new(default, isInstallation: true);

    public Id<Workspace> Workspace { get; }

    public bool IsInstallation { get; }

    public static implicit operator Reach(Id<Workspace> workspace) =>
        new(workspace, isInstallation: false);

    public static Reach FromWorkspace(Id<Workspace> workspace) => workspace;
}
