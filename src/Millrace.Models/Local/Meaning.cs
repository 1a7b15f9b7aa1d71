using System.Collections.Concurrent;
using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Millrace.Core.Failures;
using Millrace.Models.Embedded;

namespace Millrace.Models.Local;

/// <summary>
/// Nearness in meaning by the embedder, which is asked only when words alone do not decide: the first call may load it.
/// Vectors of short texts that come again (tools, values of an enum) are kept.
/// </summary>
internal sealed partial class Meaning(
    IEmbeddingGenerator<string, Embedding<float>> embedder,
    ILogger logger
)
{
    private const int MostKept = 2000;
    private static readonly ReadOnlyMemory<float> Unknown = new float[1];
    private readonly WordNearness _words = new(
        embedder.GetService(typeof(UseLiteEmbedder)) as UseLiteEmbedder
    );
    private int _told;
    private readonly ConcurrentDictionary<string, ReadOnlyMemory<float>> _kept = new(
        StringComparer.Ordinal
    );

    /// <summary>Cosine of each text to the query, in order.</summary>
    public async ValueTask<float[]> NearnessAsync(
        string query,
        IReadOnlyList<string> texts,
        CancellationToken cancellationToken
    )
    {
        var vectors = await VectorsAsync([query, .. texts], keep: false, cancellationToken);
        return Nearness(vectors[0], vectors[1..]);
    }

    /// <summary>The same for texts that are asked about again and again.</summary>
    public async ValueTask<float[]> NearnessToKnownAsync(
        string query,
        IReadOnlyList<string> texts,
        CancellationToken cancellationToken
    )
    {
        var known = await VectorsAsync(texts, keep: true, cancellationToken);
        var asked = await VectorsAsync([query], keep: false, cancellationToken);
        return Nearness(asked[0], known);
    }

    public async ValueTask<ReadOnlyMemory<float>[]> VectorsAsync(
        IReadOnlyList<string> texts,
        bool keep,
        CancellationToken cancellationToken
    )
    {
        var vectors = new ReadOnlyMemory<float>[texts.Count];
        var missing = new List<int>();
        for (var i = 0; i < texts.Count; i++)
        {
            if (!_kept.TryGetValue(texts[i], out vectors[i]))
            {
                missing.Add(i);
            }
        }
        if (missing.Count == 0)
        {
            return vectors;
        }
        GeneratedEmbeddings<Embedding<float>> made;
        try
        {
            made = await embedder.GenerateAsync(
                missing.Select(i => texts[i]),
                cancellationToken: cancellationToken
            );
        }
        catch (Failure failure)
        {
            if (Interlocked.Exchange(ref _told, 1) == 0)
            {
                Log.WordsAlone(logger, failure.Message);
            }
            return Array.ConvertAll(vectors, vector => vector.IsEmpty ? Unknown : vector);
        }
        for (var i = 0; i < missing.Count; i++)
        {
            vectors[missing[i]] = made[i].Vector;
            if (keep)
            {
                Keep(texts[missing[i]], made[i].Vector);
            }
        }
        return vectors;
    }

    /// <summary>
    /// How near two single words are, 0 to 1: 1 for forms of one word, and for different ones what the embedded encoder
    /// knows of them. With another embedder only forms of one word are near.
    /// </summary>
    public double BetweenWords(string one, string other) => _words.Between(one, other);

    /// <summary>False for what the embedder could not read: words alone decide.</summary>
    public static bool IsKnown(ReadOnlyMemory<float> vector) => vector.Length > 1;

    public static float Cosine(ReadOnlyMemory<float> a, ReadOnlyMemory<float> b)
    {
        if (a.Length != b.Length)
        {
            return 0; // one of them could not be embedded
        }
        var cosine = TensorPrimitives.CosineSimilarity(a.Span, b.Span);
        return float.IsFinite(cosine) ? cosine : 0; // an all-zero vector means nothing
    }

    private static float[] Nearness(ReadOnlyMemory<float> query, ReadOnlyMemory<float>[] vectors) =>
        Array.ConvertAll(vectors, vector => Cosine(query, vector));

    private void Keep(string text, ReadOnlyMemory<float> vector)
    {
        if (_kept.Count >= MostKept)
        {
            _kept.Clear();
        }
        _kept[text] = vector;
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "The built-in chat model goes by words alone, without meaning: {Reason}"
        )]
        public static partial void WordsAlone(ILogger logger, string reason);
    }
}
