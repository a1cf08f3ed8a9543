using LatencyLab.Captures;
using LatencyLab.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.TestSupport;
using LatencyLab.Tests.Captures;

namespace LatencyLab.Tests.Runs.Library;

public sealed class RunFolderTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly TempFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void The_name_of_the_folder_is_the_run_id_and_begins_with_the_time()
    {
        var folder = RunFolder.Create(_root.File("new"), Now.ToOffset(TimeSpan.FromHours(5)));
        Assert.Matches("^20260102-030405-[a-z0-9]{5}$", folder.RunId);
        Assert.Equal(Path.Combine(_root.File("new"), folder.RunId), folder.Path);
        Assert.NotEqual(folder.RunId, RunFolder.Create(_root.File("new"), Now).RunId);
    }

    [Fact]
    public void Names_sort_by_the_millisecond_of_the_begin()
    {
        var names = Enumerable.Range(0, 1_000).Select(ms => RunFolder.Create(_root.Path, Now.AddMilliseconds(ms)).RunId).ToArray();
        Assert.Equal(names, names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_recorded_run_becomes_a_table_and_is_sound()
    {
        var (folder, truth) = Record(withEnd: true);
        folder.ConvertLog(keepLog: false);
        Finish(folder, truth);
        Assert.False(File.Exists(folder.LogPath));
        Assert.Empty(RunVerification.Problems(folder));
        var collector = new LatencyLab.Signals.CaptureCollector();
        folder.OpenEdges().Read(collector, TestContext.Current.CancellationToken);
        CaptureAssert.Same(truth, collector.ToCapture());
    }

    [Fact]
    public void The_log_stays_on_request()
    {
        var (folder, truth) = Record(withEnd: true);
        folder.ConvertLog(keepLog: true);
        Finish(folder, truth);
        Assert.True(File.Exists(folder.LogPath));
        Assert.Empty(RunVerification.Problems(folder));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_killed_run_comes_back_as_partial(bool withRunJson)
    {
        var (folder, truth) = Record(withEnd: false);
        if (!withRunJson)
        {
            File.Delete(folder.RunJsonPath);
        }

        Assert.NotEmpty(RunVerification.Problems(folder));
        var recovered = RunRecovery.Recover(folder, Now, "0.1.0", TestContext.Current.CancellationToken);
        Assert.NotEmpty(recovered.Steps);
        Assert.Equal(RunStatus.Partial, folder.Read().Status);
        Assert.DoesNotContain(RunFolder.InProgress, folder.Read().Reasons);
        Assert.Equal(withRunJson ? "irq" : "capture", folder.Read().Plan.Test);
        Assert.Empty(RunVerification.Problems(folder));
        var collector = new LatencyLab.Signals.CaptureCollector();
        folder.OpenEdges().Read(collector, TestContext.Current.CancellationToken);
        CaptureAssert.NothingLostInSilence(truth, collector.ToCapture());
        Assert.Empty(RunRecovery.Recover(folder, Now, "0.1.0", TestContext.Current.CancellationToken).Steps);
    }

    [Fact]
    public void No_number_of_before_stays_in_a_run_whose_edges_were_read_anew()
    {
        var (folder, truth) = Record(withEnd: true);
        folder.ConvertLog(keepLog: true);
        Finish(folder, truth);
        var details = new LatencyDetails { Missed = new ShareNumbers(1, 1000, default, 1), Autocorrelation = 0, Budget = new BudgetNumbers(1, 1, 1, 1) };
        folder.Write(folder.Read() with { DetailsNs = details, Burst = new BurstDocument { TrainLength = 2, Trains = 1, ExcludedTrains = 0, LossyTrains = 0 } });
        File.Delete(folder.TablePath);
        var run = RunRecovery.Recover(folder, Now, "0.1.0", TestContext.Current.CancellationToken).Run;
        Assert.Equal((null, null, null, null, null, null), (run.Counts, run.LatencyNs, run.ByEdge, run.Burst, run.DetailsNs, run.UncertaintyNs));
    }

    [Theory]
    [InlineData("sideways", 1)]
    [InlineData("falling", 9)]
    public void A_run_that_names_edges_or_channels_that_are_not_there_is_not_analysed(string edge, int responseChannel)
    {
        var (folder, truth) = Record(withEnd: true);
        folder.ConvertLog(keepLog: false);
        Finish(folder, truth);
        var run = folder.Read();
        folder.Write(run with { Plan = run.Plan with { StimulusEdge = edge, ResponseChannel = responseChannel } });
        Assert.Throws<CaptureFormatException>(() => FileAnalysis.Run(folder));
    }

    [Fact]
    public void A_damaged_log_stays_beside_what_could_be_read_of_it()
    {
        var (folder, truth) = Record(withEnd: false);
        var bytes = File.ReadAllBytes(folder.LogPath);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(folder.LogPath, bytes);
        RunRecovery.Recover(folder, Now, "0.1.0", TestContext.Current.CancellationToken);
        Assert.Equal(bytes, File.ReadAllBytes(folder.LogPath));
        var collector = new LatencyLab.Signals.CaptureCollector();
        folder.OpenEdges().Read(collector, TestContext.Current.CancellationToken);
        CaptureAssert.NothingLostInSilence(truth, collector.ToCapture());
    }

    [Fact]
    public void A_damaged_document_is_set_aside_and_not_lost()
    {
        var (folder, _) = Record(withEnd: false);
        File.WriteAllText(folder.RunJsonPath, "{\"schema\": \"latencylab.run/1\", ");
        RunRecovery.Recover(folder, Now, "0.1.0", TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Partial, folder.Read().Status);
        Assert.True(File.Exists(folder.In("run.json.damaged")));
    }

    [Fact]
    public void A_run_that_is_being_recorded_is_left_alone()
    {
        var folder = RunFolder.Create(_root.Path, Now);
        folder.Begin(RunSamples.Irq with { RunId = folder.RunId });
        using var log = folder.CreateLog(true, TimeProvider.System);
        Recording.Make(1).CopyTo(log, withEnd: false);
        Assert.Contains("being recorded", Assert.Throws<LatencyLabException>(() => RunRecovery.Recover(folder, Now, "0.1.0")).Message, StringComparison.Ordinal);
        Assert.Contains("being recorded", Assert.Throws<LatencyLabException>(() => RunRemoval.Remove(folder)).Message, StringComparison.Ordinal);
        Assert.True(File.Exists(folder.LogPath));
    }

    [Fact]
    public void Verification_sees_counts_that_do_not_add_up_and_edges_that_are_missing()
    {
        var (folder, truth) = Record(withEnd: true);
        folder.ConvertLog(keepLog: false);
        Finish(folder, truth, counts: RunSamples.Irq.Counts! with { Matched = 998 });
        Assert.Contains(RunVerification.Problems(folder), p => p.Contains("add up", StringComparison.Ordinal));
        var bytes = File.ReadAllBytes(folder.TablePath);
        bytes[100] ^= 0xFF;
        File.WriteAllBytes(folder.TablePath, bytes);
        Assert.True(RunVerification.Problems(folder).Count > 1);
    }

    [Fact]
    public void Removal_takes_only_runs_and_follows_no_links()
    {
        var (folder, truth) = Record(withEnd: true);
        Finish(folder, truth);
        var outside = _root.File("precious");
        Directory.CreateDirectory(outside);
        File.WriteAllText(Path.Combine(outside, "data"), "x");
        Assert.Throws<LatencyLabException>(() => RunRemoval.Remove(RunFolder.Open(outside)));
        File.Copy(folder.RunJsonPath, Path.Combine(outside, "run.json"));
        Assert.Throws<LatencyLabException>(() => RunRemoval.Remove(RunFolder.Open(outside)));
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateSymbolicLink(folder.In("link"), outside);
            var alias = _root.File(folder.RunId + "x");
            Directory.CreateSymbolicLink(alias, folder.Path);
            Assert.Throws<LatencyLabException>(() => RunRemoval.Remove(RunFolder.Open(alias)));
        }

        RunRemoval.Remove(folder);
        Assert.False(Directory.Exists(folder.Path));
        Assert.True(File.Exists(Path.Combine(outside, "data")));
    }

    [Fact]
    public void A_run_is_found_by_path_by_the_beginning_of_its_name_and_as_the_latest()
    {
        string[] ids = ["20260101-000000-aaaa", "20260101-000001-bbbb", "20260102-000000-cccc"];
        foreach (var id in ids)
        {
            Directory.CreateDirectory(_root.File(id));
            RunFolder.Open(_root.File(id)).Write(RunSamples.Irq with { RunId = id });
        }

        Directory.CreateDirectory(_root.File("20260103-no-run"));
        Assert.Equal(ids, RunListing.List(_root.Path).Select(e => e.Run!.RunId));
        Assert.Equal(ids[2..], RunListing.List(_root.Path, last: 1).Select(e => e.Run!.RunId));
        Assert.Equal(ids[2], new RunLibrary(_root.Path).Find("latest").RunId);
        Assert.Equal(ids[1], new RunLibrary(_root.Path).Find("20260101-000001").RunId);
        Assert.Equal(ids[0], new RunLibrary("nowhere").Find(_root.File(ids[0])).RunId);
        var ambiguous = Assert.Throws<LatencyLabException>(() => new RunLibrary(_root.Path).Find("20260101"));
        Assert.Equal(FaultKind.Usage, ambiguous.Kind);
        Assert.Contains(ids[1], ambiguous.Try, StringComparison.Ordinal);
        Assert.Throws<LatencyLabException>(() => new RunLibrary(_root.Path).Find(""));
        Assert.Empty(RunListing.List(_root.File("nowhere")));
    }

    [Fact]
    public void An_unreadable_document_is_listed_with_its_problem()
    {
        Directory.CreateDirectory(_root.File("20260101-000000-aaaa"));
        File.WriteAllText(_root.File("20260101-000000-aaaa/run.json"), "{}");
        Assert.NotNull(Assert.Single(RunListing.List(_root.Path)).Problem);
    }

    [Fact]
    public void A_full_disk_is_a_storage_error_with_a_remedy()
    {
        if (!File.Exists("/dev/full"))
        {
            Assert.Skip("outside tool missing: /dev/full");
        }

        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var fault = StorageFault.From(Assert.ThrowsAny<IOException>(() => full.Write([1])), "edges.llc", "write");
        Assert.Equal(FaultKind.Storage, fault.Kind);
        Assert.Equal("The disk is full.", fault.Message);
        Assert.NotNull(fault.Try);
    }

    [Fact]
    public void A_folder_that_was_removed_meanwhile_is_a_storage_error()
    {
        var folder = RunFolder.Create(_root.Path, Now);
        Directory.Delete(folder.Path);
        Assert.Equal(FaultKind.Storage, Assert.Throws<LatencyLabException>(() => folder.Write(RunSamples.Irq)).Kind);
        Assert.Equal(FaultKind.Storage, Assert.Throws<LatencyLabException>(() => folder.CreateLog(true, TimeProvider.System)).Kind);
    }

    private (RunFolder Folder, LatencyLab.Signals.Capture Truth) Record(bool withEnd)
    {
        var folder = RunFolder.Create(_root.Path, Now);
        var recording = Recording.Make(42);
        folder.Begin(RunSamples.Irq with { RunId = folder.RunId, Source = null });
        using var log = folder.CreateLog(simulated: true, TimeProvider.System);
        recording.CopyTo(log, withEnd);
        return (folder, recording.ToCapture());
    }

    private static void Finish(RunFolder folder, LatencyLab.Signals.Capture truth, RunCounts? counts = null) => folder.Write(RunSamples.Irq with
    {
        RunId = folder.RunId,
        Status = RunStatus.Complete,
        Reasons = [],
        Source = null,
        Counts = (counts ?? RunSamples.Irq.Counts!) with { Gaps = truth.Gaps.Count },
        Gaps = [.. truth.Gaps.Select(GapDocument.From)],
        Sampler = RunSamples.Irq.Sampler! with
        {
            Channels = [.. truth.Traces.Select(t => new ChannelDocument { Index = t.Channel.Index, Name = t.Channel.Name, Edges = t.Ticks.Length })],
        },
    });
}
