using System.Buffers.Binary;
using System.Text;

namespace LatencyLab.Samplers.Sump;

/// <summary>What a SUMP analyser says of itself (OLS extension of the protocol, command 04); null where it doesn't say.</summary>
/// <param name="Name">Name of the device.</param>
/// <param name="Version">Version of its firmware or gateware.</param>
/// <param name="Channels">How many channels it has.</param>
/// <param name="MemoryBytes">Sample memory.</param>
/// <param name="MaxRateHz">Fastest sample rate.</param>
public sealed record SumpMetadata(string? Name, string? Version, int? Channels, long? MemoryBytes, long? MaxRateHz)
{
    /// <summary>Longest answer that is read.</summary>
    internal const int MaxBytes = 1024;

    private const int MaxTextBytes = 64;

    /// <summary>A device that doesn't know the command.</summary>
    public static SumpMetadata Unknown { get; } = new(null, null, null, null, null);

    /// <summary>Reads tokens up to the closing zero; false when the bytes end before it, so that more must come.</summary>
    /// <param name="bytes">What has come so far.</param>
    /// <param name="metadata">What was understood; tokens that aren't known are skipped.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out SumpMetadata metadata)
    {
        metadata = Unknown;
        var at = 0;
        while (at < bytes.Length)
        {
            var token = bytes[at++];
            if (token == 0)
            {
                return true;
            }

            // The three high bits tell the form: text up to a zero, 32 bits big endian, 8 bits; others carry nothing.
            switch (token >> 5)
            {
                case 0:
                    var length = bytes[at..].IndexOf((byte)0);
                    if (length < 0)
                    {
                        return false;
                    }

                    metadata = metadata.With(token, Encoding.Latin1.GetString(bytes.Slice(at, Math.Min(length, MaxTextBytes))));
                    at += length + 1;
                    break;
                case 1:
                    if (bytes.Length - at < sizeof(uint))
                    {
                        return false;
                    }

                    metadata = metadata.With(token, BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]));
                    at += sizeof(uint);
                    break;
                case 2:
                    if (at == bytes.Length)
                    {
                        return false;
                    }

                    metadata = metadata.With(token, bytes[at++]);
                    break;
                default:
                    break;
            }
        }

        return false;
    }

    private SumpMetadata With(byte token, string text) => token switch { 0x01 => this with { Name = text }, 0x02 => this with { Version = text }, _ => this };

    private SumpMetadata With(byte token, long number) => token switch
    {
        0x20 or 0x40 => this with { Channels = (int)Math.Min(number, int.MaxValue) },
        0x21 => this with { MemoryBytes = number },
        0x23 => this with { MaxRateHz = number },
        _ => this,
    };
}
