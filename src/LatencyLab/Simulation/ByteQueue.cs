namespace LatencyLab.Simulation;

/// <summary>Bytes in the order in which they came, in one growing and wrapping array.</summary>
internal sealed class ByteQueue
{
    private byte[] _bytes = new byte[256];
    private int _first;

    public int Count { get; private set; }

    public void Enqueue(byte value)
    {
        Reserve(1);
        _bytes[(_first + Count) & (_bytes.Length - 1)] = value;
        Count++;
    }

    public void Enqueue(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        var at = (_first + Count) & (_bytes.Length - 1);
        var head = Math.Min(bytes.Length, _bytes.Length - at);
        bytes[..head].CopyTo(_bytes.AsSpan(at));
        bytes[head..].CopyTo(_bytes);
        Count += bytes.Length;
    }

    public byte Dequeue()
    {
        var value = _bytes[_first];
        _first = (_first + 1) & (_bytes.Length - 1);
        Count--;
        return value;
    }

    public int Dequeue(Span<byte> into)
    {
        var count = Math.Min(into.Length, Count);
        var head = Math.Min(count, _bytes.Length - _first);
        _bytes.AsSpan(_first, head).CopyTo(into);
        _bytes.AsSpan(0, count - head).CopyTo(into[head..]);
        _first = (_first + count) & (_bytes.Length - 1);
        Count -= count;
        return count;
    }

    public void Clear()
    {
        _first = 0;
        Count = 0;
    }

    private void Reserve(int more)
    {
        if (Count + more <= _bytes.Length)
        {
            return;
        }

        var size = _bytes.Length;
        while (size < Count + more)
        {
            size *= 2;
        }

        var grown = new byte[size];
        var count = Count;
        Dequeue(grown.AsSpan(0, count));
        _bytes = grown;
        _first = 0;
        Count = count;
    }
}
