using System.Globalization;

namespace LatencyLab.Simulation;

/// <summary>A version of MicroPython as its banner and <c>sys.implementation</c> write it.</summary>
/// <param name="Text">"v1.28.0", "v1.29.0-preview.44.gabcdef012".</param>
/// <param name="Major">First number.</param>
/// <param name="Minor">Second number.</param>
/// <param name="Patch">Third number.</param>
/// <param name="Stage">"" for a release, else "preview".</param>
internal sealed record FirmwareVersion(string Text, int Major, int Minor, int Patch, string Stage)
{
    public bool IsAtLeast(int major, int minor) => (Major, Minor).CompareTo((major, minor)) >= 0;

    /// <inheritdoc cref="TryParse"/>
    /// <exception cref="LatencyLabException">The text isn't a version (kind usage).</exception>
    public static FirmwareVersion Parse(string text) =>
        TryParse(text) ?? throw new LatencyLabException(FaultKind.Usage, $"'{text}' is not a version of MicroPython", null, "Write v1.26 or v1.29.0-preview.");

    /// <summary>Reads "v1.26", "1.26.1" or "v1.29.0-preview.44.gabcdef012"; null where it's none.</summary>
    public static FirmwareVersion? TryParse(string text)
    {
        var body = text.StartsWith('v') ? text[1..] : text;
        var dash = body.IndexOf('-', StringComparison.Ordinal);
        var suffix = dash < 0 ? "" : body[dash..];
        var numbers = (dash < 0 ? body : body[..dash]).Split('.');
        var parsed = new int[3];
        if (numbers.Length is < 2 or > 3 || suffix.Length > 60 || suffix.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-')))
        {
            return null;
        }

        for (var i = 0; i < numbers.Length; i++)
        {
            if (!int.TryParse(numbers[i], NumberStyles.None, CultureInfo.InvariantCulture, out parsed[i]))
            {
                return null;
            }
        }

        var stage = suffix.Length == 0 ? "" : suffix[1..].Split('.', '-')[0];
        return new FirmwareVersion(
            string.Create(CultureInfo.InvariantCulture, $"v{parsed[0]}.{parsed[1]}.{parsed[2]}{suffix}"), parsed[0], parsed[1], parsed[2], stage);
    }
}
