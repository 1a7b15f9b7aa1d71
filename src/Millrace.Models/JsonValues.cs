using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Millrace.Models;

/// <summary>Tool arguments and results, whose types only the tool knows, to and from JSON text.</summary>
public static class JsonValues
{
    public static string Write(object? value) =>
        JsonSerializer.Serialize(
            value ?? new Dictionary<string, object?>(),
            AIJsonUtilities.DefaultOptions.GetTypeInfo(
                (value ?? new Dictionary<string, object?>()) switch
                {
                    IDictionary<string, object?> => typeof(IDictionary<string, object?>),
                    var other => other.GetType(),
                }
            )
        );

    /// <summary>
    /// A call with its arguments read from JSON text. Text that is not an object leaves them null and sets the call's
    /// <see cref="FunctionCallContent.Exception"/>, so that the model can be told.
    /// </summary>
    public static FunctionCallContent Call(string callId, string name, string? arguments) =>
        FunctionCallContent.CreateFromParsedArguments(
            arguments,
            callId,
            name,
            static text =>
                string.IsNullOrWhiteSpace(text)
                    ? []
                    : JsonSerializer.Deserialize(
                        text,
                        AIJsonUtilities.DefaultOptions.GetTypeInfo(
                            typeof(Dictionary<string, object?>)
                        )
                    ) as Dictionary<string, object?>
        );
}
