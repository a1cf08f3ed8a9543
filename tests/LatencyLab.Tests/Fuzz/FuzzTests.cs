using LatencyLab.Captures;
using LatencyLab.Formats;
using LatencyLab.Signals;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Fuzz;

/// <summary>
/// The short form of the fuzzer for every parser of outside bytes; LATENCYLAB_LONG=1 tries a million mutants each. The coverage-guided form is a
/// program of its own: <c>dotnet run -c Release --project tests/LatencyLab.Fuzz</c>.
/// </summary>
public sealed class FuzzTests
{
    private const int ShortCount = 1_500;
    private const int LongCount = 1_000_000;

    // Formats of which no writer says where they end: what is cut off behind a whole line (VCD: a whole word) can't be missed.
    private static readonly string[] OpenEnded = ["vcd", "saleae-csv", "sample-csv"];

    public static TheoryData<string> Names { get; } = [.. FuzzTargets.All.Select(t => t.Name)];

    public static TheoryData<string> CaptureNames { get; } = [.. CaptureTargets.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Mutants_end_in_a_value_or_in_a_typed_error_within_bounds(string name)
    {
        var report = new FuzzLoop(FuzzTargets.Get(name)).Run(Tool.LongRuns ? LongCount : ShortCount, cancellationToken: TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine(report.ToString());
        Assert.All(report.Faults, f => Assert.Fail($"mutant {f.Number} ({Convert.ToBase64String(f.Input)}): {f.What}"));
        Assert.True(report.Read > 0, "Where no mutant is read, none got past the first check.");
        Assert.True(report.Refused > 0 || name == "telnet", "Any bytes are some telnet stream; everything else has something to refuse.");
    }

    [Fact]
    public void The_same_seed_tries_the_same_mutants()
    {
        var reports = Enumerable.Range(0, 2).Select(_ => new FuzzLoop(FuzzTargets.Get("gate"), seed: 3).Run(500)).ToList();
        Assert.Equal((reports[0].Read, reports[0].Refused), (reports[1].Read, reports[1].Refused));
    }

    [Theory]
    [MemberData(nameof(CaptureNames))]
    public void A_file_that_is_cut_at_any_byte_is_refused_or_says_that_it_is_cut(string name)
    {
        foreach (var seed in CaptureTargets.All.Single(t => t.Name == name).Seeds())
        {
            for (var length = 0; length < seed.Length; length++)
            {
                var path = InputFolder.Write(seed[..length], "cut");
                try
                {
                    var options = name == "sample-csv" && !seed.AsSpan().StartsWith(";"u8) ? new ReadOptions { SampleRateHz = 1_000_000 } : ReadOptions.Default;
                    CaptureFile.Open(path, options).Read(new CaptureCollector(), TestContext.Current.CancellationToken);
                }
                catch (LatencyLabException e)
                {
                    Assert.Equal(FaultKind.Storage, e.Kind);
                    Assert.StartsWith(path, e.Where, StringComparison.Ordinal);
                    continue;
                }

                Assert.True(
                    name == "llc" ? !ChunkLogReader.Verify(path, TestContext.Current.CancellationToken).HasEnd : OpenEnded.Contains(name) && seed[length - 1] is (byte)'\n' or (byte)' ',
                    $"the first {length} of {seed.Length} bytes pass for a whole file");
            }
        }
    }
}
