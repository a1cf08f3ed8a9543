using System.Text;
using CsCheck;
using LatencyLab.Links;
using LatencyLab.MicroPython;

namespace LatencyLab.Tests.MicroPython;

public sealed class RawReplTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, true, "42\r\n", "")]
    [InlineData(2, false, "", "ZeroDivisionError: divide by zero")]
    [InlineData(3, false, "529\r\n", "")]
    [InlineData(5, false, "5\r\n", "")]
    public async Task Sends_what_the_recorded_client_sent_and_reads_what_the_board_said(int section, bool reset, string output, string error)
    {
        var board = new RecordedBoard(section);
        var repl = await RawRepl.EnterAsync(board.Link, new StepLimits(1, board.Clock), Stop);
        if (reset)
        {
            await repl.SoftResetAsync(Stop);
        }

        var answer = await repl.ExecuteAsync(Assert.Single(board.Sources()), Stop);
        await repl.LeaveAsync(Stop);
        Assert.Equal(board.Expected, board.Link.Sent);
        Assert.Equal(output, answer.Output);
        Assert.Equal(error, answer.ErrorLine ?? "");
        Assert.Null(repl.Interrupted);
    }

    [Fact]
    public async Task Sends_what_the_recorded_client_sent_for_a_soft_reset()
    {
        var board = new RecordedBoard(4);
        var repl = await RawRepl.EnterAsync(board.Link, new StepLimits(1, board.Clock), Stop);
        await repl.SoftResetAsync(Stop);
        await repl.LeaveAsync(Stop);
        Assert.Equal(board.Expected, board.Link.Sent);
    }

    [Fact]
    public async Task Takes_over_from_a_client_that_left_a_program_running()
    {
        var board = new RecordedBoard(7);
        var limits = new StepLimits(1, board.Clock);
        var first = await RawRepl.EnterAsync(board.Link, limits, Stop);
        var program = await first.StartAsync(board.Sources()[0], Stop);
        Assert.Equal("tick", await program.ReadLineAsync(TimeSpan.FromSeconds(1), Stop));
        await board.Link.WriteAsync("\r\u0002"u8.ToArray(), Stop);

        var second = await RawRepl.EnterAsync(board.Link, limits, Stop);
        Assert.Null(second.Interrupted!.File);
        Assert.False(second.RestartOnLeave);
        var answer = await second.ExecuteAsync(board.Sources()[1], Stop);
        await second.LeaveAsync(Stop);
        Assert.Equal(new ReplAnswer("after\r\n", ""), answer);
        Assert.Equal(board.Expected, board.Link.Sent);
    }

    [Fact]
    public Task Source_of_any_length_arrives_whole_with_and_without_raw_paste() =>
        Check.SampleAsync(
            Gen.Select(Gen.String[Gen.Char[' ', '~'], 0, 1500], Gen.Int[0, 2], Gen.Int[0, 50]),
            async (code, kind, delayMs) =>
            {
                var source = code.Replace('$', '#');
                var board = new SmallBoard { HasRawPaste = kind != 1, IsOldFirmware = kind == 2, Delay = TimeSpan.FromMilliseconds(delayMs), Run = c => (c, "") };
                var repl = await RawRepl.EnterAsync(board.Link, board.Limits, Stop);
                var twice = new[] { (await repl.ExecuteAsync(source, Stop)).Output, (await repl.ExecuteAsync(source, Stop)).Output };
                await repl.LeaveAsync(Stop);
                return twice.All(o => o.TrimEnd('\n') == source) && board.Executed.Count == 2 && board.SoftResets == 0 && board.State == SmallBoard.Mode.Friendly;
            },
            iter: 300);

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    public async Task Never_more_than_255_bytes_wait_on_a_board_with_the_usual_window(int ackEvery)
    {
        // A board that reads only when the host waits: what has been sent and not acknowledged then is what its ring must hold.
        var clock = new VirtualClock();
        var link = new VirtualLink(clock);
        var (unread, most, stage, total) = (0, 0, 0, 0);
        link.OnByte = b =>
        {
            if (stage < 3)
            {
                stage = b == 0x01 ? stage + 1 : stage;
                if (stage == 1 && b == 0x01)
                {
                    link.Answer("raw REPL; CTRL-B to exit\r\n>"u8.ToArray());
                    stage = 2;
                }
                else if (stage == 3)
                {
                    link.Answer([(byte)'R', 1, 128, 0, 1]);
                }
            }
            else if (b == 0x04)
            {
                link.Answer([0x04, 0x04, 0x04, (byte)'>']);
            }
            else
            {
                total++;
                most = Math.Max(most, ++unread);
            }
        };
        link.OnIdle = () =>
        {
            for (; stage == 3 && unread >= 128; unread -= 128)
            {
                link.Answer([0x01]);
                if (ackEvery == 128)
                {
                    unread -= 128;
                    break;
                }
            }
        };
        var repl = await RawRepl.EnterAsync(link, new StepLimits(1, clock), Stop);
        await repl.ExecuteAsync(new string('#', 5000), Stop);
        Assert.Equal(5000, total);
        Assert.InRange(most, 128, 255);
    }

    [Fact]
    public async Task A_syntax_error_in_the_middle_of_a_paste_is_an_answer()
    {
        var board = new SmallBoard();
        var repl = await RawRepl.EnterAsync(board.Link, board.Limits, Stop);
        var answer = await repl.ExecuteAsync(new string('#', 300) + "$" + new string('#', 900), Stop);
        Assert.Equal("SyntaxError: invalid syntax", answer.ErrorLine);
        board.Run = _ => ("fine", "");
        Assert.Equal("fine", (await repl.ExecuteAsync("x", Stop)).Output);
    }

    [Theory]
    [InlineData(SmallBoard.Mode.Friendly)]
    [InlineData(SmallBoard.Mode.Raw)]
    [InlineData(SmallBoard.Mode.Paste)]
    [InlineData(SmallBoard.Mode.Program)]
    public async Task Any_state_in_which_an_earlier_client_left_the_board_is_recovered(SmallBoard.Mode state)
    {
        var board = new SmallBoard { State = state, ProgramFile = "<stdin>", Run = _ => ("fine", "") };
        var repl = await RawRepl.EnterAsync(board.Link, board.Limits, Stop);
        Assert.Equal("fine", (await repl.ExecuteAsync("x", Stop)).Output);
        Assert.False(repl.RestartOnLeave);
    }

    [Fact]
    public async Task A_board_that_prints_without_end_and_swallows_interrupts_is_stopped_and_started_again()
    {
        var board = new SmallBoard { State = SmallBoard.Mode.Program, Chatter = new string('x', 500) + "\r\n", SwallowedInterrupts = 2, Run = _ => ("fine", "") };
        var repl = await RawRepl.EnterAsync(board.Link, board.Limits, Stop);
        Assert.Equal(new Interruption("main.py", "File \"main.py\", line 3"), repl.Interrupted);
        Assert.True(repl.RestartOnLeave);
        Assert.Equal("fine", (await repl.ExecuteAsync("x", Stop)).Output);
        await repl.LeaveAsync(Stop);
        Assert.Equal(1, board.SoftResets);
        Assert.Equal(SmallBoard.Mode.Friendly, board.State);
    }

    [Fact]
    public async Task What_a_ROM_prints_at_74880_baud_is_drained_and_never_taken_for_an_answer() =>
        // "ets Jan  8 2013,rst cause:2, boot mode:(3,6)" read at 115200 baud is any bytes, those of the protocol among them.
        await Gen.Select(Gen.OneOf(Gen.Byte, Gen.Byte[0, 4], Gen.Const((byte)'>')).Array[1, 300], Gen.Int[0, 400]).SampleAsync(
            async (noise, startsAtMs) =>
            {
                var board = new SmallBoard { Run = _ => ("fine", "") };
                foreach (var piece in noise.Chunk(60).Index())
                {
                    board.Say(Encoding.Latin1.GetString(piece.Item), TimeSpan.FromMilliseconds(startsAtMs + (5 * piece.Index)));
                }

                var repl = await RawRepl.EnterAsync(board.Link, board.Limits, Stop);
                Assert.Null(repl.Interrupted);
                Assert.Equal("fine", (await repl.ExecuteAsync("x", Stop)).Output);
                Assert.False(repl.RestartOnLeave);
            },
            iter: 300, threads: 1);

    [Fact]
    public async Task A_board_ten_times_slower_than_usual_still_works_and_a_factor_helps_a_slower_one()
    {
        var slow = new SmallBoard { Delay = TimeSpan.FromMilliseconds(700), Run = c => (c, "") };
        var repl = await RawRepl.EnterAsync(slow.Link, slow.Limits, Stop);
        await repl.SoftResetAsync(Stop);
        Assert.Equal("x", (await repl.ExecuteAsync("x", Stop)).Output);

        var slower = new SmallBoard { Delay = TimeSpan.FromSeconds(30), Run = c => (c, "") };
        await Assert.ThrowsAsync<DeviceException>(() => RawRepl.EnterAsync(slower.Link, slower.Limits, Stop));
        slower = new SmallBoard { Delay = TimeSpan.FromSeconds(30), Run = c => (c, "") };
        repl = await RawRepl.EnterAsync(slower.Link, slower.Limits with { Factor = 20 }, Stop);
        Assert.Equal("x", (await repl.ExecuteAsync("x", Stop)).Output);
    }

    [Fact]
    public async Task Words_and_bytes_pass_between_the_host_and_a_running_program()
    {
        var board = new SmallBoard { Run = _ => null };
        var repl = await RawRepl.EnterAsync(board.Link, board.Limits, Stop);
        var program = await repl.StartAsync("ll('irq','{}')", Stop);
        board.Say("READY\r\nARMED\r\n");
        Assert.Equal("READY", await program.ReadLineAsync(TimeSpan.FromSeconds(1), Stop));
        Assert.Equal("ARMED", await program.ReadLineAsync(TimeSpan.FromSeconds(1), Stop));
        await program.WriteAsync("stop\n"u8.ToArray(), Stop);
        board.Say("DONE\r\n\u0004\u0004>");
        Assert.Equal("DONE", await program.ReadLineAsync(TimeSpan.FromSeconds(1), Stop));
        Assert.Null(await program.ReadLineAsync(TimeSpan.FromSeconds(1), Stop));
        Assert.Equal(new ReplAnswer("", ""), await program.FinishAsync(Stop));
        Assert.Null(await program.ReadLineAsync(TimeSpan.FromSeconds(1), Stop));
    }

    [Fact]
    public async Task Frames_with_every_byte_value_reach_the_decoder_and_the_end_reaches_the_answer()
    {
        var board = new SmallBoard { Run = _ => null };
        var repl = await RawRepl.EnterAsync(board.Link, board.Limits, Stop);
        var program = await repl.StartAsync("ll('capture','{}')", Stop);
        var frames = Enumerable.Range(0, 60_000).Select(i => (byte)(i * 7)).ToArray();
        frames[^2] = 0x04;
        frames[^1] = (byte)'>';
        board.Link.Answer(frames);
        board.Say("\u0004Traceback\r\nValueError: x\r\n\u0004>");
        var seen = new List<byte>();
        while (seen.Count < frames.Length)
        {
            var bytes = await program.ReadAsync(TimeSpan.FromSeconds(1), Stop);
            var take = Math.Min(bytes.Length, Math.Min(777, frames.Length - seen.Count));
            seen.AddRange(bytes.Span[..take]);
            program.Consume(take);
        }

        Assert.Equal(frames, seen);
        Assert.Equal("ValueError: x", (await program.FinishAsync(Stop)).ErrorLine);
    }

    [Fact]
    public async Task A_script_that_fails_among_its_frames_is_noticed_and_its_traceback_kept()
    {
        var board = new SmallBoard { Run = _ => null };
        var repl = await RawRepl.EnterAsync(board.Link, board.Limits, Stop);
        var program = await repl.StartAsync("ll('capture','{}')", Stop);
        board.Say("LLF1....\u0004Traceback (most recent call last):\r\nMemoryError: \r\n\u0004>");
        for (var bytes = await program.ReadAsync(TimeSpan.FromMinutes(5), Stop); !bytes.IsEmpty; bytes = await program.ReadAsync(TimeSpan.FromMinutes(5), Stop))
        {
            program.Consume(bytes.Length);
        }

        Assert.Equal("MemoryError:", (await program.FinishAsync(Stop)).ErrorLine);
        Assert.True(board.Clock.Now < TimeSpan.FromSeconds(10).Ticks, "It must not take the whole silence of five minutes.");
    }

    [Fact]
    public async Task An_answer_of_more_than_a_megabyte_is_refused_and_the_board_is_usable_again()
    {
        var board = new SmallBoard { Run = c => (new string('x', c == "big" ? 1_100_000 : 10), "") };
        var repl = await RawRepl.EnterAsync(board.Link, board.Limits, Stop);
        await Assert.ThrowsAsync<DeviceException>(() => repl.ExecuteAsync("big", Stop));
        Assert.Equal("xxxxxxxxxx", (await repl.ExecuteAsync("small", Stop)).Output);
    }

    [Fact]
    public async Task Leaving_stops_the_program_that_still_runs()
    {
        var board = new SmallBoard { Run = _ => null };
        await using (var repl = await RawRepl.EnterAsync(board.Link, board.Limits, Stop))
        {
            await repl.StartAsync("forever", Stop);
        }

        Assert.Equal(SmallBoard.Mode.Friendly, board.State);
    }

    [Fact]
    public async Task A_program_that_falls_silent_is_a_typed_error_with_its_last_words()
    {
        var board = new SmallBoard { Run = _ => null };
        var repl = await RawRepl.EnterAsync(board.Link, board.Limits, Stop);
        var program = await repl.StartAsync("forever", Stop);
        board.Say("half a li");
        var fault = await Assert.ThrowsAsync<DeviceException>(async () => await program.ReadLineAsync(TimeSpan.FromSeconds(3), Stop));
        Assert.Contains("half a li", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_board_that_trickles_words_for_ever_is_given_up_too()
    {
        var board = new SmallBoard { Run = _ => null };
        board.Link.OnIdle = () =>
        {
            if (board.State == SmallBoard.Mode.Program)
            {
                board.Say("tick\r\n", TimeSpan.FromSeconds(5));
            }
        };
        var repl = await RawRepl.EnterAsync(board.Link, board.Limits, Stop);
        await Assert.ThrowsAsync<DeviceException>(() => repl.ExecuteAsync("forever", Stop));
        Assert.InRange(TimeSpan.FromTicks(board.Clock.Now), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(3));
    }

    [Theory]
    [InlineData("", "silent")]
    [InlineData("Port already in use\r\n", "another client")]
    [InlineData("waiting for download\r\n", "bootloader")]
    [InlineData("rst:0x10 (RTCWDT_RTC_RESET),boot:0x13\r\ninvalid header: 0xffffffff\r\n", "again and again")]
    [InlineData("temperature 21.5\r\n", "no MicroPython prompt. Its last words:")]
    [InlineData("\u00fe\u0080\u009c\u00e0\u0000\u00f8\u00f0\u0086", "no text")]
    public async Task What_is_no_board_with_MicroPython_is_told_apart(string talk, string expected)
    {
        var clock = new VirtualClock();
        var link = new VirtualLink(clock);
        link.OnByte = _ => link.Answer(System.Text.Encoding.Latin1.GetBytes(talk));
        var fault = await Assert.ThrowsAsync<DeviceException>(() => RawRepl.EnterAsync(link, new StepLimits(1, clock), Stop));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.NotNull(fault.Try);
        Assert.InRange(TimeSpan.FromTicks(clock.Now), TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }
}
