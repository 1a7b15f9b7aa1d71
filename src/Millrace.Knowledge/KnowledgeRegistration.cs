using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Storage;
using Millrace.Knowledge.Documents;
using Millrace.Knowledge.Graph;
using Millrace.Knowledge.Stores;
using Millrace.Knowledge.Vectors;

namespace Millrace.Knowledge;

public static class KnowledgeRegistration
{
    /// <summary>Registers documents, search, memory and the graph. Needs the ground floor and the models.</summary>
    public static IServiceCollection AddKnowledge(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddStorageMap("knowledge", typeof(KnowledgeRegistration).Assembly);
        services.AddSingleton<VectorChanges>();
        services.AddDocuments(configuration);
        services.AddGraph(configuration);
        services.AddStores(configuration);
        return services;
    }
}
