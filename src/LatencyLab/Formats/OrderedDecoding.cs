using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace LatencyLab.Formats;

/// <summary>Decodes the parts of a file side by side and receives their blocks in the order of the parts, with a bounded number of blocks between.</summary>
internal static class OrderedDecoding
{
    // More threads than this only wait for the one that pairs.
    private const int MaxThreads = 8;

    // Blocks of a part that wait while an earlier part is received.
    private const int BlocksAhead = 4;

    /// <summary>Runs both sides to their end; a fault of either side ends the other and is thrown here.</summary>
    /// <typeparam name="T">What is handed over.</typeparam>
    /// <param name="parts">How many parts there are.</param>
    /// <param name="decode">Called on several threads, once for each part: puts its blocks and returns early when they aren't wanted any more.</param>
    /// <param name="receive">Called on this thread, once for each part in order: takes its blocks until there are no more.</param>
    public static void Run<T>(int parts, Action<int, HandOver<T>> decode, Action<int, HandOver<T>> receive)
        where T : class
    {
        var threads = Math.Min(Math.Min(Environment.ProcessorCount, MaxThreads), parts);
        var slots = new HandOver<T>?[threads * 2];
        var gate = new object();
        var started = 0;
        var received = 0;
        var stopped = false;

        void DecodeParts()
        {
            while (true)
            {
                HandOver<T> handOver;
                int part;
                lock (gate)
                {
                    while (!stopped && started < parts && started >= received + slots.Length)
                    {
                        Monitor.Wait(gate);
                    }

                    if (stopped || started == parts)
                    {
                        return;
                    }

                    part = started++;
                    handOver = new HandOver<T>(BlocksAhead);
                    slots[part % slots.Length] = handOver;
                    Monitor.PulseAll(gate);
                }

                try
                {
                    decode(part, handOver);
                    handOver.Complete(null);
                }
                catch (Exception e)
                {
                    // Thrown again where the part is received.
                    handOver.Complete(ExceptionDispatchInfo.Capture(e));
                }
            }
        }

        var workers = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            workers[i] = new Thread(DecodeParts) { IsBackground = true, Name = "decode" };
            workers[i].Start();
        }

        try
        {
            for (var part = 0; part < parts; part++)
            {
                HandOver<T> handOver;
                lock (gate)
                {
                    while (started <= part)
                    {
                        Monitor.Wait(gate);
                    }

                    handOver = slots[part % slots.Length]!;
                }

                receive(part, handOver);
                lock (gate)
                {
                    received = part + 1;
                    Monitor.PulseAll(gate);
                }
            }
        }
        finally
        {
            lock (gate)
            {
                stopped = true;
                Monitor.PulseAll(gate);
                foreach (var handOver in slots)
                {
                    handOver?.Close();
                }
            }

            foreach (var worker in workers)
            {
                worker.Join();
            }
        }
    }
}

/// <summary>The blocks of one part on their way from the thread that decodes to the thread that receives.</summary>
internal sealed class HandOver<T>(int capacity)
    where T : class
{
    private readonly Queue<T> _blocks = new(capacity);
    private ExceptionDispatchInfo? _fault;
    private bool _complete;
    private bool _closed;

    /// <summary>Waits for room and adds a block; false when nobody wants it any more.</summary>
    public bool Put(T block)
    {
        lock (_blocks)
        {
            while (!_closed && _blocks.Count == capacity)
            {
                Monitor.Wait(_blocks);
            }

            if (_closed)
            {
                return false;
            }

            _blocks.Enqueue(block);
            Monitor.PulseAll(_blocks);
            return true;
        }
    }

    /// <summary>Waits for the next block; false at the end of the part. A fault of the decoding side is thrown after the blocks before it.</summary>
    public bool TryTake([NotNullWhen(true)] out T? block)
    {
        lock (_blocks)
        {
            while (!_blocks.TryDequeue(out block))
            {
                if (_complete)
                {
                    _fault?.Throw();
                    return false;
                }

                Monitor.Wait(_blocks);
            }

            Monitor.PulseAll(_blocks);
            return true;
        }
    }

    public void Complete(ExceptionDispatchInfo? fault)
    {
        lock (_blocks)
        {
            _complete = true;
            _fault = fault;
            Monitor.PulseAll(_blocks);
        }
    }

    public void Close()
    {
        lock (_blocks)
        {
            _closed = true;
            Monitor.PulseAll(_blocks);
        }
    }
}
