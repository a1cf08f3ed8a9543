using LatencyLab.Links;
using LatencyLab.Samplers;
using LatencyLab.Samplers.Sigrok;
using LatencyLab.Signals;
using LatencyLab.TestSupport;
using LatencyLab.Units;

namespace LatencyLab.Tests.Samplers.Sigrok;

/// <summary>Programs that call themselves sigrok-cli and say anything, nothing, too little or without end.</summary>
public sealed class SigrokSamplerTests : IDisposable
{
    private const string Head = "printf '$comment\\nAcquisition with 2/8 channels at 1 MHz\\n$end $timescale 1 us $end $var wire 1 ! D0 $end $var wire 1 \" D1 $end $enddefinitions $end\\n'";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("exit 0", "recorded nothing")]
    [InlineData("head -c 300 /dev/urandom", null)]
    [InlineData("yes 'no dump at all'", "doesn't begin as a value change dump")]
    [InlineData("tr '\\0' x < /dev/zero", "longer than any")]
    [InlineData("yes words >&2 # sleep", "words words words")]
    [InlineData("echo MicroPython; cat", "doesn't begin")]
    [InlineData("exec sleep 1000", "recorded nothing")]
    [InlineData("printf '$comment at 1 MHz $end $timescale 1 us $end $enddefinitions $end'", "the channel 'D0' isn't in it")]
    public async Task What_is_no_dump_is_a_typed_error(string script, string? said)
    {
        var fault = await Assert.ThrowsAsync<DeviceException>(() => ListenAsync(script));
        Assert.InRange(fault.Message.Length, 1, 9000);
        Assert.Contains(said ?? "", fault.Message, StringComparison.Ordinal);
        Assert.NotNull(fault.Try);
    }

    [Theory]
    [InlineData("#0 0! 1\\\"\\n#10 1!\\n#500\\n", "500 of 1000 samples and called it a success")]
    [InlineData("#0 0! 1\\\"\\n#10 1!\\n#500 what\\n", "can't be read after 500 samples")]
    [InlineData("#0 0! 1\\\"\\n#10 1!\\n#5\\n", "time goes back")]
    [InlineData("#0 0! 1\\\"\\n#700\\n'; kill -9 $$; echo '", "exit code")]
    [InlineData("#0 0! 1\\\"\\n#700 '; sleep 1000; echo '", "silent for too long")]
    public async Task A_dump_that_breaks_off_is_a_gap_and_a_fault(string dump, string said)
    {
        var (capture, outcome) = await ListenAsync($"{Head}; printf '{dump}'");
        Assert.Contains(said, Assert.Single(outcome.Faults), StringComparison.Ordinal);
        Assert.Equal("capture cut short", Assert.Single(capture.Gaps).Reason);
        Assert.Equal(1000, capture.EndTick);
    }

    [Fact]
    public async Task A_whole_dump_passes_and_what_was_said_beside_it_is_told()
    {
        var (capture, outcome) = await ListenAsync($"echo careful >&2; {Head}; printf '#0 0! 1\"\\n#10 1!\\n#20 0! 0\"\\n#1000\\n'");
        Assert.Empty(outcome.Faults);
        Assert.Contains("careful", Assert.Single(outcome.Warnings), StringComparison.Ordinal);
        Assert.Equal([10, 20], capture.Traces[0].Ticks);
        Assert.Equal([20], capture.Traces[1].Ticks);
        Assert.Equal(1000, capture.EndTick);
    }

    [Fact]
    public async Task Another_rate_than_the_one_asked_for_is_refused() =>
        Assert.Contains("samples with 2 MHz", (await Assert.ThrowsAsync<LatencyLabException>(() => ListenAsync(Head.Replace("1 MHz", "2 MHz", StringComparison.Ordinal) + "; printf '#0 0! 0\"\\n#1000\\n'"))).Message, StringComparison.Ordinal);

    private async Task<(Capture Capture, SamplerOutcome Outcome)> ListenAsync(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The programs are shell scripts.");
        var program = _folder.File("sigrok-cli");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\n{script}\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        // Silence is given up after 0.6 s here instead of a minute, for programs that stay silent only.
        var limits = script.Contains("sleep", StringComparison.Ordinal) ? StepLimits.Default with { Factor = 0.01 } : StepLimits.Default;
        await using var sampler = new SigrokSampler(SigrokOptions.Parse("driver=demo,samplerate=1M"), limits, program);
        var collector = new CaptureCollector();
        var outcome = await sampler.ListenAsync(
            new ListenRequest([new SampledLine("D0", "D0"), new SampledLine("D1", "D1")], Duration.FromMilliseconds(1)), collector, null, TestContext.Current.CancellationToken);
        return (collector.ToCapture(), outcome);
    }
}
