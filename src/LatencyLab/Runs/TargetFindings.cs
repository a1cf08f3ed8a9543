using LatencyLab.Targets;

namespace LatencyLab.Runs;

/// <summary>What the target's last word says about a measurement.</summary>
internal static class TargetFindings
{
    /// <summary>Adds why the measurement is invalid, and what its reader must know besides.</summary>
    public static void Add(TargetDone done, List<string> reasons, List<string> warnings)
    {
        if (done.Errors > 0)
        {
            warnings.Add($"The target counted {done.Errors} errors in its script.");
        }

        if (done.LoadFault is { } load)
        {
            reasons.Add($"The load ended before the run did ({load}), so that part of it was measured without.");
        }

        if (done.Left is { } left)
        {
            warnings.Add($"The target could not put everything back as it was ({left}); a hard reset does.");
        }

        if (done.Raised > 0)
        {
            // A handler that raises now and then still answers the rest, which stands by itself.
            (done.Raised * 2 > done.Callbacks ? reasons : warnings).Add($"Your handler raised {done.Raised} times in {done.Callbacks} calls, first {done.HandlerFault}.");
        }

        if (done.Reason == "dead man")
        {
            reasons.Add("The target stopped by itself before the end: it had not heard from the host for too long.");
        }
    }
}
