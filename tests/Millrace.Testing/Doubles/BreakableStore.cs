using Millrace.Core.Storage;

namespace Millrace.Testing.Doubles;

/// <summary>A store that works until a test gives it a fault, which then ends every read and write.</summary>
public sealed class BreakableStore(Store store) : Store
{
    public Exception? Fault { get; set; }

    public override Dialect Dialect => store.Dialect;

    protected override Task<T> ReadApartAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> read,
        CancellationToken cancellation
    ) =>
        Fault is { } fault
            ? Task.FromException<T>(fault)
            : store.ReadAsync(reach, read, cancellation);

    protected override Task<T> WriteApartAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> write,
        CancellationToken cancellation
    ) =>
        Fault is { } fault
            ? Task.FromException<T>(fault)
            : store.WriteAsync(reach, write, cancellation);

    protected override Task<T> WriteRepeatablyApartAsync<T>(
        Reach reach,
        Func<Db, ValueTask<T>> write,
        CancellationToken cancellation
    ) =>
        Fault is { } fault
            ? Task.FromException<T>(fault)
            : store.WriteRepeatablyAsync(reach, write, cancellation);

    public override Task MigrateAsync(CancellationToken cancellation = default) =>
        store.MigrateAsync(cancellation);

    public override ValueTask DisposeAsync() => store.DisposeAsync();
}
