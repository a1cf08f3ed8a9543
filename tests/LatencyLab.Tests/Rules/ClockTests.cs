using System.Text.RegularExpressions;

namespace LatencyLab.Tests.Rules;

/// <summary>A host whose clock is set in mid-run measures the same: the wall clock names folders and nothing else.</summary>
public sealed partial class ClockTests
{
    // It dates the run that it makes; commands hand the date of theirs to the library.
    private const string Import = "src/LatencyLab/Runs/CaptureImport.cs";

    [Fact]
    public void Nothing_on_the_way_of_the_data_asks_for_the_date()
    {
        var askers = SourceTree.Files(["src/LatencyLab"], ".cs").Where(f => f.Lines.Any(line => WallClock().IsMatch(line))).Select(f => f.Path);
        Assert.Equal([Import], askers);
    }

    [Fact]
    public void Spans_of_time_are_never_differences_of_dates() => Assert.DoesNotContain(
        SourceTree.Files(["src"], ".cs").SelectMany(f => f.Lines), line => line.Contains("GetUtcNow()", StringComparison.Ordinal) && line.Contains(" - ", StringComparison.Ordinal));

    [GeneratedRegex(@"GetUtcNow\(|GetLocalNow\(|DateTime\.Now|DateTime\.UtcNow|DateTimeOffset\.Now|DateTimeOffset\.UtcNow|Environment\.TickCount\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex WallClock();
}
