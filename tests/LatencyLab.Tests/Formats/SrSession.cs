using System.IO.Compression;
using System.Text;

namespace LatencyLab.Tests.Formats;

/// <summary>Makes sigrok sessions member by member with the runtime's own ZIP writer, right ones and wrong ones.</summary>
internal sealed class SrSession
{
    private readonly List<(string Name, byte[] Bytes)> _members = [];

    public string Version { get; init; } = "2";

    public int UnitSize { get; init; } = 1;

    public string Rate { get; init; } = "1 MHz";

    public IReadOnlyList<string> Probes { get; init; } = ["D0", "D1"];

    public CompressionLevel Level { get; init; } = CompressionLevel.Optimal;

    /// <summary>The whole metadata text; null for the usual one.</summary>
    public string? Metadata { get; init; }

    public SrSession Add(string name, byte[] bytes)
    {
        _members.Add((name, bytes));
        return this;
    }

    /// <summary>The samples as numbered chunks of the given numbers of samples.</summary>
    public SrSession AddChunks(byte[] samples, params IEnumerable<int> sampleCounts)
    {
        var (number, at) = (1, 0);
        foreach (var count in sampleCounts)
        {
            Add($"logic-1-{number++}", samples[at..(at + (count * UnitSize))]);
            at += count * UnitSize;
        }

        return this;
    }

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Write(archive, "version", Encoding.ASCII.GetBytes(Version));
            Write(archive, "metadata", Encoding.UTF8.GetBytes(Metadata ?? UsualMetadata()));
            foreach (var (name, content) in _members)
            {
                Write(archive, name, content);
            }
        }

        return bytes.ToArray();
    }

    private string UsualMetadata()
    {
        var probes = string.Concat(Probes.Select((name, i) => $"probe{i + 1}={name}\n"));
        return $"[global]\nsigrok version=0.5.2\n\n[device 1]\ncapturefile=logic-1\ntotal probes={Probes.Count}\nsamplerate={Rate}\ntotal analog=0\n{probes}unitsize={UnitSize}\n";
    }

    private void Write(ZipArchive archive, string name, byte[] content)
    {
        using var stream = archive.CreateEntry(name, Level).Open();
        stream.Write(content);
    }
}
