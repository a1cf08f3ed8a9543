namespace LatencyLab.Runs;

/// <summary>What a plan says when it can't be measured.</summary>
internal static class PlanCheck
{
    /// <summary>Refuses a value, unless it is all right.</summary>
    /// <exception cref="LatencyLabException">It isn't (kind usage), with the option that set it.</exception>
    public static void Require(bool condition, string what, string option, string remedy)
    {
        if (!condition)
        {
            throw new LatencyLabException(FaultKind.Usage, what, option, remedy);
        }
    }
}
