namespace LatencyLab.Statistics;

/// <summary>
/// Whether excesses over a threshold look like the law that was fitted to them: Anderson and Darling's statistic, which weighs the tail, against samples drawn
/// from the fit and fitted again (W. Stute, W. González Manteiga, M. Presedo Quindimil, Bootstrap based goodness-of-fit-tests, Metrika 40, 1993). Tables of the
/// statistic don't hold for a law whose parameters come from the same sample, nor for whole ticks.
/// </summary>
internal static class TailGoodness
{
    private const int Draws = 199;

    /// <summary>Chance of a worse fit if the law were true, between 1 / 200 and 1; the same in each call.</summary>
    /// <param name="sample">All values, in ticks.</param>
    /// <param name="fit">Of this sample.</param>
    public static double P(SortedCounts sample, TailFit fit)
    {
        var seen = Distance(TailFit.Excesses(sample, fit.ThresholdTicks), fit.Shape, fit.ScaleTicks);
        var random = new SplitMix64(0x7A11);
        var drawn = new double[fit.Exceedances];
        var worse = 0;
        for (var draw = 0; draw < Draws; draw++)
        {
            for (var i = 0; i < drawn.Length; i++)
            {
                // A stamp is the first tick that sees the edge, so that an excess is rounded up.
                drawn[i] = Math.Max(1, Math.Ceiling(Excess(1 - random.NextDouble(), fit.Shape, fit.ScaleTicks)));
            }

            Array.Sort(drawn);
            worse += TailFit.Law(drawn) is { } law && Distance(drawn, law.Shape, law.Scale) < seen ? 0 : 1;
        }

        return (worse + 1.0) / (Draws + 1);
    }

    private static double Excess(double above, double shape, double scale) =>
        Math.Abs(shape) < 1e-9 ? -scale * Math.Log(above) : scale / shape * (Math.Pow(above, -shape) - 1);

    private static double Distance(double[] excesses, double shape, double scale)
    {
        var k = excesses.Length;
        var sum = 0.0;
        for (var i = 0; i < k; i++)
        {
            sum += ((2 * i) + 1) * (Math.Log(1 - Math.Exp(LogAbove(excesses[i], shape, scale))) + LogAbove(excesses[k - 1 - i], shape, scale));
        }

        return -k - (sum / k);
    }

    private static double LogAbove(double excess, double shape, double scale) =>
        Math.Abs(shape) < 1e-9 ? -excess / scale : -Math.Log(1 + (shape * excess / scale)) / shape;
}
