namespace LatencyLab.Statistics;

/// <summary>How evenly stimuli were spread over a period that the target may live by, such as an operating system tick.</summary>
/// <param name="PeriodTicks">The period.</param>
/// <param name="Count">Stimuli that were looked at.</param>
/// <param name="Resultant">Length of the mean phase vector: 0 is even, 1 is all in the same phase.</param>
/// <param name="P">Chance of a resultant at least as long from even phases (Rayleigh test).</param>
public sealed record PhaseSpread(double PeriodTicks, long Count, double Resultant, double P)
{
    /// <summary>
    /// True where the phases bunch beyond chance and enough to matter: percentiles are then an accident of the phase in which the run began.
    /// </summary>
    public bool IsLocked => P < 0.001 && Resultant > 0.2;
}

/// <summary>Tests whether stimuli keep step with something (K. V. Mardia, P. E. Jupp: Directional Statistics, 6.3).</summary>
public sealed class PhaseLocking
{
    // A million phases settle the question; the sines of the rest would cost more than everything else.
    private const long MaxStimuli = 1 << 20;

    private const long LeastStimuli = 10;

    // Points of the unit circle from which a sine is reached by two terms of its series, off by less than 1e-11: a tenth of the library's cost.
    private const int CirclePoints = 1024;
    private static readonly (double Cosine, double Sine)[] Circle = AllPoints();

    private readonly double[] _periodTicks;
    private readonly double[] _perTick;
    private readonly double[] _cosines;
    private readonly double[] _sines;
    private long _count;

    /// <param name="periodTicks">Periods to test, each above 0.</param>
    public PhaseLocking(IEnumerable<double> periodTicks)
    {
        _periodTicks = [.. periodTicks];
        _perTick = Array.ConvertAll(_periodTicks, p => 1 / p);
        _cosines = new double[_periodTicks.Length];
        _sines = new double[_periodTicks.Length];
    }

    public void Add(long stimulusTick)
    {
        if (_count == MaxStimuli)
        {
            return;
        }

        _count++;
        unchecked
        {
            for (var i = 0; i < _perTick.Length; i++)
            {
                var turns = stimulusTick * _perTick[i];
                var points = (turns - Math.Floor(turns)) * CirclePoints;
                var nearest = (int)(points + 0.5);
                var (cosine, sine) = Circle[nearest & (CirclePoints - 1)];
                var rest = (points - nearest) * (2 * Math.PI / CirclePoints);
                var restCosine = 1 - (rest * rest / 2);
                var restSine = rest * (1 - (rest * rest / 6));
                _cosines[i] += (cosine * restCosine) - (sine * restSine);
                _sines[i] += (sine * restCosine) + (cosine * restSine);
            }
        }
    }

    /// <summary>One answer a period; none below ten stimuli, which can't tell.</summary>
    public IReadOnlyList<PhaseSpread> Spreads()
    {
        if (_count < LeastStimuli)
        {
            return [];
        }

        var spreads = new PhaseSpread[_periodTicks.Length];
        for (var i = 0; i < spreads.Length; i++)
        {
            var resultant = Math.Sqrt((_sines[i] * _sines[i]) + (_cosines[i] * _cosines[i])) / _count;
            spreads[i] = new PhaseSpread(_periodTicks[i], _count, resultant, Probability(_count, resultant));
        }

        return spreads;
    }

    private static (double Cosine, double Sine)[] AllPoints()
    {
        var points = new (double, double)[CirclePoints];
        for (var i = 0; i < points.Length; i++)
        {
            var (sine, cosine) = Math.SinCos(2 * Math.PI * i / CirclePoints);
            points[i] = (cosine, sine);
        }

        return points;
    }

    // Wilkie's approximation, good to three digits from n = LeastStimuli on.
    private static double Probability(long n, double resultant)
    {
        var sum = n * resultant;
        return Math.Min(1, Math.Exp(Math.Sqrt(1 + (4.0 * n) + (4 * (((double)n * n) - (sum * sum)))) - (1 + (2.0 * n))));
    }
}
