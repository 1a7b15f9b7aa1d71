namespace Millrace.Models.Local;

/// <summary>How well a tool fits what is asked, as the numbers that <see cref="ToolChoice"/> weighs.</summary>
/// <param name="Near">Cosine of the request to the nearest phrase of the tool.</param>
/// <param name="NearBare">The same without the request's names, numbers and dates, which say nothing of the tool.</param>
/// <param name="Word">Cosine of the nearest pair of a word of the request and one of the tool.</param>
/// <param name="NameWord">The same for the words of the tool's name.</param>
/// <param name="Shared">The request's words that the tool has, up to 2, each worth less where other tools have it too.</param>
/// <param name="Evidence">How many required arguments, up to 3, are filled by what only their kind looks like.</param>
/// <param name="Missing">Share of the required arguments that the request lacks.</param>
internal sealed record ToolFit(
    double Near,
    double NearBare,
    double Word,
    double NameWord,
    double Shared,
    double Evidence,
    double Missing
)
{
    /// <summary>
    /// The score of no tool at all. It and the weights come from a logistic regression over the development sets of the
    /// tests; weights learnt on one set choose as well on the other.
    /// </summary>
    public const double ScoreOfNone = 7.5;

    /// <summary>The same where the embedder is missing, so that the cosines are 0 and words alone decide.</summary>
    public const double ScoreOfNoneByWords = 3;

    public double Score =>
        (5.5 * Near)
        + (5 * NearBare)
        + (3 * Word)
        + (2 * NameWord)
        + (2.5 * Shared)
        + (1.3 * Evidence)
        - (2.5 * Missing);
}
