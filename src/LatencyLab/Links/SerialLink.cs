using System.IO.Ports;

namespace LatencyLab.Links;

/// <summary>
/// A serial port. One thread reads it from the moment it is open into a bounded buffer, so that a board that streams is never kept
/// waiting by whoever evaluates the bytes.
/// </summary>
public sealed class SerialLink : ILink
{
    /// <summary>The speed of every MicroPython REPL behind a bridge; USB devices ignore it. 1200 would send an RP2 board into its bootloader.</summary>
    public const int DefaultBaud = 115200;

    /// <summary>Bytes that may wait for the reader: over two seconds of the fastest sampler.</summary>
    private const int BufferBytes = 4 * 1024 * 1024;

    private const int ReadBytes = 16 * 1024;

    // A tty hands over at most 4095 bytes a read: so many mean that more is waiting.
    private const int FloodBytes = 4000;
    private const int StreamBytes = 512;
    private static readonly TimeSpan StreamPause = TimeSpan.FromMilliseconds(5);

    private readonly SerialPort _port;
    private readonly Stream _stream;
    private readonly ByteQueue _received = new(BufferBytes);
    private readonly bool _hasControlLines;
    private readonly ManualResetEventSlim _closing = new();
    private int _closed;

    private SerialLink(string name, SerialPort port, bool hasControlLines)
    {
        Name = name;
        _port = port;
        _stream = port.BaseStream;
        _hasControlLines = hasControlLines;
        new Thread(ReadPort) { IsBackground = true, Name = $"read {name}" }.Start();
    }

    public string Name { get; }

    /// <summary>False for pseudo terminals, which have neither DTR nor RTS.</summary>
    public bool HasControlLines => _hasControlLines;

    /// <summary>Opens the port without resetting the board behind it.</summary>
    /// <param name="path">/dev/ttyACM0, /dev/cu.usbmodem1101 or COM5.</param>
    /// <param name="baud">Bits per second of a bridge.</param>
    /// <exception cref="DeviceException">The port is missing, forbidden, busy (the holder is named) or no serial port.</exception>
    public static SerialLink Open(string path, int baud = DefaultBaud)
    {
        // On ESP boards DTR and RTS pull BOOT and EN through two transistors; only unequal lines do anything, and DTR=0 with RTS=1
        // is a reset (esptool, "Boot mode selection"). Unix raises both when it opens a port, and System.IO.Ports then sets each to
        // the value given here, so both must be true beforehand. Windows raises none until told: DTR first, then RTS.
        // MicroPython on native USB takes DTR=0 for an absent host and drops what it prints (shared/tinyusb/mp_usbd_cdc.c).
        try
        {
            if (OperatingSystem.IsWindows())
            {
                var port = OpenPort(path, baud, controlLines: false);
                return new SerialLink(path, port, RaiseControlLines(port));
            }

            try
            {
                return new SerialLink(path, OpenPort(path, baud, controlLines: true), hasControlLines: true);
            }
            catch (IOException)
            {
                // A pseudo terminal: the request for DTR is refused with ENOTTY, and everything else works.
                return new SerialLink(path, OpenPort(path, baud, controlLines: false), hasControlLines: false);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            throw SerialFault.OnOpen(path, e);
        }
    }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        Volatile.Read(ref _closed) == 0 ? _received.ReadAsync(buffer, cancellationToken) : throw new DeviceException("The port was closed.", Name);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await _stream.WriteAsync(bytes, cancellationToken);
        }
        catch (Exception e) when (IsLoss(e))
        {
            throw LinkFault.Gone(Name, e);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return ValueTask.CompletedTask;
        }

        // RTS before DTR: the other order passes through DTR=0, RTS=1, which is a reset.
        if (_hasControlLines)
        {
            TrySetLine(() => _port.RtsEnable = false);
            TrySetLine(() => _port.DtrEnable = false);
        }

        // The reader may wait for room in the queue; it must be let go before the port can close.
        _received.Abandon();
        _closing.Set();
        try
        {
            _port.Dispose();
        }
        catch (Exception e) when (IsLoss(e))
        {
            // The board was unplugged: nothing is left to close.
        }

        return ValueTask.CompletedTask;
    }

    private static SerialPort OpenPort(string path, int baud, bool controlLines)
    {
        var port = new SerialPort(path, baud, Parity.None, 8, StopBits.One) { Handshake = Handshake.None, DtrEnable = controlLines, RtsEnable = controlLines };
        try
        {
            port.Open();
            return port;
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }

    private static bool RaiseControlLines(SerialPort port) => TrySetLine(() => port.DtrEnable = true) & TrySetLine(() => port.RtsEnable = true);

    private static bool TrySetLine(Action set)
    {
        try
        {
            set();
            return true;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            // The port has no such line, or the board is gone already.
            return false;
        }
    }

    // SerialStream ends a pending read with ObjectDisposedException when the device vanishes, as it does when we close the port ourselves.
    private static bool IsLoss(Exception e) => e is IOException or ObjectDisposedException or InvalidOperationException or UnauthorizedAccessException;

    // SerialStream's I/O loop sleeps for a millisecond whenever no read is waiting, which limits one read at a time to 3.5 MB/s; with two
    // in flight there is always one waiting. A sampler's steady stream is far below that, and then the opposite counts: a read for each
    // kilobyte costs a fifth of a core, so a short pause lets more come together. Answers of a REPL are small and never wait.
    private void ReadPort()
    {
        var (buffer, other) = (new byte[ReadBytes], new byte[ReadBytes]);
        try
        {
            var read = _stream.ReadAsync(buffer, 0, ReadBytes);
            Task<int>? next = null;
            while (true)
            {
                var count = read.GetAwaiter().GetResult();
                var isFlood = count >= FloodBytes;
                next ??= isFlood ? _stream.ReadAsync(other, 0, ReadBytes) : null;
                if (!_received.WriteAsync(buffer.AsMemory(0, count), CancellationToken.None).AsTask().GetAwaiter().GetResult())
                {
                    return;
                }

                if (next is not null)
                {
                    (buffer, other) = (other, buffer);
                    (read, next) = (next, isFlood ? _stream.ReadAsync(other, 0, ReadBytes) : null);
                    continue;
                }

                if (count >= StreamBytes)
                {
                    _closing.Wait(StreamPause);
                }

                read = _stream.ReadAsync(buffer, 0, ReadBytes);
            }
        }
        catch (Exception e) when (IsLoss(e) || e is OperationCanceledException)
        {
            _received.End(Volatile.Read(ref _closed) != 0 ? new DeviceException("The port was closed.", Name, null, e) : LinkFault.Gone(Name, e));
        }
    }
}
