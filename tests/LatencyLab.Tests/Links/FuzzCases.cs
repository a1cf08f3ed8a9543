using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Links;

/// <summary>How many cases a fuzz test runs: a few seconds' worth by default, fifty times as many in the long form.</summary>
internal static class FuzzCases
{
    public static int Of(int usual) => Tool.LongRuns ? usual * 50 : usual;
}
