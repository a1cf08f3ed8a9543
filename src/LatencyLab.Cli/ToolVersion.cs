using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using LatencyLab.Runs.Documents;

namespace LatencyLab.Cli;

/// <summary>The version of this program, as --version and every document tell it.</summary>
internal static class ToolVersion
{
    public static string Text { get; } =
        typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    // Made when asked: it reads the name of this system from files, which would be two thirds of what --version costs beyond an empty program.
    public static ToolDocument Document => new() { Version = Text, Host = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}" };

    /// <summary>What <c>--version --json</c> prints.</summary>
    public static void Write(Utf8JsonWriter json)
    {
        var document = Document;
        json.WriteStartObject();
        json.WriteString("schema", "latencylab.version/1");
        json.WriteString("version", document.Version);
        json.WriteString("host", document.Host);
        json.WriteEndObject();
    }
}
