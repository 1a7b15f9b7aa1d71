using Millrace.Core.Failures;

namespace Millrace.Knowledge.Documents;

/// <summary>Every way in which reading fails, as the one failure that it ends in.</summary>
internal static class Reasons
{
    public static UnreadableDocument Of(Exception failure) =>
        failure switch
        {
            UnreadableDocument unreadable => unreadable,
            NotConfigured { Code: "program_missing" } => new(
                DocumentFault.ProgramMissing,
                failure.Message,
                failure
            ),
            NotConfigured => new(DocumentFault.SandboxUnavailable, failure.Message, failure),
            TimedOut => new(DocumentFault.TimedOut, failure.Message, failure),
            TooLarge { Code: "tool_output_too_large" } => new(
                DocumentFault.TooMuchText,
                failure.Message,
                failure
            ),
            TooLarge or Invalid { Code: "image_too_many_pixels" } => new(
                DocumentFault.TooLarge,
                failure.Message,
                failure
            ),
            Invalid => new(DocumentFault.Damaged, failure.Message, failure),
            Unavailable => new(DocumentFault.OcrFailed, failure.Message, failure),
            // A parser was led astray by what the file holds.
            _ => new(
                DocumentFault.Damaged,
                "The file is damaged or incomplete: it is not what its type asks for.",
                failure
            ),
        };
}
