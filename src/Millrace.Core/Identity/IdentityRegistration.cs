using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Identity.Erasure;
using Millrace.Core.Work;

namespace Millrace.Core.Identity;

public static class IdentityRegistration
{
    /// <summary>Registers <see cref="ApiKeys"/> and what deletes them.</summary>
    public static IServiceCollection AddIdentity(this IServiceCollection services) =>
        services
            .AddSingleton<ApiKeys>()
            .AddHostedService<LastUsedFlush>()
            .AddSingleton<KeyDeletion>()
            .AddSingleton<OwnedRows>()
            .AddWorkHandler<WorkspaceErasure>();
}
