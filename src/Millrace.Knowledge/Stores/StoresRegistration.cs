using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Identity.Erasure;
using Millrace.Core.Settings;
using Millrace.Core.Storage;
using Millrace.Core.Work;
using Millrace.Knowledge.Files;
using Millrace.Knowledge.Ingest;
using Millrace.Knowledge.Search;
using Millrace.Models.Embedded;

namespace Millrace.Knowledge.Stores;

internal static class StoresRegistration
{
    /// <summary>Registers files, vector stores, the work that reads them, and search.</summary>
    public static IServiceCollection AddStores(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddSection<FilesOptions>(configuration);
        services.AddSingleton<IBlobStore, BlobFolder>();
        services.AddSingleton<Ingestion>();
        services.AddSingleton<StoreContents>();
        services.AddSingleton<VectorStores>();
        services.AddSingleton<FileLibrary>();
        services.AddSingleton<FileFetch>();
        services.AddSingleton<DocumentVectors>();
        services.AddSingleton<ChunkRemoval>();
        services.AddSingleton<ChunkEmbedder>();
        services.AddWorkHandler<ReadHandler>();
        services.AddWorkHandler<RemoveHandler>();
        services.AddWorkHandler<EmbedHandler>();
        services.AddWorkHandler<DocumentUpkeep>();
        services.AddWorkHandler<BlobSweep>();
        services.AddWorkspaceData<StoreData>();
        services.AddSingleton<MeaningSearch>();
        services.AddSingleton(provider => new DocumentSearch(
            provider.GetRequiredService<Store>(),
            provider.GetRequiredService<MeaningSearch>(),
            provider.GetRequiredService<WordNearness>()
        ));
        return services;
    }
}
