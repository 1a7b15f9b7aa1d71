namespace Millrace.Core.Failures;

/// <summary>
/// What a core service throws when a request cannot be done for a reason that the caller can understand. The message
/// says what is wrong and how to mend it, and never holds a secret, a path or an address of the installation. Each
/// surface has one writer that turns a failure into its contract's envelope.
/// </summary>
/// <param name="code">A stable snake_case word for programs, such as <c>session_not_found</c>.</param>
public abstract class Failure(string code, string message, Exception? cause = null)
    : Exception(message, cause)
{
    public string Code { get; } = code;

    /// <summary>What a log may say of it.</summary>
    public virtual string Reason => Message;
}

/// <summary>The request is well formed and means something that cannot be.</summary>
public sealed class Invalid(string code, string message, string? parameter = null)
    : Failure(code, message)
{
    /// <summary>Not its message: a model's provider that refuses a request may repeat it, and that is for the caller.</summary>
    public override string Reason => "the request was refused";

    /// <summary>The request's field at fault, when it is one.</summary>
    public string? Parameter { get; } = parameter;
}

/// <summary>No such thing within what the caller may see.</summary>
public sealed class NotFound(string code, string message, string? parameter = null)
    : Failure(code, message)
{
    /// <summary>The request's field that names it, when it is one.</summary>
    public string? Parameter { get; } = parameter;
}

/// <summary>The caller is not known: credential missing, wrong, expired or revoked.</summary>
public sealed class Unauthenticated(string code, string message) : Failure(code, message);

/// <summary>The caller is known and lacks the right.</summary>
public sealed class Forbidden(string code, string message) : Failure(code, message);

/// <summary>The request contradicts the present state or an earlier request.</summary>
public sealed class Conflict(string code, string message) : Failure(code, message);

/// <summary>The caller has less to spend than this costs.</summary>
public sealed class PaymentRequired(string code, string message) : Failure(code, message);

/// <summary>Larger than the limit, which the message names.</summary>
public sealed class TooLarge(string code, string message) : Failure(code, message);

/// <summary>The content is of a type that the service does not read.</summary>
public sealed class UnsupportedType(string code, string message) : Failure(code, message);

/// <summary>Too many requests; <see cref="RetryAfter"/> says when the next may come.</summary>
public sealed class Limited(string code, string message, TimeSpan retryAfter)
    : Failure(code, message)
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}

/// <summary>The work took longer than its limit.</summary>
public sealed class TimedOut(string code, string message, Exception? cause = null)
    : Failure(code, message, cause);

/// <summary>The feature is not set up in this installation; the message names the setting or the package.</summary>
public sealed class NotConfigured(string code, string message) : Failure(code, message);

/// <summary>Something outside the process, or a part of it, does not answer for now.</summary>
public sealed class Unavailable(
    string code,
    string message,
    TimeSpan? retryAfter = null,
    Exception? cause = null
) : Failure(code, message, cause)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
