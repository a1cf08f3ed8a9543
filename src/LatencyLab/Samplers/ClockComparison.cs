namespace LatencyLab.Samplers;

/// <summary>How fast the sampler's clock runs by the clock of this computer.</summary>
/// <param name="Ppm">Deviation in parts per million, positive when the sampler's clock is fast.</param>
/// <param name="UncertaintyPpm">Standard uncertainty (k = 1) of that, without the deviation of the computer's own clock.</param>
/// <param name="Seconds">How long was compared.</param>
/// <param name="Points">Heartbeats that were used.</param>
public sealed record ClockComparison(double Ppm, double UncertaintyPpm, double Seconds, int Points)
{
    // A heartbeat arrives late, never early: of all in a segment the least delayed one is used.
    private const int Segments = 15;
    private const int Rounds = 3;

    /// <summary>The deviation from pairs of times: when a heartbeat was read here, and when it was sent there.</summary>
    /// <exception cref="LatencyLabException">There are too few pairs (kind measurement).</exception>
    public static ClockComparison Estimate(IReadOnlyList<(double HostS, double SamplerS)> points)
    {
        if (points.Count < Segments * 2)
        {
            throw new LatencyLabException(FaultKind.Measurement, $"Only {points.Count} heartbeats came; a comparison of clocks needs {Segments * 2}.", null, "Compare for longer.");
        }

        var (start, end) = (points[0].SamplerS, points[^1].SamplerS);
        // Slope of (host - sampler) over the sampler's time. The least delay can only be found once the drift is taken out, hence the rounds.
        var (slope, error) = (0.0, 0.0);
        for (var round = 0; round < Rounds; round++)
        {
            var best = new (double X, double Y)?[Segments];
            foreach (var (hostS, samplerS) in points)
            {
                var segment = Math.Min(Segments - 1, (int)((samplerS - start) / (end - start) * Segments));
                var y = hostS - samplerS;
                if (best[segment] is not { } least || y - (slope * samplerS) < least.Y - (slope * least.X))
                {
                    best[segment] = (samplerS, y);
                }
            }

            (slope, error) = Fit([.. best.Where(b => b is not null).Select(b => b!.Value)]);
        }

        // host = (1 + slope) * sampler: a fast sampler counts more seconds than pass.
        return new ClockComparison(-slope / (1 + slope) * 1e6, error * 1e6, end - start, points.Count);
    }

    private static (double Slope, double Error) Fit((double X, double Y)[] points)
    {
        var (meanX, meanY) = (points.Average(p => p.X), points.Average(p => p.Y));
        var spread = points.Sum(p => (p.X - meanX) * (p.X - meanX));
        var slope = points.Sum(p => (p.X - meanX) * (p.Y - meanY)) / spread;
        var rest = points.Sum(p => Math.Pow(p.Y - meanY - (slope * (p.X - meanX)), 2));
        return (slope, Math.Sqrt(rest / Math.Max(1, points.Length - 2) / spread));
    }
}

/// <summary>Notes when each heartbeat of a running capture is read.</summary>
/// <param name="clock">The computer's clock.</param>
public sealed class HeartbeatTimes(TimeProvider clock)
{
    private readonly List<(double HostS, double SamplerS)> _points = [];
    private readonly long _began = clock.GetTimestamp();
    private long _lastTick = -1;

    /// <summary>Looks whether a heartbeat has come; called after each piece of the stream.</summary>
    public void Note(PicoFrameReader reader)
    {
        if (reader.Hello is { } hello && reader.WatermarkTick > _lastTick)
        {
            _lastTick = reader.WatermarkTick;
            _points.Add((clock.GetElapsedTime(_began).TotalSeconds, _lastTick / (double)hello.TickHz));
        }
    }

    /// <summary>The comparison; below a minute it says little.</summary>
    /// <exception cref="LatencyLabException">Too few heartbeats came (kind measurement).</exception>
    public ClockComparison Compare() => ClockComparison.Estimate(_points);
}
