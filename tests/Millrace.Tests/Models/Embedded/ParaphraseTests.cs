using System.Numerics.Tensors;

namespace Millrace.Tests.Models.Embedded;

/// <summary>What the vectors are for: a sentence finds the one that means the same among all others.</summary>
public sealed class ParaphraseTests
{
    private static readonly (string Said, string Meant)[] Pairs =
    [
        ("How do I change my login details?", "I forgot my password and need a new one"),
        ("The flight was called off because of snow", "Bad weather cancelled our plane"),
        ("She is expecting a baby in spring", "Her pregnancy is due in April"),
        ("The company fired half of its staff", "Mass layoffs hit the firm's workers"),
        ("My car would not start this morning", "The vehicle's engine failed to turn over today"),
        ("Where can I get something to eat nearby?", "Is there a restaurant close to here?"),
        ("The film was dull and far too long", "That movie bored me"),
        ("Prices in the shops keep going up", "Inflation makes groceries more expensive"),
        ("He plays the guitar in a band", "The man is a musician with a rock group"),
        ("Turn the heating down, it is too warm", "Lower the thermostat because the room is hot"),
        ("The doctor told me to rest for a week", "My physician ordered seven days in bed"),
        ("Our team lost the final", "We were beaten in the championship game"),
        ("The laptop's battery dies within an hour", "My notebook computer doesn't hold a charge"),
        ("I want my money back for this order", "Please refund the purchase"),
        ("The baby cried all night", "The infant kept us awake with its wailing"),
        ("Scientists found water on Mars", "Researchers discovered liquid on the red planet"),
        ("The river flooded the village", "High water covered the small town"),
        ("Can you put this into French?", "Translate the text for a reader in Paris"),
        ("The president signed the bill into law", "The head of state approved the legislation"),
        (
            "Children learn languages faster than adults",
            "Kids pick up new tongues more quickly than grown-ups"
        ),
        (
            "The thief broke in through a window",
            "A burglar entered the house by smashing the glass"
        ),
        (
            "We are moving to a new apartment next month",
            "Our family will relocate to another flat soon"
        ),
        ("Exercise keeps your heart healthy", "Working out is good for the cardiovascular system"),
        ("The train was twenty minutes late", "Our rail service arrived behind schedule"),
        ("She inherited a fortune from her aunt", "Her late relative left her a lot of money"),
        ("Bake the bread until it is golden", "Leave the loaf in the oven until the crust browns"),
        ("The internet connection keeps dropping", "My wifi is unstable and disconnects"),
        (
            "He climbed the highest mountain in Europe",
            "The alpinist reached the continent's tallest summit"
        ),
        ("The judge sent the man to prison", "The court sentenced him to jail"),
        ("The garden needs rain", "The plants are dry and have to be watered"),
        (
            "Please speak more quietly in the library",
            "Keep your voice down where people are reading"
        ),
        (
            "The painting sold for a record sum at auction",
            "Never before did an artwork fetch such a high bid"
        ),
    ];

    [Fact]
    public void Each_of_32_sentences_finds_its_paraphrase_first()
    {
        var embedder = UseLite.Embedder();
        var meanings = embedder.Embed([.. Pairs.Select(pair => pair.Meant)]);

        var missed = Pairs
            .Where((pair, i) => Nearest(embedder.Embed(pair.Said), meanings) != i)
            .Select(pair => pair.Said)
            .ToList();

        missed.ShouldBeEmpty();
    }

    private static int Nearest(float[] query, float[][] candidates) =>
        Enumerable
            .Range(0, candidates.Length)
            .MaxBy(i => TensorPrimitives.Dot<float>(query, candidates[i]));
}
