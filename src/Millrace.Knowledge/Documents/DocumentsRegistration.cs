using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Health;
using Millrace.Core.Settings;
using Millrace.Knowledge.Documents.Chunks;

namespace Millrace.Knowledge.Documents;

internal static class DocumentsRegistration
{
    public static IServiceCollection AddDocuments(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddSection<DocumentOptions>(configuration);
        services.AddSection<ChunkOptions>(configuration);
        services.AddSingleton<DocumentReader>();
        services.AddSingleton<Chunker>();
        services.AddSingleton<IHealthProbe, DocumentProbe>();
        return services;
    }
}
