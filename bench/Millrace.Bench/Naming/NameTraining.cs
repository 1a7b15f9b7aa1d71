using Millrace.Knowledge.Graph.Recognition;

namespace Millrace.Bench.Naming;

/// <summary>
/// Finds the weights under which the labelled names are likeliest, by stochastic gradients with AdaGrad. A penalty on
/// each weight's size (L1, and a little L2) leaves most features with none, so that what is left generalises and is small.
/// The order of the sentences comes from a fixed seed, so that the same sentences give the same weights.
/// </summary>
internal sealed class NameTraining
{
    private const int Epochs = 30;
    private const double LearningRate = 0.1;
    private const double L1 = 0.5;
    private const double L2 = 1;
    private const int Seed = 7;

    private readonly NameFeatureIds _ids = new(grows: true);
    private readonly List<Example> _examples = [];
    private readonly double[] _weights;
    private readonly double[] _squares;
    private readonly int[] _lastStep;
    private int _step;

    public NameTraining(WordKinds words, IReadOnlyList<LabelledSentence> sentences)
    {
        foreach (var sentence in sentences)
            if (Example.Of(new NameSentence(sentence.Text, words), sentence, _ids) is { } example)
                _examples.Add(example);
        _weights = new double[_ids.Count * NameModel.Types];
        _squares = new double[_weights.Length];
        _lastStep = new int[_weights.Length];
        var random = new Random(Seed);
        var order = _examples.ToArray();
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            random.Shuffle(order);
            foreach (var example in order)
                Learn(example);
        }
    }

    /// <summary>Features that weigh something.</summary>
    public int Kept => Lines().Count();

    public NameModel Model() => NameModel.Read(new StringReader(string.Join('\n', Lines())));

    public void Write(string path) => File.WriteAllText(path, string.Join('\n', Lines()) + "\n");

    private IEnumerable<string> Lines() =>
        Enumerable
            .Range(0, _ids.Count)
            .Where(id => Weights(id).Any(weight => weight != 0))
            .Select(id => $"{_ids.Name(id)}\t{string.Join('\t', Weights(id))}")
            .Order(StringComparer.Ordinal);

    private IEnumerable<int> Weights(int id)
    {
        const int Smallest = 3;
        return _weights
            .Skip(id * NameModel.Types)
            .Take(NameModel.Types)
            .Select(weight => (int)Math.Round(weight * 100))
            .Select(weight => Math.Abs(weight) < Smallest ? 0 : weight);
    }

    private void Learn(Example example)
    {
        _step++;
        var gradient = new Dictionary<int, double>();
        var lattice = new NameLattice(example, Score);
        for (var at = 0; at < example.None.Length; at++)
            Add(example.None[at], 0, lattice.OfNone(at) - (example.IsNone[at] ? 1 : 0), gradient);
        for (var span = 0; span < example.Spans.Count; span++)
        for (var type = 1; type < NameModel.Types; type++)
            Add(
                example.Spans[span].Features,
                type,
                lattice.OfName(span, type) - (example.Types[span] == type ? 1 : 0),
                gradient
            );
        foreach (var (weight, slope) in gradient)
            Move(weight, slope);
    }

    /// <summary>The penalty of the steps in which a weight had no part is taken with the next in which it has.</summary>
    private void Move(int at, double slope)
    {
        _squares[at] += slope * slope;
        var rate = LearningRate / (0.1 + Math.Sqrt(_squares[at]));
        var penalty = rate * (_step - _lastStep[at]) / _examples.Count;
        _lastStep[at] = _step;
        var weight = _weights[at] * Math.Exp(-L2 * penalty);
        weight = Math.Sign(weight) * Math.Max(0, Math.Abs(weight) - L1 * penalty);
        _weights[at] = weight - rate * slope;
    }

    private static void Add(
        int[] features,
        int type,
        double slope,
        Dictionary<int, double> gradient
    )
    {
        if (Math.Abs(slope) < 1e-7)
            return;
        foreach (var feature in features)
        {
            var weight = feature * NameModel.Types + type;
            gradient[weight] = gradient.GetValueOrDefault(weight) + slope;
        }
    }

    private double Score(int[] features, int type)
    {
        var sum = 0.0;
        foreach (var feature in features)
            sum += _weights[feature * NameModel.Types + type];
        return sum;
    }
}
