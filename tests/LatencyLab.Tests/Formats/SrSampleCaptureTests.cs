using LatencyLab.Formats;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Formats;

/// <summary>Real captures; the expected counts were made by an independent program (captures/README.md).</summary>
public sealed class SrSampleCaptureTests
{
    [Theory]
    [InlineData("keil_mcb2140_idle.sr", 4_000_000, 12_000_000, "TCK 5280, RTCK 5274, TDI 236, TMS 300, TDO 240, TRST 1, RST 1")]
    [InlineData("smoothieware_snippet.sr", 12_000_000, 1_048_576, "3 1478, 5 1478, 0 176")]
    [InlineData("pwmtest_snippet.sr", 24_000_000, 1_048_576, "4 5461, 5 5462")]
    [InlineData("1mhz_clock_1channels.sr", 12_000_000, 12_000_000, "1 1999692")]
    [InlineData("1mhz_clock_9channels.sr", 12_000_000, 12_032_000, "1 2005024, 8 1, 9 1")]
    [InlineData("am2301_1mhz.sr", 1_000_000, 5_000_000, "SDA 268")]
    [InlineData("am2301_24mhz.sr", 24_000_000, 50_000_000, "SDA 134")]
    [InlineData("dcc_decoder_2_light.sr", 1_000_000, 5_498_880, "data 71758")]
    [InlineData("lidarlite_5mhz.sr", 5_000_000, 100_000_000, "PWM 3604")]
    public void Edge_counts_are_those_of_an_independent_program(string name, long rateHz, long samples, string edges)
    {
        var counter = new EdgeCounter();
        CaptureFile.Open(Repository.Path("captures", name)).Read(counter, TestContext.Current.CancellationToken);

        Assert.Equal(rateHz, counter.Header!.TimeBase.TickHz);
        Assert.Equal(samples, counter.EndTick);
        var expected = edges.Split(", ").Select(e => e.Split(' ')).ToDictionary(e => e[0], e => long.Parse(e[1]));
        foreach (var channel in counter.Header.Channels)
        {
            Assert.Equal((channel.Name, expected.GetValueOrDefault(channel.Name)), (channel.Name, counter.Counts[channel.Index]));
        }
    }

    [Fact]
    public void Only_the_wanted_channels_come_and_under_their_new_names()
    {
        var counter = new EdgeCounter();
        var options = new ReadOptions { Channels = ["STIM", "RTCK"], Renames = ReadOptions.ParseRenames("TCK=STIM") };
        CaptureFile.Open(Repository.Path("captures", "keil_mcb2140_idle.sr"), options).Read(counter, TestContext.Current.CancellationToken);

        Assert.Equal([("STIM", 5280L), ("RTCK", 5274L)], counter.Header!.Channels.Select(c => (c.Name, counter.Counts[c.Index])));
    }

    [Fact]
    public void A_file_without_a_rate_needs_one_and_names_the_option()
    {
        var path = Repository.Path("captures", "no-samplerate.sr");
        var fault = Assert.Throws<CaptureFormatException>(() => CaptureFile.Open(path).Read(new EdgeCounter(), TestContext.Current.CancellationToken));
        Assert.Equal(FaultKind.Storage, fault.Kind);
        Assert.Contains("--samplerate", fault.Try, StringComparison.Ordinal);

        var counter = new EdgeCounter();
        CaptureFile.Open(path, new ReadOptions { SampleRateHz = 1_000_000 }).Read(counter, TestContext.Current.CancellationToken);
        Assert.Equal((1_000_000, 24_576L), (counter.Header!.TimeBase.TickHz, counter.EndTick));
        Assert.Equal(["SCL", "SDA"], counter.Header.Channels.Select(c => c.Name));
    }

    [Fact]
    public void A_channel_that_is_not_there_is_a_usage_fault_that_lists_those_that_are()
    {
        var source = CaptureFile.Open(Repository.Path("captures", "keil_mcb2140_idle.sr"), new ReadOptions { Channels = ["TCK", "D1"] });
        var fault = Assert.Throws<LatencyLabException>(() => source.Read(new EdgeCounter(), TestContext.Current.CancellationToken));
        Assert.Equal(FaultKind.Usage, fault.Kind);
        Assert.Contains("'RTCK'", fault.Try, StringComparison.Ordinal);
    }
}
