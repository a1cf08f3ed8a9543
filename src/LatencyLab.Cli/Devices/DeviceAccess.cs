using LatencyLab.Cli.Screen;
using LatencyLab.Links;
using LatencyLab.MicroPython;
using LatencyLab.Simulation;
using LatencyLab.Units;

namespace LatencyLab.Cli.Devices;

/// <summary>How commands reach boards: the options that all of them share, and the simulator, which only the command line knows.</summary>
internal static class DeviceAccess
{
    /// <summary>Boards of this computer, of the network and of the simulator.</summary>
    /// <param name="timeout">The option --timeout, or null.</param>
    /// <param name="wait">The option --wait, or null.</param>
    /// <param name="talk">Takes what the user should know meanwhile.</param>
    /// <exception cref="LatencyLabException">The time limit is none (kind usage).</exception>
    public static BoardAccess Create(string? timeout, Duration? wait, TextWriter talk) => new()
    {
        Limits = timeout is null ? StepLimits.Default : StepLimits.Parse(timeout),
        Wait = wait?.ToTimeSpan() ?? TimeSpan.Zero,
        OpenSimulated = (board, _, _) => Task.FromResult(OpenSimulated(board)),
        Say = words => talk.WriteLine(TerminalText.Clean(words)),
    };

    private static ILink OpenSimulated(string board)
    {
        var selector = "sim:" + board;
        if (board == "pico" || board.StartsWith("pico?", StringComparison.Ordinal))
        {
            return SimulatedRig.Create(SimulatedBoardOptions.Parse("sim:esp32"), SimulatedBoardOptions.Parse(selector, "rp2040"), keepTruth: false).Sampler.Open(selector);
        }

        return SimulatedRig.Create(selector, keepTruth: false).Target.Open(selector);
    }
}
