using System.Reflection;
using System.Runtime.InteropServices;
using LatencyLab.Runs.Documents;

namespace LatencyLab.Cli;

/// <summary>The version of this program, as --version and every document tell it.</summary>
internal static class ToolVersion
{
    public static string Text { get; } =
        typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    // Made when asked: it reads the name of this system from files, which would be two thirds of what --version costs beyond an empty program.
    public static ToolDocument Document => new() { Version = Text, Host = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}" };
}
