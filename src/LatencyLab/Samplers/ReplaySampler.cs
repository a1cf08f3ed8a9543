using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Samplers;

/// <summary>A recorded capture as a sampler: the same edges and gaps at the pace at which they came, at a multiple of it, or as fast as they can be read.</summary>
/// <param name="name">What the user calls the capture.</param>
/// <param name="read">Pushes the wanted lines of the capture, under their channel names, into a sink; it sees files, this doesn't.</param>
/// <param name="speed">How many recorded seconds pass in a second; null for as fast as it goes.</param>
/// <param name="clock">Where the seconds come from.</param>
public sealed class ReplaySampler(string name, Action<IReadOnlyList<SampledLine>, IEdgeSink, CancellationToken> read, double? speed, TimeProvider clock) : ISampler
{
    public string Kind => "replay";

    public string Name => name;

    public bool EndsByItself => true;

    public async Task<SamplerOutcome> ListenAsync(ListenRequest request, IEdgeSink sink, Action? onProgress, CancellationToken cancellationToken)
    {
        var pacing = new Pacing(sink, request.Duration, speed, clock, onProgress, cancellationToken);
        try
        {
            await Task.Run(() => read(request.Lines, pacing, pacing.Enough), CancellationToken.None);
        }
        catch (OperationCanceledException) when (pacing.Enough.IsCancellationRequested && pacing.Header is not null)
        {
            pacing.Stop();
        }
        finally
        {
            pacing.Dispose();
        }

        return new SamplerOutcome(new SamplerIdentity(Kind, name, pacing.Header?.TimeBase.TickHz ?? 1), new StreamHealth())
        {
            Faults = pacing.Missing is { } missing ? [missing] : [],
        };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Lets the capture through slice by slice, each when its time has come.</summary>
    private sealed class Pacing : IEdgeSink, IDisposable
    {
        // A slice is what a real sampler would hold back for its next block.
        private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(50);

        private readonly CancellationTokenSource _enough;
        private readonly CancellationToken _stop;
        private readonly IEdgeSink _sink;
        private readonly Duration? _duration;
        private readonly double? _speed;
        private readonly TimeProvider _clock;
        private readonly Action? _onProgress;
        private readonly long _started;
        private CaptureCut? _cut;
        private long _shownTick;

        public Pacing(IEdgeSink sink, Duration? duration, double? speed, TimeProvider clock, Action? onProgress, CancellationToken stop)
        {
            (_sink, _duration, _speed, _clock, _onProgress, _stop) = (sink, duration, speed, clock, onProgress, stop);
            _enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
            _started = clock.GetTimestamp();
        }

        public CaptureHeader? Header { get; private set; }

        /// <summary>Says that the capture is shorter than what was asked for; null when it isn't.</summary>
        public string? Missing { get; private set; }

        public CancellationToken Enough => _enough.Token;

        public void Begin(CaptureHeader header)
        {
            Header = header;
            _cut = new CaptureCut(_sink, _duration is { } duration ? header.TimeBase.ToTicks(duration) : null, null);
            _shownTick = header.StartTick;
            _cut.Begin(header);
        }

        public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks) => _cut!.Edges(channel, firstLevel, ticks);

        public void Gap(Gap gap) => _cut!.Gap(gap);

        public void Advance(long completeBeforeTick)
        {
            if (_speed is { } speed)
            {
                var step = Math.Max(1, (long)(Slice.TotalSeconds * speed * Header!.TimeBase.TickHz));
                while (_shownTick < completeBeforeTick - step && !_cut!.IsOver)
                {
                    Show(_shownTick + step, speed);
                }

                Show(completeBeforeTick, speed);
            }
            else
            {
                Pass(completeBeforeTick);
            }
        }

        public void End(long endTick)
        {
            Advance(endTick);
            if (_duration is { } duration && endTick - Header!.StartTick < Header.TimeBase.ToTicks(duration))
            {
                Missing = $"The capture is {UnitText.Time(Header.TimeBase.ToNanoseconds(endTick - Header.StartTick))} long, {duration} were asked for.";
            }

            _cut!.End(endTick);
            _onProgress?.Invoke();
        }

        public void Stop() => _cut?.Stop();

        public void Dispose() => _enough.Dispose();

        private void Show(long tick, double speed)
        {
            var due = TimeSpan.FromSeconds((tick - Header!.StartTick) / (speed * Header.TimeBase.TickHz)) - _clock.GetElapsedTime(_started);
            if (due > TimeSpan.Zero)
            {
                Task.Delay(due, _clock, CancellationToken.None).Wait(_stop);
            }

            _shownTick = tick;
            Pass(tick);
        }

        private void Pass(long tick)
        {
            _cut!.Advance(tick);
            _onProgress?.Invoke();
            if (_cut.IsOver)
            {
                _enough.Cancel();
            }

            _stop.ThrowIfCancellationRequested();
        }
    }
}
