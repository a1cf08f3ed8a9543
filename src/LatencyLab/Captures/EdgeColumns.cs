using System.Buffers;

namespace LatencyLab.Captures;

/// <summary>Edges in memory, column by column.</summary>
internal sealed record EdgeColumns(long[] Ticks, byte[] Channels, bool[] Levels)
{
    public static EdgeColumns Of(int rows) => new(new long[rows], new byte[rows], new bool[rows]);

    public int Capacity => Ticks.Length;

    /// <summary>The same edges with room for more.</summary>
    public EdgeColumns Grown(int rows)
    {
        var grown = Of(rows);
        Ticks.CopyTo(grown.Ticks, 0);
        Channels.CopyTo(grown.Channels, 0);
        Levels.CopyTo(grown.Levels, 0);
        return grown;
    }
}

/// <summary>
/// One row group on its way out of a file, in arrays that the groups after it use again: fresh ones cost more to touch for the first time than to fill.
/// </summary>
/// <param name="Columns">At least as long as the group.</param>
/// <param name="Rows">How many edges the group has.</param>
internal sealed record EdgeGroup(EdgeColumns Columns, int Rows)
{
    public Span<long> Ticks => Columns.Ticks.AsSpan(0, Rows);

    public Span<byte> Channels => Columns.Channels.AsSpan(0, Rows);

    public Span<bool> Levels => Columns.Levels.AsSpan(0, Rows);

    public static EdgeGroup Rent(int rows) =>
        new(new EdgeColumns(ArrayPool<long>.Shared.Rent(rows), ArrayPool<byte>.Shared.Rent(rows), ArrayPool<bool>.Shared.Rent(rows)), rows);

    /// <summary>Once, and by whoever uses it last.</summary>
    public void Return()
    {
        ArrayPool<long>.Shared.Return(Columns.Ticks);
        ArrayPool<byte>.Shared.Return(Columns.Channels);
        ArrayPool<bool>.Shared.Return(Columns.Levels);
    }
}
