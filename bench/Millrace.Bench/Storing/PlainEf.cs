using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Millrace.Bench.Storing;

/// <summary>How a request writes with EF when nobody thinks about it: a context of its own, and SaveChanges.</summary>
internal sealed class PlainEf
{
    private readonly DbContextOptions<NotesContext> _options;

    public PlainEf(string path)
    {
        _options = new DbContextOptionsBuilder<NotesContext>()
            .UseSqlite($"Data Source={path};Default Timeout=60")
            .AddInterceptors(new Durable())
            .Options;
        using var context = new NotesContext(_options);
        context.Database.EnsureCreated();
    }

    public async Task InsertAsync(Guid id, Guid workspace, string text)
    {
        await using var context = new NotesContext(_options);
        context.Notes.Add(
            new Note
            {
                Id = id.ToByteArray(bigEndian: true),
                WorkspaceId = workspace.ToByteArray(bigEndian: true),
                Text = text,
            }
        );
        await context.SaveChangesAsync();
    }

    /// <summary>Opened connections come from the provider's own pool; each is made as durable as the others here.</summary>
    private sealed class Durable : DbConnectionInterceptor
    {
        public override void ConnectionOpened(
            DbConnection connection,
            ConnectionEndEventData eventData
        )
        {
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL";
            command.ExecuteNonQuery();
        }

        public override Task ConnectionOpenedAsync(
            DbConnection connection,
            ConnectionEndEventData eventData,
            CancellationToken cancellationToken = default
        )
        {
            ConnectionOpened(connection, eventData);
            return Task.CompletedTask;
        }
    }
}

internal sealed class NotesContext(DbContextOptions<NotesContext> options) : DbContext(options)
{
    public DbSet<Note> Notes => Set<Note>();
}

internal sealed class Note
{
    public required byte[] Id { get; init; }

    public required byte[] WorkspaceId { get; init; }

    public required string Text { get; init; }
}
