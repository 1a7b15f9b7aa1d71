using System.Reflection;
using Millrace.Core.Storage;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Millrace.Testing;

/// <summary>Runs a theory once on SQLite and once on PostgreSQL; the test takes the <see cref="Dialect"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnEachDatabaseAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(
        MethodInfo testMethod,
        DisposalTracker disposalTracker
    ) =>
        new([
            new TheoryDataRow<Dialect>(Dialect.Sqlite),
            new TheoryDataRow<Dialect>(Dialect.Postgres),
        ]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
