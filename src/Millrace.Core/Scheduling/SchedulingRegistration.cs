using Microsoft.Extensions.DependencyInjection;

namespace Millrace.Core.Scheduling;

public static class SchedulingRegistration
{
    /// <summary>Registers what queues the <see cref="IRecurringWork"/> among the work handlers.</summary>
    public static IServiceCollection AddScheduling(this IServiceCollection services) =>
        services.AddHostedService<RecurringSchedule>();
}
