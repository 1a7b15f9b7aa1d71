using Millrace.Core.Failures;
using Millrace.Models.Embedded;
using Millrace.Models.Languages;

namespace Millrace.Tests.Models.Languages;

public sealed class LanguageDetectorTests
{
    private static readonly LanguageDetector Detector = new(EmbeddedModelFiles.Beside);

    [Theory]
    [InlineData("en", "The invoice was paid in full on the third of March.")]
    [InlineData("de", "Die Rechnung wurde am dritten März vollständig bezahlt.")]
    [InlineData("fr", "La facture a été réglée en totalité le trois mars.")]
    [InlineData("es", "La factura se pagó por completo el tres de marzo.")]
    [InlineData("it", "La fattura è stata pagata per intero il tre marzo.")]
    [InlineData("pt", "A fatura foi paga integralmente no dia três de março.")]
    [InlineData("nl", "De factuur is op drie maart volledig betaald.")]
    [InlineData("pl", "Faktura została w całości zapłacona trzeciego marca.")]
    [InlineData("cs", "Faktura byla třetího března zcela zaplacena.")]
    [InlineData(
        "sv",
        "Fakturan betalades den tredje mars, och kvittot skickades till kunden samma dag."
    )]
    [InlineData("fi", "Lasku maksettiin kokonaan kolmantena maaliskuuta.")]
    [InlineData("hu", "A számlát március harmadikán teljes egészében kifizették.")]
    [InlineData("tr", "Fatura üç Mart'ta tamamen ödendi.")]
    [InlineData("ru", "Счёт был полностью оплачен третьего марта.")]
    [InlineData("uk", "Рахунок було повністю сплачено третього березня.")]
    [InlineData("el", "Το τιμολόγιο εξοφλήθηκε πλήρως στις τρεις Μαρτίου.")]
    [InlineData("he", "החשבונית שולמה במלואה בשלושה במרץ.")]
    [InlineData("ar", "تم دفع الفاتورة بالكامل في الثالث من مارس.")]
    [InlineData("hi", "तीन मार्च को चालान का पूरा भुगतान कर दिया गया।")]
    [InlineData("ja", "請求書は三月三日に全額支払われました。")]
    [InlineData("zh", "发票已于三月三日全额支付。")]
    [InlineData("ko", "청구서는 3월 3일에 전액 지불되었습니다.")]
    public void A_sentence_is_told_by_its_language(string code, string sentence) =>
        Detector
            .Detect(sentence)
            .ShouldSatisfyAllConditions(
                guess => guess.Code.ShouldBe(code),
                guess => guess.Confidence.ShouldBeInRange(0.3, 1)
            );

    [Fact]
    public void The_model_is_read_as_its_authors_read_it()
    {
        // fastText itself gives these for this question, which is too short for it to see that it is English.
        var guess = Detector.Detect("How do I reset my password?");

        guess.Code.ShouldBe("fr");
        guess.Confidence.ShouldBe(0.451, tolerance: 0.002);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t ")]
    public void Nothing_is_of_no_language(string text) =>
        Detector.Detect(text).ShouldBe(LanguageGuess.Unknown);

    [Fact]
    public void A_missing_model_is_said()
    {
        var detector = new LanguageDetector(new EmbeddedModelFiles("/no/such/folder"));

        detector.IsInstalled.ShouldBeFalse();
        Should
            .Throw<NotConfigured>(() => detector.Detect("Hello"))
            .Code.ShouldBe("embedded_model_broken");
    }
}
