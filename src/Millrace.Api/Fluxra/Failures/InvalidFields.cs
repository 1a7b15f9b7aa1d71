using Millrace.Api.Shared.Failures;

namespace Millrace.Api.Fluxra.Failures;

/// <summary>What is wrong with one field of a body or query.</summary>
internal sealed record FieldFault(string Field, string Reason);

/// <summary>A request that cannot be understood, with all that is wrong. (fluxra §4.1)</summary>
internal sealed class InvalidFields(string code, string message, IReadOnlyList<FieldFault> faults)
    : SurfaceFailure(400, code, message)
{
    public IReadOnlyList<FieldFault> Faults { get; } = faults;
}
