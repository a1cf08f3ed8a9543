using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Links;

/// <summary>How many cases a fuzz test runs: a few seconds' worth by default, fifty times as many in the long form.</summary>
internal static class Fuzz
{
    public static int Cases(int usual) => Tool.LongRuns ? usual * 50 : usual;
}
