using LatencyLab.Units;

namespace LatencyLab.Formats;

/// <summary>Which sample rate counts: that of the file, or that of the user where the file has none.</summary>
internal static class SampleRates
{
    /// <exception cref="LatencyLabException">Neither has one, or they differ.</exception>
    public static long Choose(long? ofFile, ReadOptions options, string path)
    {
        if (options.SampleRateHz is { } given && (given < 1 || given > TimeBase.MaxTickHz || (ofFile is { } own && own != given)))
        {
            throw new LatencyLabException(
                FaultKind.Usage,
                ofFile is { } hz ? $"The file says {UnitText.Frequency(hz)}, --samplerate says {UnitText.Frequency(given)}." : "The rate isn't a whole number of hertz from 1 to 10^15.",
                $"{path}, --samplerate",
                ofFile is null ? "Write it like --samplerate 24MHz." : "Leave --samplerate away.");
        }

        return ofFile ?? options.SampleRateHz ?? throw new CaptureFormatException(
            "The file has no sample rate, so that its samples have no time.", path, null, "Say at which rate it was recorded: --samplerate 24MHz.");
    }
}
