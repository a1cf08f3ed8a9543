using LatencyLab.Runs.Documents;


namespace LatencyLab.Cli;

/// <summary>What the process returns; scripts rely on these numbers, so they never change.</summary>
public enum ExitCode
{
    Done = 0,
    InternalFault = 1,
    Usage = 2,
    Device = 3,
    MeasurementInvalid = 4,
    GateFailed = 5,
    Storage = 6,
    GateInconclusive = 7,
    Interrupted = 130,
}

/// <summary>The exit code that a run's status stands for.</summary>
internal static class ExitCodes
{
    public static ExitCode Of(RunStatus status) => status switch
    {
        RunStatus.Invalid => ExitCode.MeasurementInvalid,
        RunStatus.Partial => ExitCode.Interrupted,
        _ => ExitCode.Done,
    };
}
