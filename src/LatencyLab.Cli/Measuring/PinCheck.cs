using LatencyLab.Boards;
using LatencyLab.Runs;

namespace LatencyLab.Cli.Measuring;

/// <summary>Holds the pins of a plan to what the chip can do: refuses what can't be, and warns once of what costs something.</summary>
internal sealed class PinCheck(Output output, bool force)
{
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);

    /// <summary>The plan, unless a pin can't do it.</summary>
    /// <exception cref="LatencyLabException">A pin can't do it (kind usage).</exception>
    public RunPlan Passed(Chip chip, RunPlan plan)
    {
        foreach (var (gpio, use, other) in new[] { (plan.Pin, PinUse.IrqInput, plan.ResponsePin), (plan.ResponsePin, PinUse.ResponseOutput, plan.Pin) })
        {
            var answer = PinRules.Ask(chip, gpio, use, force: force, taken: other).OrThrow();
            if (answer.Permission == PinPermission.Warned && _warned.Add(answer.Why))
            {
                output.Talk.WriteLine($"warning: {answer.Why}");
            }
        }

        return plan;
    }
}
