using Millrace.Core.Identity;
using Millrace.Core.Ids;
using Millrace.Core.Metering;
using Millrace.Models.Routing;

namespace Millrace.Agents.Sessions;

/// <summary>
/// Counts what remembering takes: the embedding of turns, and summaries. It is the workspace's, under no key and no
/// route, since a key's usage tells what its own requests were answered with (t-backend §8.4).
/// </summary>
internal sealed class MemoryMeter(UsageJournal journal, TimeProvider time)
{
    public void Count(Id<Workspace> workspace, string kind, ModelCall call) =>
        journal.Record(
            new UsageRecord(
                workspace,
                default,
                kind,
                call.Model,
                1,
                call.InputTokens,
                call.OutputTokens,
                call.CostMicroUsd,
                time.GetUtcNow()
            )
        );
}
