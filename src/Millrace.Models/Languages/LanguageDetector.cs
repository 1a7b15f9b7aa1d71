using Millrace.Models.Embedded;

namespace Millrace.Models.Languages;

/// <summary>The language that a text is most likely written in.</summary>
/// <param name="Code">ISO 639: two letters where the language has them, else three; <c>und</c> when nothing can be said.</param>
/// <param name="Confidence">0 to 1.</param>
public readonly record struct LanguageGuess(string Code, double Confidence)
{
    public static LanguageGuess Unknown { get; } = new("und", 0);
}

/// <summary>
/// Tells 176 languages apart by fastText's model <c>lid.176.ftz</c> (CC-BY-SA 3.0), which ships with the server and is
/// read when it is first asked. Texts of a sentence or more are told well; a few words often are not.
/// </summary>
/// <remarks>Failures: <c>NotConfigured</c> (<c>embedded_model_broken</c>) when the model's file is missing.</remarks>
public sealed class LanguageDetector(EmbeddedModelFiles files)
{
    private const string Model = "language-id";
    private const string File = "lid.176.ftz";
    private const string Pinned =
        "8f3472cfe8738a7b6099e8e999c3cbfae0dcd15696aac7d7738a8039db603e83";

    // More text makes it no surer.
    private const int EnoughText = 2_000;

    private readonly Lazy<FastTextClassifier> _classifier = new(() =>
        FastTextClassifier.Read(files.Read(Model, File, Pinned))
    );

    /// <summary>Whether the model's file is in place.</summary>
    public bool IsInstalled => files.Has(Model, File);

    public LanguageGuess Detect(ReadOnlySpan<char> text)
    {
        text = text.Length > EnoughText ? text[..EnoughText] : text;
        return _classifier.Value.Classify(text) is var (label, confidence) && confidence > 0
            ? new LanguageGuess(label, confidence)
            : LanguageGuess.Unknown;
    }
}
