using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Millrace.Core.Settings;

namespace Millrace.Models.Images;

/// <summary>How text is read from images.</summary>
public sealed class OcrOptions : ISection
{
    public static string Name => "Ocr";

    /// <summary>Tesseract's names, joined by plus: each needs its package, such as tesseract-ocr-deu for <c>deu</c>.</summary>
    public string Languages { get; init; } = "eng";

    public IEnumerable<string> Validate()
    {
        if (
            Languages.Length == 0
            || !Languages.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '+' or '_')
        )
            yield return $"Millrace:Ocr:Languages: \"{Languages}\" is not a list such as eng+deu.";
    }
}

public static class OcrRegistration
{
    /// <summary>Adds <see cref="OcrReader"/> and its settings.</summary>
    public static IServiceCollection AddOcr(
        this IServiceCollection services,
        IConfiguration configuration
    )
    {
        services.AddSection<OcrOptions>(configuration);
        services.TryAddSingleton<OcrReader>();
        return services;
    }
}
