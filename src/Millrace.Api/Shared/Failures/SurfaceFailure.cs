using Millrace.Core.Failures;

namespace Millrace.Api.Shared.Failures;

/// <summary>A failure that only one contract knows, with the status that it gives it.</summary>
internal abstract class SurfaceFailure(int status, string code, string message)
    : Failure(code, message)
{
    public int Status { get; } = status;
}
