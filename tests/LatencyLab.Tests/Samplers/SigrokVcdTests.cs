using System.Text;
using LatencyLab.Samplers;
using LatencyLab.Samplers.Sigrok;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Tests.Samplers;

/// <summary>Heads of sigrok-cli's dumps that no division survives.</summary>
public sealed class SigrokVcdTests
{
    [Theory]
    [InlineData("1 ns", "1 MHz", null)]
    [InlineData("0 ns", "1 MHz", "its head says no time scale or no sample rate")]
    [InlineData("1 ns", "0 Hz", "its head says no time scale or no sample rate")]
    [InlineData("1 ls", "1 MHz", "its head says no time scale or no sample rate")]
    public void A_head_without_a_usable_scale_or_rate_is_a_fault_and_no_exception(string scale, string rate, string? fault)
    {
        var vcd = new SigrokVcd(["D0"], hz => new SampleEdges(new CaptureCollector(), new TimeBase(hz), [("D0", 0)]));
        vcd.Feed(Encoding.ASCII.GetBytes(
            $"$comment\n  Acquisition with 1/8 channels at {rate}\n$end\n$timescale {scale} $end\n$var wire 1 ! D0 $end\n$enddefinitions $end\n#0 1!\n#2000 0!\n#5000\n"));
        Assert.Equal(fault, vcd.Fault);
        Assert.Equal(fault is null ? 5 : 0, vcd.Samples);
    }
}
