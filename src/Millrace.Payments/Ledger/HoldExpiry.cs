using System.Text.Json;
using Millrace.Core.Ids;
using Millrace.Core.Storage;
using Millrace.Core.Work;

namespace Millrace.Payments.Ledger;

/// <summary>Gives back what is held when a hold's time is over.</summary>
internal sealed class HoldExpiry(Store store, Holds holds) : IWorkHandler
{
    public const string WorkKind = "ledger.hold.expire";

    public string Kind => WorkKind;

    public Task RunAsync(WorkContext work, CancellationToken cancellation)
    {
        var hold = new Id<Hold>(Guid.Parse(JsonSerializer.Deserialize<string>(work.Item.Payload)!));
        return store.WriteAsync(
            work.Item.WorkspaceId,
            async db =>
            {
                await holds.ExpireAsync(db, hold);
                await work.FinishAsync(db);
            },
            cancellation
        );
    }
}
