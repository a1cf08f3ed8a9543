using System.Text;
using LatencyLab.Formats;
using LatencyLab.Signals;

namespace LatencyLab.Tests.Formats;

public sealed class VcdReaderTests
{
    private const string Head = "$timescale 1us $end\n$scope module top $end\n$var wire 1 ! a $end\n$var wire 1 \" b $end\n$upscope $end\n$enddefinitions $end\n";

    [Theory]
    [InlineData("#0\n0!\n0\"\n#5\n1!\n#7\n1\"\n#9\n")]
    [InlineData("#0 0! 0\"\n#5 1!\n#7 1\"\n#9\n")]
    [InlineData("#0\r\n$dumpvars\r\n0!\r\n0\"\r\n$end\r\n#5\r\n1!\r\n#7\r\n1\"\r\n#9\r\n")]
    [InlineData("$dumpvars 0! 0\" $end #5 1! #7 $comment here $end 1\" #9\n")]
    [InlineData("#0 0! 0\"\n#5 1!\n#5 1! 0! 1!\n#6\n#7 b1 \" \n#9\n")]
    public void All_ways_to_write_the_same_changes_are_the_same(string body)
    {
        var capture = Read(Head + body);
        Assert.Equal((1_000_000, 9), (capture.TimeBase.TickHz, capture.EndTick));
        Assert.Equal([5], capture.Traces[0].Ticks);
        Assert.Equal([7], capture.Traces[1].Ticks);
        Assert.All(capture.Traces, t => Assert.Equal((false, true), (t.Channel.InitialLevel, t.FirstLevel)));
    }

    [Theory]
    [InlineData("1 fs", 1_000_000_000_000_000, 1)]
    [InlineData("100ps", 10_000_000_000, 1)]
    [InlineData("10\n ns", 100_000_000, 1)]
    [InlineData("1 s", 1, 1)]
    [InlineData("100 s", 1, 100)]
    public void Timescales_from_femtoseconds_to_seconds_are_read(string timescale, long tickHz, long unit)
    {
        var capture = Read(Head.Replace("1us", timescale, StringComparison.Ordinal) + "#0 0! 0\"\n#3 1!\n#9\n");
        Assert.Equal((tickHz, 3 * unit, 9 * unit), (capture.TimeBase.TickHz, capture.Traces[0].Ticks[0], capture.EndTick));
    }

    [Fact]
    public void A_change_at_the_last_time_ends_the_capture_one_tick_later() => Assert.Equal(6, Read(Head + "#0 0! 0\"\n#5 1!\n").EndTick);

    [Fact]
    public void Unknown_levels_are_gaps_and_no_edges()
    {
        var capture = Read(Head + "#0 0! x\"\n#3 x!\n#5 1!\n#6 0!\n#8 1\"\n#9 z!\n#20\n");
        Assert.Equal(
            [new Gap(0, 8, 1, null, "level unknown (x or z)"), new Gap(3, 5, 0, null, "level unknown (x or z)"), new Gap(9, 20, 0, null, "level unknown (x or z)")],
            capture.Gaps);
        Assert.Equal([6], capture.Traces[0].Ticks);
        Assert.False(capture.Traces[0].FirstLevel);
        Assert.Empty(capture.Traces[1].Ticks);
        Assert.Null(capture.Traces[1].Channel.InitialLevel);
    }

    [Fact]
    public void Vectors_are_read_bit_by_bit_and_extended_to_the_left()
    {
        const string head = "$timescale 1ns $end\n$var reg 4 # bus [7:4] $end\n$var wire 2 % up [0:1] $end\n$var integer 3 & n $end\n$enddefinitions $end\n";
        var capture = Read(head + "#0 b0000 # b0 % b0 &\n#1 b101 #\n#2 b1 %\n#3 bX #\n#4 b1 #\n#5 b111 &\n#6\n");
        Assert.Equal(["bus[7]", "bus[6]", "bus[5]", "bus[4]", "up[0]", "up[1]", "n[2]", "n[1]", "n[0]"], capture.Traces.Select(t => t.Channel.Name));
        Assert.Equal([[], [1], [], [1], [], [2], [5], [5], [5]], capture.Traces.Select(t => t.Ticks));
        Assert.Equal(4, capture.Gaps.Count);
    }

    [Fact]
    public void The_nine_values_of_VHDL_are_levels_or_unknown()
    {
        // The layout of GHDL: variables before any scope, a comment for types that it can't dump, U before the first assignment.
        const string head = "$version\n  GHDL v0\n$end\n$timescale\n  1 fs\n$end\n$var reg 1 ! s $end\n$scope module t $end\n$comment st is not handled $end\n" +
            "$var reg 9 # v[8:0] $end\n$upscope $end\n$enddefinitions $end\n";
        var capture = Read(head + "#0\nU!\nbUX01ZWLH- #\n#10\n1!\nb0 #\n#20\nH!\nb000l0000h #\n#30\nL!\n#40\n");
        Assert.Equal([[30], [], [], [], [10], [], [], [], [10], [20]], capture.Traces.Select(t => t.Ticks));
        Assert.Equal([null, null, null, false, true, null, null, false, true, null], capture.Traces.Select(t => t.Channel.InitialLevel));
        Assert.Equal([0, 1, 2, 5, 6, 9], capture.Gaps.Select(g => g.Channel!.Value).Order());
        Assert.All(capture.Gaps, g => Assert.Equal((0, 10), (g.FromTick, g.ToTick)));
    }

    [Fact]
    public void A_byte_order_mark_and_variables_without_a_level_are_passed_over()
    {
        var capture = Read("\uFEFF" + Head.Replace(
            "$upscope",
            "$var string 0 s text $end\n$var shortreal 32 r volt $end\n$var real_parameter 64 p gain $end\n$upscope",
            StringComparison.Ordinal) + "#0 0! 0\"\nsidle s\nr1.5 r\nr2 p\n#5 1!\ns s\n#7 1\"\n#9\n");
        Assert.Equal([("a", 5), ("b", 7)], capture.Traces.Select(t => (t.Channel.Name, (int)t.Ticks[0])));
    }

    [Fact]
    public void Scopes_name_what_would_have_two_names_and_aliases_move_together()
    {
        const string head = "$timescale 1ns $end\n$scope module a $end\n$var wire 1 ! clk $end\n$scope module b $end\n$var wire 1 ! clk $end\n$var wire 1 %long irq $end\n" +
            "$var real 64 r volt $end\n$var event 1 e tick $end\n$upscope $end\n$upscope $end\n$enddefinitions $end\n";
        var capture = Read(head + "#0 0! 0%long r1.5 r\n#4 1!\n#5 1e 1%long\n#6\n");
        Assert.Equal([("a.clk", 4), ("a.b.clk", 4), ("irq", 5)], capture.Traces.Select(t => (t.Channel.Name, (int)t.Ticks[0])));
    }

    [Fact]
    public void A_rate_puts_rounded_times_back_on_its_samples()
    {
        // 24 MHz in picoseconds: 41666.67 a sample.
        var head = Head.Replace("1us", "1ps", StringComparison.Ordinal);
        var capture = Read(head + "#0 0! 0\"\n#41667 1!\n#83333 0!\n#1000000000000 1!\n#1000000041667\n", new ReadOptions { SampleRateHz = 24_000_000 });
        Assert.Equal([1, 2, 24_000_000], capture.Traces[0].Ticks);
        var fault = CaptureBytes.Fault(Encoding.ASCII.GetBytes(head + "#0 0! 0\"\n#50000 1!\n#83333\n"), new ReadOptions { SampleRateHz = 24_000_000 });
        Assert.Contains("doesn't fit a tick", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dump_without_a_timescale_needs_a_rate()
    {
        var head = Head.Replace("$timescale 1us $end\n", "", StringComparison.Ordinal);
        Assert.Contains("--samplerate", CaptureBytes.Fault(Encoding.ASCII.GetBytes(head + "#0 0! 0\"\n#5\n")).Try, StringComparison.Ordinal);
        Assert.Equal(1000, Read(head + "#0 0! 0\"\n#5\n", new ReadOptions { SampleRateHz = 1000 }).TimeBase.TickHz);
    }

    [Theory]
    [InlineData("#0 0! 0\"\n#5 1!\n#4 0!\n", "goes back")]
    [InlineData("#0 0! 0\"\n#-5 1!\n", "negative")]
    [InlineData("#0 0! 0\"\n#x 1!\n", "is no time")]
    [InlineData("#0 0! 0\"\n#99999999999999999999 1!\n", "is no time")]
    [InlineData("#0 0? 0\"\n", "isn't declared")]
    [InlineData("#0 0! 0\"\n#1 q\n", "no value change")]
    [InlineData("#0 0! 0\"\n#1 b2 !\n", "isn't a value")]
    [InlineData("#0 0! 0\"\n#1 b10 !\n", "has 2 bits")]
    [InlineData("#0 0! 0\"\n#1 b1\n", "ends inside a value change")]
    [InlineData("#0 0! 0\"\n#1 b1 ?\n", "isn't declared")]
    [InlineData("#0 0! 0\"\n$comment never ends\n", "ends inside a comment")]
    [InlineData("#0 0! 0\"\n$var wire 1 % c $end\n", "no place")]
    [InlineData("#0 0! 0\"\n#12", "ends inside a word")]
    [InlineData("", "no time and no value")]
    public void Damage_among_the_changes_is_named_with_its_place(string body, string named)
    {
        var fault = CaptureBytes.Fault(Encoding.ASCII.GetBytes(Head + body));
        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
        Assert.Contains("byte ", fault.Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$timescale 1us $end", "$timescale 3.5us $end", "timescale")]
    [InlineData("$timescale 1us $end", "$timescale 1 parsec $end", "timescale")]
    [InlineData("$upscope $end", "$upscope $end $upscope $end", "never began")]
    [InlineData("$var wire 1 ! a $end", "$var wire 10000000000 ! a $end", "doesn't declare")]
    [InlineData("$var wire 1 ! a $end", "$var wire 0 ! a $end", "doesn't declare")]
    [InlineData("$var wire 1 ! a $end", "$var wire 65535 ! a $end\n$var wire 9 % c $end", "65545 channels")]
    [InlineData("$var wire 1 ! a $end", "$var wire 1 ! $end", "doesn't declare")]
    [InlineData("$var wire 1 ! a $end", "$var wire 1 ! a $end\n$var wire 2 ! c $end", "declared twice")]
    [InlineData("$enddefinitions $end", "", "isn't a declaration")]
    [InlineData("$enddefinitions $end", "nonsense", "isn't a declaration")]
    [InlineData("$timescale 1us $end", "$comment latencylab:tick_hz=0 $end $timescale 1us $end", "is no rate")]
    public void Damage_among_the_declarations_is_named(string right, string wrong, string named) => Assert.Contains(
        named, CaptureBytes.Fault(Encoding.ASCII.GetBytes(Head.Replace(right, wrong, StringComparison.Ordinal) + "#0 0! 0\"\n#5 1!\n")).Message, StringComparison.Ordinal);

    [Fact]
    public void Hostile_declarations_cost_neither_time_nor_memory()
    {
        Assert.Contains("nested", CaptureBytes.Fault(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("$scope module aaaaaaaaaaaaaaaa $end\n", 100_000)))).Message, StringComparison.Ordinal);
        Assert.Contains("no end", CaptureBytes.Fault(Encoding.ASCII.GetBytes("$comment " + new string('a', 2_000_000).Replace("aaaa", "aaa ", StringComparison.Ordinal))).Message, StringComparison.Ordinal);
        Assert.Contains("A word has more", CaptureBytes.Fault(Encoding.ASCII.GetBytes("$comment " + new string('a', 2_000_000))).Message, StringComparison.Ordinal);
        Assert.Contains("no variable", CaptureBytes.Fault("$enddefinitions $end\n#0\n"u8.ToArray()).Message, StringComparison.Ordinal);
        Assert.Contains("ends inside", CaptureBytes.Fault("$timescale 1ns \n"u8.ToArray()).Message, StringComparison.Ordinal);
    }

    private static Capture Read(string text, ReadOptions? options = null) => CaptureBytes.Read(Encoding.UTF8.GetBytes(text), options);
}
