using System.Globalization;
using LatencyLab.Units;

namespace LatencyLab.Links;

/// <summary>
/// How long a board may take for one step. Every limit in the code is for a board at its usual speed and goes through <see cref="Of"/>,
/// so that one option stretches them all alike for slow, emulated or distant boards. No result depends on these times.
/// </summary>
/// <param name="Factor">What every limit is multiplied by; 1 for a board at its usual speed.</param>
/// <param name="Clock">The clock of the limits; tests bring their own.</param>
public sealed record StepLimits(double Factor, TimeProvider Clock)
{
    /// <summary>What a duration given as <c>--timeout</c> is related to: the limit of an ordinary step such as entering the raw REPL.</summary>
    public static readonly TimeSpan OrdinaryStep = TimeSpan.FromSeconds(10);

    /// <summary>The limits as they are, by the clock of the system.</summary>
    public static StepLimits Default { get; } = new(1, TimeProvider.System);

    /// <summary>The limit of a step that takes at most <paramref name="usual"/> on a board at its usual speed.</summary>
    public TimeSpan Of(TimeSpan usual) => usual * Factor;

    /// <summary>
    /// Reads the option <c>--timeout</c>: "10x" or "10" multiplies every limit by ten; "30s" gives an ordinary step 30 seconds instead of
    /// ten, and every other step three times its limit as well. The factor is 0.001 to 10,000.
    /// </summary>
    /// <exception cref="LatencyLabException">The text is neither (kind usage).</exception>
    public static StepLimits Parse(string text)
    {
        var number = text.Trim().TrimEnd('x');
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor))
        {
            if (!Duration.TryParse(text, out var step, out _))
            {
                throw new LatencyLabException(FaultKind.Usage, $"'{text}' is no time limit.", "--timeout", "Write a factor such as 10x, or the limit of one step such as 30s.");
            }

            factor = step.Seconds / OrdinaryStep.TotalSeconds;
        }

        return factor is >= 0.001 and <= 10_000
            ? Default with { Factor = factor }
            : throw new LatencyLabException(FaultKind.Usage, $"'{text}' stretches the time limits beyond reason.", "--timeout", "Use a factor from 0.001x to 10000x.");
    }
}
