using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Firmware;

/// <summary>The parts of the scripts as a board gets them, comments and all: both boards have one core, which is told its role.</summary>
internal static class FirmwareText
{
    public static string Of(string part) => part.EndsWith("/core", StringComparison.Ordinal)
        ? $"# latencylab {part} 1\nLL_PART = \"{part.Split('/')[0]}\"\n{File.ReadAllText(Repository.Path("firmware", "core.py"))}"
        : File.ReadAllText(Repository.Path("firmware", part + ".py"));
}
