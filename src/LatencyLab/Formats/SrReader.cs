using System.Globalization;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Formats;

/// <summary>
/// Reads sigrok session files, versions 1 and 2 (sigrok wiki, "File format:Sigrok/v2"; libsigrok src/session_file.c). One tick is one
/// sample. Where sigrok goes on in silence (a missing chunk, a chunk that isn't whole samples, no unit size), this reader refuses.
/// </summary>
internal static class SrReader
{
    private const int MaxMetadataLength = 1024 * 1024;

    public static CaptureFormat Format { get; } = new("sigrok session", head => head.StartsWith("PK\u0003\u0004"u8), Read);

    public static void Read(InputFile file, ReadOptions options, IEdgeSink sink, CancellationToken cancellationToken)
    {
        var zip = ZipDirectory.Read(file);
        RequireVersion(file, zip);
        var metadata = SrMetadata.Parse(ZipMemberReader.ReadAll(file, Member(file, zip, "metadata"), MaxMetadataLength), file.Path);
        var chunks = Chunks(file, zip, metadata);
        var timeBase = new TimeBase(SampleRates.Choose(metadata.SampleRateHz, options, file.Path));
        var names = metadata.Probes.Select(p => p.Name).ToArray();
        var selection = ChannelSelection.Resolve(names, options, file.Path);
        var bits = selection.Select(s => metadata.Probes[s.Source].Bit).ToArray();
        new SrSampleDecoder(file, chunks, metadata.UnitSize, bits).Read(timeBase, [.. selection.Select(c => c.Name)], sink, cancellationToken);
    }

    private static void RequireVersion(InputFile file, ZipDirectory zip)
    {
        var text = ZipMemberReader.ReadAll(file, Member(file, zip, "version"), 16);
        if (text.AsSpan().TrimEnd("\r\n \0"u8) is not ([(byte)'1'] or [(byte)'2']))
        {
            throw file.Fault("The session's version is neither 1 nor 2.", null, "Open it with a sigrok that knows it and save it again.");
        }
    }

    private static ZipMember Member(InputFile file, ZipDirectory zip, string name) =>
        zip.Members.GetValueOrDefault(name) ?? throw file.Fault(
            zip.Members.ContainsKey("meta.json") && !zip.Members.ContainsKey("version")
                ? "This is a Saleae capture in an undocumented format."
                : $"The archive has no member '{name}': this is no sigrok session.",
            null,
            zip.Members.ContainsKey("meta.json") ? "Export raw data (CSV or binary) from Logic 2." : null);

    /// <summary>The members with samples, in order: one "logic-1", or "logic-1-1", "logic-1-2" and so on without a gap.</summary>
    private static List<ZipMember> Chunks(InputFile file, ZipDirectory zip, SrMetadata metadata)
    {
        var prefix = metadata.CaptureFile + "-";
        var members = new Dictionary<long, ZipMember>();
        foreach (var (name, member) in zip.Members)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) &&
                long.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                if (!members.TryAdd(number, member))
                {
                    throw file.Fault($"Two members are chunk {number} of '{metadata.CaptureFile}'.", member.HeaderOffset);
                }
            }
        }

        var chunks = new List<ZipMember>(members.Count + 1);
        if (zip.Members.GetValueOrDefault(metadata.CaptureFile) is { } single)
        {
            if (members.Count > 0)
            {
                throw file.Fault($"The session has '{single.Name}' and '{members[members.Keys.Min()].Name}'; nobody can know which is meant.", single.HeaderOffset);
            }

            chunks.Add(single);
        }

        for (var number = 1L; number <= members.Count; number++)
        {
            if (!members.TryGetValue(number, out var member))
            {
                // Whatever isn't among those that were found stands beyond the hole.
                var next = members[members.Keys.Where(k => k < 1 || k > number).Min()];
                throw file.Fault($"The member '{prefix}{number}' is missing although '{next.Name}' is there.", next.HeaderOffset);
            }

            chunks.Add(member);
        }

        var length = 0L;
        foreach (var chunk in chunks)
        {
            if (chunk.Length % metadata.UnitSize != 0)
            {
                throw file.Fault($"The member '{chunk.Name}' has {chunk.Length} bytes, which isn't a whole number of samples of {metadata.UnitSize}.", chunk.HeaderOffset);
            }

            length += chunk.Length;
        }

        return length > 0 ? chunks : throw file.Fault(chunks.Count == 0 ? $"The session has no member '{metadata.CaptureFile}' or '{prefix}1'." : "The session holds no samples.");
    }
}
