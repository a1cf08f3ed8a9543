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
