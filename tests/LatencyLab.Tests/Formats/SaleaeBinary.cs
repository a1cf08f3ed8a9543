
namespace LatencyLab.Tests.Formats;

/// <summary>Makes digital binary exports as Saleae documents them.</summary>
internal static class SaleaeBinary
{
    public static byte[] Version0(bool initial, double begin, double end, double[] edges)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write("<SALEAE>"u8);
        writer.Write(0);
        writer.Write(0);
        Write(writer, initial, null, begin, end, edges);
        return bytes.ToArray();
    }

    public static byte[] Version1(params (bool Initial, double RateHz, double Begin, double End, double[] Edges)[] chunks)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write("<SALEAE>"u8);
        writer.Write(1);
        writer.Write(0);
        writer.Write((ulong)chunks.Length);
        foreach (var (initial, rateHz, begin, end, edges) in chunks)
        {
            Write(writer, initial, rateHz, begin, end, edges);
        }

        return bytes.ToArray();
    }

    private static void Write(BinaryWriter writer, bool initial, double? rateHz, double begin, double end, double[] edges)
    {
        writer.Write(initial ? 1u : 0u);
        if (rateHz is { } rate)
        {
            writer.Write(rate);
        }

        writer.Write(begin);
        writer.Write(end);
        writer.Write((ulong)edges.Length);
        foreach (var edge in edges)
        {
            writer.Write(edge);
        }
    }
}
