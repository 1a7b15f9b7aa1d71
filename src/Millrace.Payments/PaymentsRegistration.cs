using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Payments.Ledger;

namespace Millrace.Payments;

public static class PaymentsRegistration
{
    /// <summary>Registers the ledger. Needs the ground floor.</summary>
    public static IServiceCollection AddPayments(this IServiceCollection services)
    {
        services.AddStorageMap("payments", typeof(PaymentsRegistration).Assembly);
        services.AddSingleton<Journal>();
        services.AddSingleton<Holds>();
        services.AddWorkHandler<HoldExpiry>();
        return services;
    }
}
