using System.Runtime.Intrinsics.X86;
using Millrace.Knowledge.Vectors;

namespace Millrace.Tests.Knowledge.Vectors;

public sealed class DotProductTests
{
    [Theory]
    [InlineData(64)]
    [InlineData(384)]
    [InlineData(4096)]
    public void Every_kind_of_processor_gets_the_same_sum(int length)
    {
        var random = new Random(length);
        var largest = int.MaxValue / (sbyte.MaxValue * length);
        var query = new short[length];
        var codes = new sbyte[length];
        for (var at = 0; at < length; at++)
        {
            query[at] = (short)random.Next(-Math.Min(largest, short.MaxValue), 1);
            codes[at] = (sbyte)random.Next(-127, 1);
        }
        var expected = query.Zip(codes, (left, right) => left * right).Sum();

        DotProduct.Of(ref query[0], ref codes[0], length).ShouldBe(expected);
        DotProduct.Portable(ref query[0], ref codes[0], length).ShouldBe(expected);
        if (Avx2.IsSupported)
            DotProduct.By256(ref query[0], ref codes[0], length).ShouldBe(expected);
    }
}
