using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using LatencyLab.Samplers;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Rules;

/// <summary>What host, scripts and the protocol page each write down must be the same.</summary>
public sealed partial class WireConstantTests
{
    private static readonly string Sampler = string.Concat(Directory.GetFiles(Repository.Path("firmware", "sampler"), "*.py").Order(StringComparer.Ordinal).Select(File.ReadAllText));
    private static readonly string Protocol = File.ReadAllText(Repository.Path("docs", "protocol.md"));

    [Fact]
    public void Frames_begin_with_the_same_header()
    {
        var header = HeaderPacking().Match(Sampler);
        Assert.Equal("4sBBHII", header.Groups["layout"].Value);
        Assert.Equal(FrameFormat.Magic.ToArray(), Encoding.ASCII.GetBytes(header.Groups["magic"].Value));
        Assert.Equal(FrameFormat.HeaderBytes, 4 + 1 + 1 + 2 + 4 + 4);
        Assert.Contains($"\"{Encoding.ASCII.GetString(FrameFormat.Magic)}\"", Protocol, StringComparison.Ordinal);
        Assert.Contains($"at most {FrameFormat.MaxPayloadBytes}", Protocol, StringComparison.Ordinal);
    }

    [Fact]
    public void Scripts_host_and_page_number_the_frames_alike()
    {
        var sent = SentKind().Matches(Sampler).Select(match => int.Parse(match.Groups["kind"].ValueSpan, CultureInfo.InvariantCulture)).Distinct().Order();
        Assert.Equal(Enum.GetValues<FrameType>().Select(type => (int)type), sent);
        Assert.All(Enum.GetValues<FrameType>(), type => Assert.Contains($"| {(int)type} | {type.ToString().ToUpperInvariant()} |", Protocol, StringComparison.Ordinal));
    }

    [Fact]
    public void Script_and_host_make_the_same_stimulus_table()
    {
        Assert.Contains($"low_cycles - {StimulusTable.LowOverheadCycles}, high_cycles - {StimulusTable.HighOverheadCycles}", Sampler, StringComparison.Ordinal);
        Assert.Contains($"or 0x{StimulusTable.SeedInsteadOfZero:X8}", Sampler, StringComparison.Ordinal);
        Assert.Contains($"min(self.pulses, {StimulusTable.MaxPairs})", Sampler, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_part_of_the_scripts_has_a_header_line_that_the_page_lists()
    {
        var parts = SourceTree.Files(["firmware"], ".py").ToArray();
        Assert.NotEmpty(parts);
        Assert.All(parts, part =>
        {
            Assert.Equal($"# latencylab {part.Path["firmware/".Length..^".py".Length]} 1", part.Lines[0]);
            Assert.Contains(part.Lines[0], Protocol, StringComparison.Ordinal);
        });
    }

    [GeneratedRegex("""pack_into\("<(?<layout>[^"]+)", self\.buffer, 0, b"(?<magic>\w+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HeaderPacking();

    [GeneratedRegex(@"\.send(_json)?\(\s*(?<kind>\d+),", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SentKind();
}
