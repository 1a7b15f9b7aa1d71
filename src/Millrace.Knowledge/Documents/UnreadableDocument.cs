using Millrace.Core.Failures;

namespace Millrace.Knowledge.Documents;

/// <summary>Why a document cannot be read.</summary>
public enum DocumentFault
{
    /// <summary>No bytes, or nothing but white space.</summary>
    Empty,

    /// <summary>Read to its end, and there is no text in it.</summary>
    NoText,

    /// <summary>Of a type that is not read, such as a program, a film or an old Office file.</summary>
    UnknownType,

    /// <summary>Needs a password.</summary>
    Encrypted,

    /// <summary>Cut short or broken: not what its type asks for.</summary>
    Damaged,

    /// <summary>Holds what only an attack needs, such as entities that XML files declare for themselves.</summary>
    Forbidden,

    TooLarge,
    TooManyPages,
    TooMuchText,

    /// <summary>Elements, brackets or files within files are nested too deeply.</summary>
    TooDeep,

    /// <summary>Too many files in an archive, attachments in a mail or elements in a page.</summary>
    TooManyParts,

    /// <summary>Grows too much when it is unpacked.</summary>
    ExpandsTooMuch,
    TimedOut,

    /// <summary>A program is missing on the server: read it again once it is installed.</summary>
    ProgramMissing,

    /// <summary>The sandbox cannot start on the server: read it again once it can.</summary>
    SandboxUnavailable,

    /// <summary>The text reader for pictures failed, such as for want of a language's data.</summary>
    OcrFailed,
}

/// <summary>
/// A document that cannot be read, with the reason for programs (<see cref="Failure.Code"/> such as
/// <c>document_encrypted</c>) and for people.
/// </summary>
public sealed class UnreadableDocument(DocumentFault fault, string message, Exception? cause = null)
    : Failure(CodeOf(fault), message, cause)
{
    public DocumentFault Fault { get; } = fault;

    /// <summary>Whether the document may be read later as it is, once the server is mended.</summary>
    public bool IsOfTheServer =>
        Fault
            is DocumentFault.ProgramMissing
                or DocumentFault.SandboxUnavailable
                or DocumentFault.OcrFailed;

    private static string CodeOf(DocumentFault fault) =>
        fault switch
        {
            DocumentFault.Empty => "document_empty",
            DocumentFault.NoText => "document_without_text",
            DocumentFault.UnknownType => "document_type_unknown",
            DocumentFault.Encrypted => "document_encrypted",
            DocumentFault.Damaged => "document_damaged",
            DocumentFault.Forbidden => "document_forbidden_content",
            DocumentFault.TooLarge => "document_too_large",
            DocumentFault.TooManyPages => "document_too_many_pages",
            DocumentFault.TooMuchText => "document_too_much_text",
            DocumentFault.TooDeep => "document_too_deep",
            DocumentFault.TooManyParts => "document_too_many_parts",
            DocumentFault.ExpandsTooMuch => "document_expands_too_much",
            DocumentFault.TimedOut => "document_timed_out",
            DocumentFault.ProgramMissing => "program_missing",
            DocumentFault.SandboxUnavailable => "sandbox_unavailable",
            DocumentFault.OcrFailed => "ocr_failed",
            _ => "document_unreadable",
        };
}
