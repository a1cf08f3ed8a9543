using LatencyLab.Captures;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Runs.Library;

/// <summary>Roots with very many runs, and roots that somebody else filled.</summary>
public sealed class RunLibraryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("latest", "20260101-000099-aaaa")]
    [InlineData("20260101-000042", "20260101-000042-aaaa")]
    [InlineData("baseline:old", "20260101-000007-aaaa")]
    public void One_run_among_very_many_is_found_without_reading_the_others(string operand, string id)
    {
        // Every other document is one that can't be read: whoever looks into all of them takes this many times the memory.
        for (var i = 0; i < 100; i++)
        {
            var name = $"20260101-{i:000000}-aaaa";
            Directory.CreateDirectory(_folder.File(name));
            File.WriteAllBytes(Path.Combine(_folder.File(name), "run.json"), name == id ? RunJson.ToUtf8(RunSamples.Irq with { RunId = id }) : new byte[1 << 20]);
        }

        File.WriteAllText(_folder.File("baselines.json"), """{"schema":"latencylab.baselines/1","baselines":{"old":["20260101-000007-aaaa"]}}""");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(id, Assert.Single(new RunLibrary(_folder.Path).Resolve(operand)).Document.RunId);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 << 20);
    }

    [Fact]
    public void A_baseline_never_leads_outside_of_its_root()
    {
        var (inside, outside) = (_folder.File("captures"), _folder.File("secret"));
        Directory.CreateDirectory(inside);
        Directory.CreateDirectory(outside);
        File.WriteAllBytes(Path.Combine(outside, "run.json"), RunJson.ToUtf8(RunSamples.Irq));
        File.WriteAllText(Path.Combine(inside, "baselines.json"), """{"schema":"latencylab.baselines/1","baselines":{"old":["../secret"]}}""");
        Assert.Equal(FaultKind.Storage, Assert.Throws<LatencyLabException>(() => new RunLibrary(inside).Resolve("baseline:old")).Kind);
    }

    [Theory]
    [InlineData("run.json.partial")]
    [InlineData("edges.parquet.partial")]
    public void What_a_link_in_a_foreign_folder_points_to_is_never_written(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights of their own on Windows.");
        var victim = _folder.File("victim");
        File.WriteAllText(victim, "mine");
        var run = _folder.File("20260102-030405-k3f9");
        Directory.CreateDirectory(run);
        File.CreateSymbolicLink(Path.Combine(run, name), victim);
        using (var log = ChunkLogWriter.Create(Path.Combine(run, "edges.llc"), new CaptureOrigin("x")))
        {
            Captures.Recording.Make(3, steps: 10, maxBlock: 10).CopyTo(log);
        }

        RunRecovery.Recover(RunFolder.Open(run), DateTimeOffset.UnixEpoch, "0", TestContext.Current.CancellationToken);
        Assert.Equal("mine", File.ReadAllText(victim));
        Assert.Null(new FileInfo(victim).LinkTarget);
        Assert.True(File.Exists(Path.Combine(run, "edges.parquet")));
    }
}
