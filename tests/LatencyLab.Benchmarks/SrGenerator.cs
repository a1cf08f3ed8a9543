using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace LatencyLab.Benchmarks;

/// <summary>
/// Writes sigrok sessions of 100 million samples with stimulus pulses and jittered answers, seeded: the same call gives the same file. Its own code, so that
/// reader and writer of the library are judged by something else.
/// </summary>
internal static class SrGenerator
{
    private const int Samples = 100_000_000;
    private const int ChunkBytes = 4 * 1024 * 1024;

    /// <summary>Name, rate, period of the stimulus and of how many samples the latency is made: a floor and a random part.</summary>
    private static readonly (string Name, int RateHz, int Period, int LatencyFloor, int LatencySpread)[] Sessions =
    [
        ("sparse.sr", 10_000_000, 10_000, 300, 400),
        ("dense.sr", 100_000_000, 1_000, 100, 200),
        ("vdense.sr", 10_000_000, 100, 10, 20),
    ];

    public static int Run(string[] args)
    {
        var folder = args.Length > 0 ? args[0] : "artifacts/benchmarks";
        Directory.CreateDirectory(folder);
        foreach (var (name, rateHz, period, floor, spread) in Sessions)
        {
            var path = Path.Combine(folder, name);
            Write(path, rateHz, Fill(Samples, period, floor, spread, seed: 1));
            Console.WriteLine($"{path}: {new FileInfo(path).Length} bytes, {Samples / period} pairs");
        }

        return 0;
    }

    /// <summary>Bit 0 is the stimulus, high for a fifth of the period; bit 1 the answer, as long.</summary>
    private static byte[] Fill(int samples, int period, int latencyFloor, int latencySpread, int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[samples];
        var high = period / 5;
        for (var at = period / 4; at + period <= samples; at += period)
        {
            var stimulus = at + random.Next(period / 10);
            var response = stimulus + latencyFloor + random.Next(latencySpread);
            for (var i = 0; i < high; i++)
            {
                bytes[stimulus + i] |= 1;
                bytes[response + i] |= 2;
            }
        }

        return bytes;
    }

    private static void Write(string path, int rateHz, byte[] samples)
    {
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        WriteMember(archive, "version", "2"u8);
        var metadata = string.Create(
            CultureInfo.InvariantCulture,
            $"[global]\nsigrok version=0.5.2\n\n[device 1]\ncapturefile=logic-1\ntotal probes=2\nsamplerate={rateHz}\ntotal analog=0\nprobe1=stim\nprobe2=resp\nunitsize=1\n");
        WriteMember(archive, "metadata", Encoding.ASCII.GetBytes(metadata));
        for (var (number, at) = (1, 0); at < samples.Length; number++, at += ChunkBytes)
        {
            WriteMember(archive, $"logic-1-{number}", samples.AsSpan(at, Math.Min(ChunkBytes, samples.Length - at)));
        }
    }

    private static void WriteMember(ZipArchive archive, string name, ReadOnlySpan<byte> bytes)
    {
        var entry = archive.CreateEntry(name, CompressionLevel.Optimal);
        entry.LastWriteTime = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var stream = entry.Open();
        stream.Write(bytes);
    }
}
