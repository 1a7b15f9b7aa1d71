using Millrace.Core.Idempotency;
using Millrace.Core.Ids;
using Millrace.Core.Storage;

namespace Millrace.Messaging.Messages;

/// <summary>Puts what is left of a deleted message into an answer that showed the message.</summary>
public delegate ReadOnlyMemory<byte> AnswerBurial(ReadOnlyMemory<byte> answer, Message deleted);

/// <summary>
/// Answers that are kept to be given again and show a message: from its deletion on they show its tombstone, so that
/// neither a repeat nor the database tells what it said. (fluxra §11.4)
/// </summary>
public sealed class KeptAnswers(AnswerBurial burial)
{
    /// <summary>Under which an answer is kept that shows the message.</summary>
    public static string SubjectOf(Id<Message> message) => $"message:{message}";

    internal ValueTask BuryAsync(Db db, Message deleted) =>
        IdempotencyService.RewriteAsync(
            db,
            SubjectOf(deleted.Id),
            answer => burial(answer, deleted)
        );
}
