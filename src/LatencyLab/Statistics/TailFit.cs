namespace LatencyLab.Statistics;

/// <summary>A generalised Pareto law fitted to the excesses over a threshold.</summary>
/// <param name="ThresholdTicks">Only values above it were used.</param>
/// <param name="Exceedances">How many there were.</param>
/// <param name="SampleSize">Of how many values in all.</param>
/// <param name="Shape">Above 0 a heavy tail, near 0 an exponential one, below 0 a tail with an end.</param>
/// <param name="ScaleTicks">Scale of the excesses.</param>
/// <param name="NegativeLogLikelihood">Of the fit; smaller is better.</param>
public sealed record TailFit(long ThresholdTicks, long Exceedances, long SampleSize, double Shape, double ScaleTicks, double NegativeLogLikelihood)
{
    /// <summary>The value that the law gives for a quantile beyond the threshold, in ticks: an extrapolation, never a worst case.</summary>
    public double QuantileTicks(double probability)
    {
        var ratio = (1 - probability) * SampleSize / Exceedances;
        return ThresholdTicks + (Math.Abs(Shape) < 1e-9 ? -ScaleTicks * Math.Log(ratio) : ScaleTicks / Shape * (Math.Pow(ratio, -Shape) - 1));
    }

    /// <summary>Maximum likelihood over the excesses, started from probability-weighted moments; null below 20 or when all are equal.</summary>
    public static TailFit? MaximumLikelihood(SortedCounts sample, long thresholdTicks)
    {
        var excesses = Excesses(sample, thresholdTicks);
        return Law(excesses) is { } law ? new TailFit(thresholdTicks, excesses.Length, sample.Count, law.Shape, law.Scale, law.NegativeLogLikelihood) : null;
    }

    /// <summary>Maximum likelihood over excesses that rise; null below 20 or when all are equal.</summary>
    internal static (double Shape, double Scale, double NegativeLogLikelihood)? Law(double[] excesses)
    {
        if (excesses.Length < 20 || excesses[0] == excesses[^1])
        {
            return null;
        }

        var (startShape, startScale) = WeightedMoments(excesses);

        // The likelihood has one free parameter: for theta = shape / scale the best shape is the mean of ln(1 + theta y). It is searched outwards
        // from the start, since it falls without bound at theta = -1 / max for shapes below -1, which no fit shall reach.
        var lowest = -1 / excesses[^1] * (1 - 1e-6);
        var start = Math.Max(lowest, startShape / startScale);
        var low = Math.Max(lowest, start - (4 / Mean(excesses)));
        var high = start + (4 / Mean(excesses));
        var best = start;
        var bestValue = Profile(start);
        for (var i = 0; i <= 400; i++)
        {
            var theta = low + ((high - low) * i / 400);
            var value = Profile(theta);
            if (value < bestValue)
            {
                (best, bestValue) = (theta, value);
            }
        }

        var width = (high - low) / 400;
        var theta0 = Minimum(Profile, Math.Max(low, best - width), best + width);
        if (Profile(theta0) > bestValue)
        {
            theta0 = best;
        }

        var shape = Shape(theta0);
        var scale = Math.Abs(theta0) < 1e-14 ? Mean(excesses) : shape / theta0;
        return (shape, scale, Profile(theta0));

        double Shape(double theta) => excesses.Average(y => Math.Log(1 + (theta * y)));

        double Profile(double theta)
        {
            if (Math.Abs(theta) < 1e-14)
            {
                return excesses.Length * (1 + Math.Log(Mean(excesses)));
            }

            var candidate = Shape(theta);
            return candidate < -1 ? double.MaxValue : excesses.Length * (Math.Log(candidate / theta) + candidate + 1);
        }
    }

    // Golden section; it never leaves the bracket, and ends where there is no minimum in it, too.
    private static double Minimum(Func<double, double> function, double low, double high)
    {
        var ratio = (Math.Sqrt(5) - 1) / 2;
        var left = high - (ratio * (high - low));
        var right = low + (ratio * (high - low));
        var (atLeft, atRight) = (function(left), function(right));
        for (var step = 0; step < 100; step++)
        {
            if (atLeft <= atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                left = high - (ratio * (high - low));
                atLeft = function(left);
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                right = low + (ratio * (high - low));
                atRight = function(right);
            }
        }

        return (low + high) / 2;
    }

    /// <summary>Shape and scale by probability-weighted moments (J. R. M. Hosking, J. R. Wallis, Technometrics 29, 1987).</summary>
    /// <param name="excesses">Rising.</param>
    internal static (double Shape, double Scale) WeightedMoments(double[] excesses)
    {
        var k = excesses.Length;
        var mean = Mean(excesses);
        var weighted = 0.0;
        for (var i = 0; i < k; i++)
        {
            weighted += (double)(k - i - 1) / (k - 1) * excesses[i];
        }

        weighted /= k;
        return (2 - (mean / (mean - (2 * weighted))), 2 * mean * weighted / (mean - (2 * weighted)));
    }

    internal static double[] Excesses(SortedCounts sample, long thresholdTicks)
    {
        var excesses = new List<double>();
        for (var i = 0; i < sample.Distinct; i++)
        {
            if (sample.Values[i] > thresholdTicks)
            {
                excesses.AddRange(Enumerable.Repeat((double)((Int128)sample.Values[i] - thresholdTicks), (int)Math.Min(int.MaxValue, sample.CountAt(i))));
            }
        }

        return [.. excesses];
    }

    private static double Mean(double[] values) => values.Average();
}

/// <summary>One extrapolated quantile.</summary>
/// <param name="Probability">Of the quantile.</param>
/// <param name="Ticks">By the fit that uses the middle threshold.</param>
/// <param name="LowestTicks">Smallest answer of all thresholds that were tried.</param>
/// <param name="HighestTicks">Largest answer of all thresholds.</param>
public sealed record ExtrapolatedQuantile(double Probability, double Ticks, double LowestTicks, double HighestTicks);

/// <summary>
/// What peaks over a threshold say about quantiles beyond the sample: a model extrapolation that holds only while conditions stay as they were
/// during the run. The range over thresholds shows how far the model can be trusted; it isn't a confidence interval.
/// </summary>
/// <param name="Fits">One fit a threshold, by falling number of exceedances.</param>
/// <param name="Chosen">The fit to read.</param>
/// <param name="Quantiles">At most one decade beyond 1 / n.</param>
/// <param name="ExtremalIndex">Clusters by exceedances: 1 when they come alone; below 0.8 they come in bursts and the fit is doubtful.</param>
/// <param name="FitP">Chance of excesses that fit worse if the law were true (Anderson-Darling); below 0.05 the law doesn't fit.</param>
/// <param name="Conditions">What must hold, and what of it doesn't, as sentences.</param>
public sealed record TailExtrapolation(
    IReadOnlyList<TailFit> Fits, TailFit Chosen, IReadOnlyList<ExtrapolatedQuantile> Quantiles, double? ExtremalIndex, double FitP, IReadOnlyList<string> Conditions)
{
    private const int SmallestExceedances = 50;

    /// <summary>The extrapolation; null with the reason when the sample can't bear one.</summary>
    /// <param name="sample">All latencies.</param>
    /// <param name="censored">Late and missed stimuli.</param>
    /// <param name="series">The latencies in their order, to see bursts; null where the order isn't known.</param>
    public static (TailExtrapolation? Tail, string? NullReason) Of(SortedCounts sample, long censored, LatencySeries? series = null)
    {
        if (censored > 0)
        {
            return (null, $"{censored} stimuli were answered late or not at all: their latencies are unknown, and the tail is made of them");
        }

        if (sample.Count < 20 * SmallestExceedances)
        {
            return (null, NullReasons.NeedsN(20 * SmallestExceedances));
        }

        // From the top 5 % down to the top 50 values, never below p95.
        var fits = new List<TailFit>();
        for (var k = Math.Min(sample.Count / 20, 2000); k >= SmallestExceedances; k = k * 7 / 10)
        {
            if (TailFit.MaximumLikelihood(sample, sample.ValueAtRank(sample.Count - k)) is { } fit && fit.Exceedances >= SmallestExceedances
                && !fits.Exists(f => f.ThresholdTicks == fit.ThresholdTicks))
            {
                fits.Add(fit);
            }
        }

        if (fits.Count == 0)
        {
            return (null, "too many equal values at the top for a fit");
        }

        var chosen = fits[fits.Count / 2];
        double[] levels = [0.999, 0.9999, 0.99999, 0.999999, 0.9999999, 0.99999999];
        var quantiles = levels.Where(p => (1 - p) * sample.Count >= 0.1 * (1 - 1e-9) && (1 - p) * sample.Count < chosen.Exceedances)
            .Select(p => new ExtrapolatedQuantile(p, chosen.QuantileTicks(p), fits.Min(f => f.QuantileTicks(p)), fits.Max(f => f.QuantileTicks(p))))
            .Where(q => double.IsFinite(q.HighestTicks) && double.IsFinite(q.LowestTicks));
        var extremalIndex = series?.ExtremalIndex(chosen.ThresholdTicks);
        var fitP = TailGoodness.P(sample, chosen);
        return (new TailExtrapolation(fits, chosen, [.. quantiles], extremalIndex, fitP, Remarks(chosen, fits, extremalIndex, fitP)), null);
    }

    private static List<string> Remarks(TailFit chosen, List<TailFit> fits, double? extremalIndex, double fitP)
    {
        var remarks = new List<string> { "Holds only while firmware, load and inputs stay as they were during the run." };
        if (fitP < 0.05)
        {
            remarks.Add("The law doesn't fit what was measured, so don't rely on the extrapolation.");
        }

        if (chosen.ScaleTicks < 10)
        {
            remarks.Add("The tail is only a few ticks wide; the tick shapes the fit.");
        }

        if (fits.Max(f => f.Shape) - fits.Min(f => f.Shape) > 0.3)
        {
            remarks.Add("The shape changes with the threshold: this tail isn't of one kind, so don't rely on the extrapolation.");
        }

        if (extremalIndex < 0.8)
        {
            remarks.Add("Long latencies come in bursts, which the fit takes for independent ones.");
        }

        return remarks;
    }
}
