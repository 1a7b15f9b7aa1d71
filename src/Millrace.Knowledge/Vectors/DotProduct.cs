using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Millrace.Knowledge.Vectors;

/// <summary>
/// The scalar product of a query (16 bits) and stored codes (8 bits), in whole numbers. The query is widened once, so
/// that each step is a widening load, a multiply-add of pairs and an addition, and nothing can saturate.
/// </summary>
internal static class DotProduct
{
    /// <summary>Lengths are multiples of this; what is left over is padded with zeros.</summary>
    public const int Step = 64;

    public static int Padded(int dimensions) => (dimensions + Step - 1) / Step * Step;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(ref short query, ref sbyte codes, int length)
    {
        if (Avx512BW.IsSupported)
            return By512(ref query, ref codes, length);
        return Avx2.IsSupported
            ? By256(ref query, ref codes, length)
            : Portable(ref query, ref codes, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int By512(ref short query, ref sbyte codes, int length)
    {
        var even = Vector512<int>.Zero;
        var odd = Vector512<int>.Zero;
        for (nuint at = 0; at < (nuint)length; at += Step)
        {
            var low = Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref codes, at));
            even += Avx512BW.MultiplyAddAdjacent(low, Vector512.LoadUnsafe(ref query, at));
            var high = Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref codes, at + 32));
            odd += Avx512BW.MultiplyAddAdjacent(high, Vector512.LoadUnsafe(ref query, at + 32));
        }
        return Vector512.Sum(even + odd);
    }

    internal static int By256(ref short query, ref sbyte codes, int length)
    {
        var even = Vector256<int>.Zero;
        var odd = Vector256<int>.Zero;
        for (nuint at = 0; at < (nuint)length; at += 32)
        {
            var low = Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref codes, at));
            even += Avx2.MultiplyAddAdjacent(low, Vector256.LoadUnsafe(ref query, at));
            var high = Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref codes, at + 16));
            odd += Avx2.MultiplyAddAdjacent(high, Vector256.LoadUnsafe(ref query, at + 16));
        }
        return Vector256.Sum(even + odd);
    }

    internal static int Portable(ref short query, ref sbyte codes, int length)
    {
        var sum = Vector128<int>.Zero;
        for (nuint at = 0; at < (nuint)length; at += 8)
        {
            var eight = Vector128.WidenLower(
                Vector64.LoadUnsafe(ref codes, at).ToVector128Unsafe()
            );
            var (low, high) = Vector128.Widen(eight);
            var (first, second) = Vector128.Widen(Vector128.LoadUnsafe(ref query, at));
            sum += (low * first) + (high * second);
        }
        return Vector128.Sum(sum);
    }
}
