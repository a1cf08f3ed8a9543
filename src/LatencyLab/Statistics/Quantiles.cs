namespace LatencyLab.Statistics;

/// <summary>A quantile of a sample in ticks, or the reason why there is none.</summary>
/// <param name="Probability">0.99 for p99.</param>
/// <param name="Value">An observed value: the smallest with at least this share of the sample at or below it (Hyndman-Fan type 1).</param>
/// <param name="Low">Lower end of the 95 % interval; null when it is open.</param>
/// <param name="High">Upper end of the 95 % interval; null when it is open.</param>
/// <param name="NullReason">Why <paramref name="Value"/> is null, in the words that files and reports use; null when it isn't.</param>
/// <param name="NeededN">Stimuli that it takes, where there are too few; null where there are enough.</param>
public sealed record Quantile(double Probability, long? Value, long? Low, long? High, string? NullReason, long? NeededN = null);

/// <summary>A quantile with the name that it has in files.</summary>
/// <param name="Name">Such as p99_9.</param>
/// <param name="Quantile">The quantile.</param>
public sealed record NamedQuantile(string Name, Quantile Quantile);

/// <summary>Quantiles of samples in which some values are only known to be longer than the window.</summary>
public static class Quantiles
{
    private const double IndependentShare = 0.5;

    /// <summary>Rank of a type 1 quantile in a sample of <paramref name="n"/>: the smallest r with r / n at or above the probability as it is written.</summary>
    public static long Rank(long n, double probability) =>
        // A decimal of a double is the number as written, 0.999, so that n * p meets a whole number exactly where it should.
        Math.Clamp((long)decimal.Ceiling((decimal)probability * n), Math.Min(1, n), n);

    /// <summary>A quantile with its distribution-free interval.</summary>
    /// <param name="finite">The values that are known.</param>
    /// <param name="censored">How many more are only known to be longer than every known one.</param>
    /// <param name="probability">Above 0 and below 1.</param>
    /// <param name="effectiveN">Independent values that the sample is worth; null when all are independent.</param>
    /// <param name="atLeastN">What a commoner quantile of the same sample needs: a rarer one never needs less.</param>
    public static Quantile Estimate(SortedCounts finite, long censored, double probability, double? effectiveN = null, long atLeastN = 0)
    {
        var n = checked(finite.Count + censored);
        var size = Math.Min(n, effectiveN ?? n);
        var interval = RankInterval.OfDependent(n, size, probability);
        var low = ValueAt(interval.Low);
        var high = ValueAt(interval.High);
        var needed = RankInterval.SmallestSample(probability);

        // Dependent values are worth less, so more of them are needed; down to a half is the noise of estimating the worth of a few hundred independent ones.
        var worth = size < IndependentShare * n ? size : n;
        if (worth < needed)
        {
            var samples = Math.Max(atLeastN, n >= needed && worth > 0 ? (long)Math.Ceiling(needed * (n / worth)) : needed);
            return new Quantile(probability, null, low, high, NullReasons.NeedsN(samples), samples);
        }

        return ValueAt(Rank(n, probability)) is { } value
            ? new Quantile(probability, value, low, high, null)
            : new Quantile(probability, null, low, high, NullReasons.BeyondWindow);

        long? ValueAt(long? rank) => rank <= finite.Count ? finite.ValueAtRank(rank.Value) : null;
    }
}

/// <summary>The texts that stand in files where a number can't be given.</summary>
public static class NullReasons
{
    public const string BeyondWindow = "beyond the window";

    public const string NothingMatched = "nothing matched";

    /// <summary>Interrupts were lost in trains of stimuli, so that nobody knows whose answer an answer is.</summary>
    public const string LostInterrupts = "interrupts were lost, latencies are withheld";

    /// <summary>Answers may belong to earlier stimuli.</summary>
    public const string ShiftedPairing = "pairing may be shifted, latencies are withheld";

    public static string NeedsN(long n) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"needs n = {n}");
}
