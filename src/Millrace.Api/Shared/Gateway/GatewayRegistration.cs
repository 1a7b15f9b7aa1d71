using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Millrace.Api.Shared.Gateway;

internal static class GatewayRegistration
{
    public static void AddModelGateway(this IServiceCollection services)
    {
        services.TryAddSingleton<GatewayDoor>();
        services.TryAddSingleton<ModelGateway>();
        services.TryAddSingleton<ReadableImages>();
    }
}
