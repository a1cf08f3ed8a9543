using System.Reflection;
using System.Runtime.InteropServices;
using LatencyLab.Runs.Documents;

namespace LatencyLab.Cli;

/// <summary>The version of this program, as --version and every document tell it.</summary>
internal static class ToolVersion
{
    public static string Text { get; } =
        typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static ToolDocument Document { get; } = new() { Version = Text, Host = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}" };
}
