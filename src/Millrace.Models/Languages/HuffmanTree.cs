namespace Millrace.Models.Languages;

/// <summary>The tree of decisions over labels, built from how often each was seen, as the training built it.</summary>
internal sealed class HuffmanTree
{
    private const long Endless = (long)1e15;

    private readonly int _labels;
    private readonly int[] _left;
    private readonly int[] _right;

    /// <param name="counts">Of the labels, most frequent first.</param>
    public HuffmanTree(List<long> counts)
    {
        _labels = counts.Count;
        var size = 2 * _labels - 1;
        (_left, _right) = (new int[size], new int[size]);
        var weights = new long[size];
        Array.Fill(weights, Endless);
        counts.CopyTo(weights);
        var (leaf, node) = (_labels - 1, _labels);
        for (var next = _labels; next < size; next++)
        {
            int Lightest() => leaf >= 0 && weights[leaf] < weights[node] ? leaf-- : node++;
            (_left[next], _right[next]) = (Lightest(), Lightest());
            weights[next] = weights[_left[next]] + weights[_right[next]];
        }
    }

    /// <summary>The likeliest leaf: branches that cannot beat the best one so far are not walked.</summary>
    /// <param name="score">Of an inner node, from 0: the right branch is the likelier the higher it is.</param>
    public (int Label, double Probability) Best(Func<int, double> score)
    {
        var best = (Label: 0, Probability: 0.0);
        var open = new Stack<(int Node, double Probability)>();
        open.Push((2 * _labels - 2, 1));
        while (open.TryPop(out var at))
        {
            if (at.Probability <= best.Probability)
                continue;
            if (at.Node < _labels)
            {
                best = (at.Node, at.Probability);
                continue;
            }
            var right = 1 / (1 + Math.Exp(-score(at.Node - _labels)));
            var (first, second) = (_left[at.Node], _right[at.Node]);
            // The likelier branch is on top of the stack.
            if (right > 0.5)
            {
                open.Push((first, at.Probability * (1 - right)));
                open.Push((second, at.Probability * right));
            }
            else
            {
                open.Push((second, at.Probability * right));
                open.Push((first, at.Probability * (1 - right)));
            }
        }
        return best;
    }
}
