using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Millrace.Knowledge.Documents;

internal static class DocumentsRegistration
{
    public static IServiceCollection AddDocuments(
        this IServiceCollection services,
        IConfiguration configuration
    ) => services;
}
