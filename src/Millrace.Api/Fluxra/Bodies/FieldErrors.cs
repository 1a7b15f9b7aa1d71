using Millrace.Api.Fluxra.Failures;

namespace Millrace.Api.Fluxra.Bodies;

/// <summary>Gathers what is wrong with a request, so that all of it is told at once.</summary>
internal sealed class FieldErrors
{
    public const string Required = "required";
    public const string WrongType = "wrong_type";
    public const string TooShort = "too_short";
    public const string TooLong = "too_long";
    public const string TooDeep = "too_deep";
    public const string TooMany = "too_many";
    public const string OutOfRange = "out_of_range";
    public const string Malformed = "malformed";
    public const string UnknownValue = "unknown_value";
    public const string OneOf = "exactly_one_of";

    private const int Most = 50;

    private readonly List<FieldFault> _faults = [];

    public bool Any => _faults.Count > 0;

    public void Add(string field, string reason)
    {
        if (_faults.Count < Most)
            _faults.Add(new FieldFault(field, reason));
    }

    /// <param name="code">Of the failure; another than the usual one where the contract has a code of its own.</param>
    /// <exception cref="InvalidFields">Something is wrong.</exception>
    public void ThrowIfAny(string code = "request_invalid")
    {
        if (Any)
            throw new InvalidFields(
                code,
                string.Join("; ", _faults.Select(fault => $"{fault.Field}: {fault.Reason}")),
                _faults
            );
    }
}
