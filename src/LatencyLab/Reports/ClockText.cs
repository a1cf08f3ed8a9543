using System.Globalization;
using LatencyLab.Runs.Documents;

namespace LatencyLab.Reports;

/// <summary>What is known of a sampler's clock, in words.</summary>
public static class ClockText
{
    /// <summary>"sampler clock   +3.2 ± 0.4 ppm (k = 2), measured 12 days before; no time is changed by it", or that nobody has measured it.</summary>
    public static string Line(SamplerDocument sampler, DateTimeOffset runUtc) => $"sampler clock   {Words(sampler, runUtc)}";

    /// <summary>The same without the heading.</summary>
    public static string Words(SamplerDocument sampler, DateTimeOffset runUtc)
    {
        if (sampler.ClockPpm is not { } ppm)
        {
            // Nobody holds the clock of another recorder, or of a board that times itself, against the host's.
            var hint = sampler.Kind == SamplerDocument.PicoKind ? " (doctor --clock measures it)" : "";
            return sampler.ClockPpmLimit is { } limit ? $"not measured, limit ± {Number(limit)} ppm{hint}" : "not measured";
        }

        if (sampler.ClockCalibration is not { } calibration)
        {
            return $"measured {Signed(ppm)} ppm";
        }

        var unsure = calibration.HostSynchronised is true ? "" : " by a clock that nothing holds to UTC";
        return $"{Signed(ppm)} ± {Number(2 * calibration.UncertaintyPpm)} ppm (k = 2){unsure}, measured {Age(runUtc - calibration.MeasuredUtc)}; no time is changed by it";
    }

    private static string Age(TimeSpan age) => age.TotalDays switch
    {
        < 0 => "after the run, as its date says",
        < 1 => "on the day of the run",
        < 2 => "a day before",
        var days => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(days):0} days before"),
    };

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Signed(double value) => value.ToString("+0.##;-0.##;0", CultureInfo.InvariantCulture);
}
