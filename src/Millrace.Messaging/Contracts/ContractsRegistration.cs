using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Work;
using Millrace.Messaging.Accounts;

namespace Millrace.Messaging.Contracts;

internal static class ContractsRegistration
{
    /// <summary>Before conversations and credits: an agent that is deleted ends its offers while it still has both.</summary>
    public static void AddContracts(this IServiceCollection services)
    {
        services.AddSingleton<IAccountPart, ContractPart>();
        services.AddSingleton<ContractNotices>();
        services.AddSingleton<ContractSteps>();
        services.AddSingleton<ContractLapse>();
        services.AddSingleton<IWorkHandler>(provider =>
            provider.GetRequiredService<ContractLapse>()
        );
        services.AddSingleton<ContractViews>();
        services.AddSingleton<ContractChanges>();
    }
}
