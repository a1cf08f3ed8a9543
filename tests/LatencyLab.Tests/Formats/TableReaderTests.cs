using System.Text;
using LatencyLab.Formats;
using LatencyLab.Signals;

namespace LatencyLab.Tests.Formats;

/// <summary>Captures in tables: Saleae's, one row a sample, our own.</summary>
public sealed class TableReaderTests
{
    private const string Saleae = "Time [s],Clock,\"Data, out\"\n-0.000001000,0,1\n0.000000000,1,1\n0.000002500,1,0\n0.000010000,1,0\n";

    [Fact]
    public void The_times_of_a_saleae_table_count_also_before_the_trigger()
    {
        var capture = Read(Saleae);
        Assert.Equal((1_000_000_000, -1000, 10_000), (capture.TimeBase.TickHz, capture.Header.StartTick, capture.EndTick));
        Assert.Equal(["Clock", "Data, out"], capture.Traces.Select(t => t.Channel.Name));
        Assert.Equal([[0], [2500]], capture.Traces.Select(t => t.Ticks));
        Assert.Equal([false, true], capture.Traces.Select(t => t.Channel.InitialLevel));
    }

    [Fact]
    public void X_in_a_saleae_table_is_a_gap()
    {
        var capture = Read(Saleae.Replace("0.000002500,1,0", "0.000002500,1,X", StringComparison.Ordinal));
        Assert.Equal([new Gap(2500, 10_000, 1, null, "no data")], capture.Gaps);
        Assert.Empty(capture.Traces[1].Ticks);
    }

    [Fact]
    public void Rounded_saleae_times_go_back_on_the_samples_of_a_given_rate()
    {
        var capture = Read("Time [s],A\n0.000000000,0\n0.000000042,1\n1.000000042,0\n2.0,0\n", new ReadOptions { SampleRateHz = 24_000_000 });
        Assert.Equal([1, 24_000_001], capture.Traces[0].Ticks);
        Assert.Contains(
            "doesn't fall on a sample", CaptureBytes.Fault("Time [s],A\n0.000000000,0\n0.000000060,1\n1.0,1\n"u8.ToArray(), new ReadOptions { SampleRateHz = 24_000_000 }).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Time [s],A\n", "no row of data")]
    [InlineData("Time [s],\"A\n", "no channels")]
    [InlineData("Time [s],A\n0.0,0\n0.0,1\n", "isn't later")]
    [InlineData("Time [s],A\n0.0,0\n1.0,2\n", "0, 1 or X")]
    [InlineData("Time [s],A\n0.0,0\n1.0\n", "0, 1 or X")]
    [InlineData("Time [s],A\n0.0,0\n1.0,1,1\n", "more than 1")]
    [InlineData("Time [s],A\n0.0,0\n1.0,1", "ends inside a line")]
    [InlineData("Time [s],A\n2026-01-01T00:00:00,0\n", "no time in seconds")]
    [InlineData("Time [s],A\n1e5,0\n", "no time in seconds")]
    [InlineData("Time [s],A\n0.0,0\n0.0000000005,1\n", "no time in seconds")]
    [InlineData("Time [s],A\n99999999999.0,0\n", "no time in seconds")]
    [InlineData("Time [s],A\n9999999999999999999,0\n", "no time in seconds")]
    [InlineData("Time [s],A\n-,0\n", "no time in seconds")]
    public void Damage_in_a_saleae_table_is_named_with_its_place(string text, string named)
    {
        var fault = CaptureBytes.Fault(Encoding.ASCII.GetBytes(text));
        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
        Assert.NotNull(fault.Where);
    }

    [Theory]
    [InlineData("0,1\n1,1\n1,0\n1,0\n", "D0,D1")]
    [InlineData("stim;resp\n0;1\n1;1\n1;0\n1;0\n", "stim,resp")]
    [InlineData("# made by a script\r\nstim\tresp\r\n0\t1\r\n1\t1\r\n1\t0\r\n1\t0\r\n", "stim,resp")]
    [InlineData("; x\n; Channels (2/8): stim, resp\nlogic,logic\n0,1\n1,1\n1,0\n1,0\n", "stim,resp")]
    [InlineData("\uFEFFlogic,logic\n0,1\n1,1\n1,0\n1,0\n", "D0,D1")]
    public void Tables_of_samples_are_read_with_and_without_names(string text, string names)
    {
        var capture = CaptureBytes.Read(Encoding.UTF8.GetBytes(text), new ReadOptions { SampleRateHz = 1000 });
        Assert.Equal((1000, 4), (capture.TimeBase.TickHz, capture.EndTick));
        Assert.Equal(names.Split(','), capture.Traces.Select(t => t.Channel.Name));
        Assert.Equal([[1], [2]], capture.Traces.Select(t => t.Ticks));
    }

    [Theory]
    [InlineData("0,1\n1\n", "doesn't hold 2 samples")]
    [InlineData("0,1\n1,2\n", "doesn't hold 2 samples")]
    [InlineData("a,b\n0,1\n1,1,1\n", "doesn't hold 2 samples")]
    [InlineData("0,1\n1,1", "ends inside a line")]
    public void Damage_in_a_table_of_samples_is_named(string text, string named) =>
        Assert.Contains(named, CaptureBytes.Fault(Encoding.UTF8.GetBytes(text), new ReadOptions { SampleRateHz = 1000 }).Message, StringComparison.Ordinal);

    [Fact]
    public void A_table_of_samples_without_a_rate_asks_for_one() =>
        Assert.Contains("--samplerate", CaptureBytes.Fault("0,1\n1,1\n"u8.ToArray()).Try, StringComparison.Ordinal);

    [Theory]
    [InlineData("0,0.000,,,begin,tick_hz=1000\n", "Last")]
    [InlineData("0,0.000,,,begin,tick_hz=0\n", "tick_hz")]
    [InlineData("0,0.000,,,begin,tick_hz=1000;calibration_ppm=NaN\n", "calibration_ppm")]
    [InlineData("0,0.000,,,begin,tick_hz=1000\n0,0,A,2,channel,\n", "neither 0 nor 1")]
    [InlineData("0,0.000,,,begin,tick_hz=1000\n0,0,A,0,channel,\n5,5,A,0,edge,\n", "this level already")]
    [InlineData("0,0.000,,,begin,tick_hz=1000\n0,0,A,0,channel,\n5,5,A,1,edge,\n5,5,A,0,edge,\n", "two edges in one tick")]
    [InlineData("0,0.000,,,begin,tick_hz=1000\n0,0,A,0,channel,\n5,5,A,1,edge,\n4,4,A,0,edge,\n", "go back")]
    [InlineData("0,0.000,,,begin,tick_hz=1000\n0,0,A,0,channel,\n5,5,B,1,edge,\n", "no edge of a known channel")]
    [InlineData("0,0.000,,,begin,tick_hz=1000\n0,0,A,0,channel,\n5,5,A,,gap,to_tick=3;reason=x\n", "no gap")]
    [InlineData("0,0.000,,,begin,tick_hz=1000\n0,0,A,0,channel,\n5,5,B,,gap,to_tick=9;reason=x\n", "no known channel")]
    [InlineData("0,0.000,,,begin,tick_hz=1000\n0,0,A,0,channel,\n5,5,A,1,edge,\n5,5,,,end,\n", "ends before its last edge")]
    [InlineData("0,0.000,,,begin,tick_hz=1000\n0,0,A,0,channel,\n9,9,,,end,\n9,9,,,end,\n", "behind the end")]
    [InlineData("0,0.000,,,begin,tick_hz=1000\n0,0,A,0,channel,\n5,5,A,1,spike,\n", "no place here")]
    [InlineData("0,0.000,,,begin,tick_hz=1000\n5,5,A,1,edge,\n", "no place here")]
    [InlineData("x\n", "begin with a tick")]
    [InlineData("0,0\n", "6 columns")]
    public void Damage_in_our_own_table_is_named_with_its_place(string rows, string named)
    {
        var fault = CaptureBytes.Fault(Encoding.ASCII.GetBytes(EdgeCsv.Header + "\n" + rows));
        Assert.Contains(named, fault.Message.Replace("The last row", "Last", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("byte ", fault.Where, StringComparison.Ordinal);
    }

    private static Capture Read(string text, ReadOptions? options = null) => CaptureBytes.Read(Encoding.ASCII.GetBytes(text), options);
}
