namespace Millrace.Models.Languages;

/// <summary>A matrix whose rows are stored as numbers of centroids, one for each stretch of some columns.</summary>
internal sealed class QuantizedMatrix
{
    private readonly byte[] _codes;
    private readonly Quantizer _quantizer;
    private readonly byte[]? _normCodes;
    private readonly Quantizer? _norms;

    private QuantizedMatrix(BinaryReader reader)
    {
        var hasNorms = reader.ReadBoolean();
        var rows = checked((int)reader.ReadInt64());
        Columns = checked((int)reader.ReadInt64());
        _codes = reader.ReadBytes(reader.ReadInt32());
        _quantizer = new Quantizer(reader);
        if (!hasNorms)
            return;
        _normCodes = reader.ReadBytes(rows);
        _norms = new Quantizer(reader);
    }

    public int Columns { get; }

    public static QuantizedMatrix Read(BinaryReader reader) => new(reader);

    public void AddTo(Span<float> sum, int row)
    {
        var norm = _norms is null ? 1f : _norms.Centroid(0, _normCodes![row])[0];
        for (var part = 0; part < _quantizer.Parts; part++)
        {
            var centroid = _quantizer.Centroid(part, _codes[row * _quantizer.Parts + part]);
            var target = sum.Slice(part * _quantizer.Width, centroid.Length);
            for (var i = 0; i < centroid.Length; i++)
                target[i] += norm * centroid[i];
        }
    }

    private sealed class Quantizer
    {
        private const int Centroids = 256;

        private readonly int _lastWidth;
        private readonly float[] _centroids;

        public Quantizer(BinaryReader reader)
        {
            var columns = reader.ReadInt32();
            Parts = reader.ReadInt32();
            Width = reader.ReadInt32();
            _lastWidth = reader.ReadInt32();
            _centroids = new float[columns * Centroids];
            foreach (ref var value in _centroids.AsSpan())
                value = reader.ReadSingle();
        }

        public int Parts { get; }

        public int Width { get; }

        public ReadOnlySpan<float> Centroid(int part, int number)
        {
            var width = part == Parts - 1 ? _lastWidth : Width;
            return _centroids.AsSpan(part * Centroids * Width + number * width, width);
        }
    }
}
