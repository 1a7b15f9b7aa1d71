using System.Linq.Expressions;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Millrace.Core.Identity;
using Millrace.Core.Ids;

namespace Millrace.Core.Storage;

/// <summary>EF's view of all floors' entities, with the filter that keeps workspaces apart.</summary>
internal sealed class MillraceContext(
    DbContextOptions options,
    IReadOnlyList<StorageMap> maps,
    Db db
) : DbContext(options)
{
    // Read by the query filter on every execution.
    private bool ReachesAll => db.Reach.IsInstallation;

    private Id<Workspace> Workspace => db.Reach.Workspace;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        foreach (var map in maps)
            modelBuilder.ApplyConfigurationsFromAssembly(map.Assembly);
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            foreach (var property in entity.GetProperties())
                property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
            if (typeof(IOwned).IsAssignableFrom(entity.ClrType))
                FilterByWorkspace(entity);
        }
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();
        foreach (
            var type in maps.SelectMany(map => map.Assembly.GetTypes())
                .SelectMany(IdTypes)
                .Distinct()
        )
        {
            var converter = db.Dialect is Dialect.Sqlite ? typeof(IdAsBytes<>) : typeof(IdAsGuid<>);
            configurationBuilder
                .Properties(type)
                .HaveConversion(converter.MakeGenericType(type.GetGenericArguments()[0]));
        }
        foreach (
            var type in maps.SelectMany(map => map.Assembly.GetTypes())
                .SelectMany(type => type.GetProperties())
                .Select(property => property.PropertyType)
                .Where(type =>
                    type.IsEnum
                    && type.Assembly.GetName()
                        .Name!.StartsWith("Millrace", StringComparison.Ordinal)
                )
                .Distinct()
        )
        {
            configurationBuilder
                .Properties(type)
                .HaveConversion(typeof(EnumAsWord<>).MakeGenericType(type));
        }
    }

    private static IEnumerable<Type> IdTypes(Type type) =>
        type.GetProperties()
            .Select(property =>
                Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType
            )
            .Where(candidate =>
                candidate.IsGenericType
                && candidate.GetGenericTypeDefinition() == typeof(Id<>)
                && !candidate.ContainsGenericParameters
            );

    private void FilterByWorkspace(IMutableEntityType entity)
    {
        var row = Expression.Parameter(entity.ClrType, "row");
        var self = Expression.Constant(this);
        var filter = Expression.OrElse(
            Expression.Property(self, nameof(ReachesAll)),
            Expression.Equal(
                Expression.Property(row, nameof(IOwned.WorkspaceId)),
                Expression.Property(self, nameof(Workspace))
            )
        );
        entity.SetQueryFilter(Expression.Lambda(filter, row));
    }

    private sealed class UnixMilliseconds()
        : ValueConverter<DateTimeOffset, long>(
            time => time.ToUnixTimeMilliseconds(),
            value => DateTimeOffset.FromUnixTimeMilliseconds(value)
        );

    private sealed class IdAsGuid<T>()
        : ValueConverter<Id<T>, Guid>(id => id.Value, value => new Id<T>(value));

    private sealed class IdAsBytes<T>()
        : ValueConverter<Id<T>, byte[]>(
            id => id.Value.ToByteArray(true),
            value => new Id<T>(new Guid(value, true))
        );

    private sealed class EnumAsWord<T>()
        : ValueConverter<T, string>(word => Words.Of(word), text => Words.Parse<T>(text))
        where T : struct, Enum;
}
