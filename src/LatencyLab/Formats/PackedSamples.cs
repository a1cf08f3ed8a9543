using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LatencyLab.Formats;

/// <summary>
/// Finds level changes in samples of 1 to 8 bytes, one bit a channel. Each sample is compared with the one before it, 32 bytes at a time
/// and 128 where nothing happens; only bits of wanted channels count.
/// </summary>
internal sealed class PackedSamples
{
    private const int VectorBytes = 32;

    private readonly int _unitSize;
    private readonly byte[] _mask;
    private readonly sbyte[] _channelOfBit;

    // The mask of a sample, repeated until it lines up with vectors again: 1 vector for 1, 2, 4 and 8 bytes, else 3, 5 or 7.
    private readonly Vector256<byte>[] _masks;

    /// <param name="unitSize">Bytes a sample.</param>
    /// <param name="bits">The bit of each wanted channel, bit 0 being the lowest of the first byte.</param>
    public PackedSamples(int unitSize, IReadOnlyList<int> bits)
    {
        _unitSize = unitSize;
        _mask = new byte[unitSize];
        _channelOfBit = new sbyte[unitSize * 8];
        for (var channel = 0; channel < bits.Count; channel++)
        {
            _mask[bits[channel] / 8] |= (byte)(1 << (bits[channel] % 8));
            _channelOfBit[bits[channel]] = (sbyte)channel;
        }

        var period = unitSize >> BitOperations.TrailingZeroCount(unitSize);
        var pattern = new byte[period * VectorBytes];
        for (var i = 0; i < pattern.Length; i++)
        {
            pattern[i] = _mask[i % unitSize];
        }

        _masks = MemoryMarshal.Cast<byte, Vector256<byte>>(pattern).ToArray();
    }

    /// <summary>The most edges of one channel that <see cref="Scan"/> adds before it looks whether the batch is nearly full.</summary>
    public const int Reserve = 4 * VectorBytes;

    /// <summary>
    /// Adds the changes in <paramref name="bytes"/> to the batch, from byte <paramref name="from"/> on, until its end or until the batch is
    /// nearly full.
    /// </summary>
    /// <param name="bytes">Whole samples; the first is the one before those that are looked at.</param>
    /// <param name="from">Where to begin: a multiple of the unit size, not 0.</param>
    /// <param name="tickOfStart">Tick of the sample at the start of <paramref name="bytes"/>.</param>
    /// <param name="batch">Takes the edges.</param>
    /// <returns>Where to go on; the length when all was looked at.</returns>
    public int Scan(ReadOnlySpan<byte> bytes, int from, long tickOfStart, EdgeBatch batch)
    {
        if (batch.IsNearlyFull)
        {
            return from;
        }

        ref readonly var start = ref MemoryMarshal.GetReference(bytes);
        var at = from;

        // Offsets stay below the span's length by the loop conditions; overflow checks would only slow the loops down.
        unchecked
        {
            if (_masks.Length == 1)
            {
                var mask = _masks[0];
                while (at <= bytes.Length - (4 * VectorBytes))
                {
                    var changes0 = Changes(in start, at);
                    var changes1 = Changes(in start, at + VectorBytes);
                    var changes2 = Changes(in start, at + (2 * VectorBytes));
                    var changes3 = Changes(in start, at + (3 * VectorBytes));
                    if (((changes0 | changes1 | changes2 | changes3) & mask) != Vector256<byte>.Zero)
                    {
                        AddAll(changes0 & mask, at, tickOfStart, batch);
                        AddAll(changes1 & mask, at + VectorBytes, tickOfStart, batch);
                        AddAll(changes2 & mask, at + (2 * VectorBytes), tickOfStart, batch);
                        AddAll(changes3 & mask, at + (3 * VectorBytes), tickOfStart, batch);
                        if (batch.IsNearlyFull)
                        {
                            return at + (4 * VectorBytes);
                        }
                    }

                    at += 4 * VectorBytes;
                }
            }

            var group = _masks.Length * VectorBytes;
            while (at <= bytes.Length - group)
            {
                for (var v = 0; v < _masks.Length; v++)
                {
                    AddAll(Changes(in start, at + (v * VectorBytes)) & _masks[v], at + (v * VectorBytes), tickOfStart, batch);
                }

                at += group;
                if (batch.IsNearlyFull)
                {
                    return at;
                }
            }

            for (; at < bytes.Length; at++)
            {
                var change = (bytes[at] ^ bytes[at - _unitSize]) & _mask[at % _unitSize];
                if (change != 0)
                {
                    Add(change, at, tickOfStart, batch);
                }
            }
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<byte> Changes(ref readonly byte start, int at) =>
        Vector256.LoadUnsafe(in start, (nuint)at) ^ Vector256.LoadUnsafe(in start, (nuint)(at - _unitSize));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddAll(Vector256<byte> changes, int at, long tickOfStart, EdgeBatch batch)
    {
        var hits = ~Vector256.Equals(changes, Vector256<byte>.Zero).ExtractMostSignificantBits();
        while (hits != 0)
        {
            var lane = BitOperations.TrailingZeroCount(hits);
            Add(changes[lane], at + lane, tickOfStart, batch);
            hits &= hits - 1;
        }
    }

    private void Add(int change, int at, long tickOfStart, EdgeBatch batch)
    {
        var sample = _unitSize == 1 ? at : at / _unitSize;
        var firstBit = (at - (sample * _unitSize)) * 8;
        do
        {
            batch.Add(_channelOfBit[firstBit + BitOperations.TrailingZeroCount(change)], tickOfStart + sample);
            change &= change - 1;
        }
        while (change != 0);
    }
}
