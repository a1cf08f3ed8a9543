namespace LatencyLab.Tests.Fuzz;

/// <summary>Every parser of bytes that come from outside.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } = [.. WireTargets.All, .. CaptureTargets.All, .. DocumentTargets.All];

    public static FuzzTarget Get(string name) => All.FirstOrDefault(t => t.Name == name) ?? throw new ArgumentException($"There is no parser '{name}': {string.Join(' ', All)}.");
}
