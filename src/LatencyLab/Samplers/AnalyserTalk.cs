using System.Text;

namespace LatencyLab.Samplers;

/// <summary>Words about what a strange device says.</summary>
internal static class AnalyserTalk
{
    private const int ShownBytes = 24;

    /// <summary>A few bytes as text where they are text, otherwise as hex.</summary>
    public static string Show(ReadOnlySpan<byte> bytes)
    {
        var shown = bytes[..Math.Min(bytes.Length, ShownBytes)];
        var isText = shown.Length > 0 && !shown.ContainsAnyExceptInRange((byte)' ', (byte)'~');
        return (isText ? $"'{Encoding.ASCII.GetString(shown)}'" : Convert.ToHexStringLower(shown)) + (bytes.Length > ShownBytes ? "…" : "");
    }

    /// <summary>The device behind a port isn't the one that the user named.</summary>
    public static DeviceException Another(string kind, string name, ReadOnlySpan<byte> said) => new(
        said.IsEmpty ? $"The device doesn't answer as a {kind} analyser: it is silent." : $"The device isn't a {kind} analyser: it answered {Show(said)}.", name,
        said.IndexOf("MicroPython"u8) >= 0 ? "It runs MicroPython: name the port alone to use it as a Pico sampler." : "Check that this is the analyser's port, that its firmware is this kind, and that no other program uses it.");
}
