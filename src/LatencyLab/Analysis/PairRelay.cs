using System.Runtime.ExceptionServices;

namespace LatencyLab.Analysis;

/// <summary>
/// Hands pairs on to a sink on a thread of its own, in order and with a bounded number on the way: writing a row costs as much as all that comes before
/// it, and a second core is there for it. What the sink throws is thrown once, to whoever hands over pairs next or else by <see cref="Dispose"/>; from
/// then on pairs are dropped.
/// </summary>
public sealed class PairRelay : IPairSink, IDisposable
{
    // 64 KiB each, below what the collector keeps apart; half a megabyte in all.
    private const int BatchPairs = 2048;
    private const int Batches = 8;

    private readonly IPairSink _sink;
    private readonly Thread _thread;
    private readonly Queue<Batch> _waiting = new(Batches);
    private readonly Stack<Batch> _free = new(Batches);
    private int _made;
    private bool _complete;
    private ExceptionDispatchInfo? _fault;
    private bool _faultIsTold;

    /// <param name="sink">Called on the other thread only, until this is disposed of.</param>
    public PairRelay(IPairSink sink)
    {
        _sink = sink;
        _thread = new Thread(HandOn) { IsBackground = true, Name = "pairs" };
        _thread.Start();
    }

    public void Pairs(ReadOnlySpan<Pair> pairs)
    {
        for (; !pairs.IsEmpty; pairs = pairs[Math.Min(pairs.Length, BatchPairs)..])
        {
            if (Empty() is not { } batch)
            {
                return;
            }

            batch.Fill(pairs[..Math.Min(pairs.Length, BatchPairs)]);
            lock (_waiting)
            {
                _waiting.Enqueue(batch);
                Monitor.PulseAll(_waiting);
            }
        }
    }

    /// <summary>Waits until the sink has everything.</summary>
    public void Dispose()
    {
        lock (_waiting)
        {
            _complete = true;
            Monitor.PulseAll(_waiting);
        }

        _thread.Join();
        Throw();
    }

    // Null where nobody takes it any more.
    private Batch? Empty()
    {
        lock (_waiting)
        {
            while (true)
            {
                if (_fault is not null)
                {
                    Throw();
                    return null;
                }

                if (_free.TryPop(out var free))
                {
                    return free;
                }

                if (_made < Batches)
                {
                    _made++;
                    return new Batch();
                }

                Monitor.Wait(_waiting);
            }
        }
    }

    private void Throw()
    {
        if (!_faultIsTold)
        {
            _faultIsTold = true;
            _fault?.Throw();
        }
    }

    private void HandOn()
    {
        try
        {
            while (Next() is { } batch)
            {
                _sink.Pairs(batch.Pairs);
                lock (_waiting)
                {
                    _free.Push(batch);
                    Monitor.PulseAll(_waiting);
                }
            }
        }
        catch (Exception e)
        {
            lock (_waiting)
            {
                _fault = ExceptionDispatchInfo.Capture(e);
                Monitor.PulseAll(_waiting);
            }
        }
    }

    private Batch? Next()
    {
        lock (_waiting)
        {
            Batch? batch;
            while (!_waiting.TryDequeue(out batch) && !_complete)
            {
                Monitor.Wait(_waiting);
            }

            return batch;
        }
    }

    private sealed class Batch
    {
        private readonly Pair[] _pairs = new Pair[BatchPairs];
        private int _count;

        public ReadOnlySpan<Pair> Pairs => _pairs.AsSpan(0, _count);

        public void Fill(ReadOnlySpan<Pair> pairs)
        {
            pairs.CopyTo(_pairs);
            _count = pairs.Length;
        }
    }
}
