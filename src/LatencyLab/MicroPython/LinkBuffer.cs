using System.Text;
using LatencyLab.Links;

namespace LatencyLab.MicroPython;

/// <summary>
/// The one buffer in front of a link: prompts, text and frames are all taken from here, so that no reader can swallow bytes that are
/// meant for the next one.
/// </summary>
internal sealed class LinkBuffer(ILink link, TimeProvider clock) : IDisposable
{
    /// <summary>Bytes that may wait unconsumed: the longest answer that is accepted from a board.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const int TailBytes = 4096;

    private readonly byte[] _tail = new byte[TailBytes];
    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;
    private int _tailCount;
    private CancellationTokenSource? _timer;

    public ILink Link { get; } = link;

    /// <summary>What has arrived and is not consumed.</summary>
    public ReadOnlyMemory<byte> Waiting => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Bytes received since the link was opened.</summary>
    public long Received { get; private set; }

    /// <summary>The last bytes received, consumed or not, at most 4096: what a message quotes.</summary>
    public ReadOnlySpan<byte> Tail => _tail.AsSpan(0, _tailCount);

    public void Consume(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _end - _start);
        _start += count;
        if (_start == _end)
        {
            _start = _end = 0;
        }
    }

    /// <summary>Waits for more bytes; false when none came within the limit.</summary>
    /// <exception cref="DeviceException">The link is gone, or a megabyte waits without being consumed.</exception>
    public async ValueTask<bool> FillAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        MakeRoom();
        if (limit <= TimeSpan.Zero)
        {
            return false;
        }

        var timer = Timer(limit);
        try
        {
            using var stopped = cancellationToken.UnsafeRegister(static t => ((CancellationTokenSource)t!).Cancel(), timer);
            var count = await Link.ReadAsync(_buffer.AsMemory(_end), timer.Token);
            Remember(_buffer.AsSpan(_end, count));
            _end += count;
            Received += count;
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            Release(timer);
        }
    }

    /// <summary>
    /// Consumes everything up to the end of <paramref name="pattern"/> and returns what stood before it; null when the limit passed first,
    /// and then nothing is consumed.
    /// </summary>
    /// <param name="pattern">The bytes to wait for.</param>
    /// <param name="silence">Longest time without a byte.</param>
    /// <param name="overall">Longest time in all; null where a long answer is legal.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async ValueTask<byte[]?> ReadUntilAsync(ReadOnlyMemory<byte> pattern, TimeSpan silence, TimeSpan? overall, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var searched = 0;
        while (true)
        {
            var at = Waiting.Span[searched..].IndexOf(pattern.Span);
            if (at >= 0)
            {
                var before = Waiting[..(searched + at)].ToArray();
                Consume(before.Length + pattern.Length);
                return before;
            }

            searched = Math.Max(0, Waiting.Length - pattern.Length + 1);
            var limit = overall is { } whole ? Min(silence, whole - clock.GetElapsedTime(began)) : silence;
            if (!await FillAsync(limit, cancellationToken))
            {
                return null;
            }
        }
    }

    /// <summary>Waits until at least <paramref name="count"/> bytes are there; false when the limit passed without a byte.</summary>
    public async ValueTask<bool> HasAsync(int count, TimeSpan silence, CancellationToken cancellationToken)
    {
        while (Waiting.Length < count)
        {
            if (!await FillAsync(silence, cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Drops everything until the line is quiet, or <paramref name="maxBytes"/> have come, or the time is over: a board that prints without end never gets quiet.</summary>
    /// <returns>The last 4096 dropped bytes as text.</returns>
    public async ValueTask<string> DrainAsync(TimeSpan quiet, TimeSpan overall, int maxBytes, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var before = Received - Waiting.Length;
        do
        {
            Consume(Waiting.Length);
        }
        while (Received - before < maxBytes && await FillAsync(Min(quiet, overall - clock.GetElapsedTime(began)), cancellationToken));
        Consume(Waiting.Length);
        return Text(Tail[^(int)Math.Min(Received - before, Tail.Length)..]);
    }

    /// <summary>Text from a board: what isn't UTF-8 becomes U+FFFD.</summary>
    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    /// <summary>Frees the timer; the link stays its owner's.</summary>
    public void Dispose() => _timer?.Dispose();

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    // One timer for all reads: a stream of small frames would else leave a timer and two token sources behind with each of them.
    private CancellationTokenSource Timer(TimeSpan limit)
    {
        if (_timer is { } kept)
        {
            kept.CancelAfter(limit);
            return kept;
        }

        return _timer = new CancellationTokenSource(limit, clock);
    }

    private void Release(CancellationTokenSource timer)
    {
        if (!timer.TryReset())
        {
            timer.Dispose();
            _timer = null;
        }
    }

    private void MakeRoom()
    {
        if (_end < _buffer.Length)
        {
            return;
        }

        if (_start > 0)
        {
            Waiting.Span.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        else if (_buffer.Length < MaxBytes)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        else
        {
            throw new DeviceException("The board sends without end what nobody asked for.", Link.Name, "Press its reset button and run again.");
        }
    }

    private void Remember(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= TailBytes)
        {
            bytes[^TailBytes..].CopyTo(_tail);
            _tailCount = TailBytes;
            return;
        }

        var keep = Math.Min(_tailCount, TailBytes - bytes.Length);
        _tail.AsSpan(_tailCount - keep, keep).CopyTo(_tail);
        bytes.CopyTo(_tail.AsSpan(keep));
        _tailCount = keep + bytes.Length;
    }
}
