using System.Text;
using CsCheck;
using LatencyLab.Links;
using LatencyLab.MicroPython;
using LatencyLab.Tests.Links;

namespace LatencyLab.Tests.MicroPython;

/// <summary>
/// Boards that say anything at all: the client ends with an answer or a typed error, within its time limits (in virtual time) and bounded
/// memory. A wait without a limit fails in <see cref="VirtualClock"/>.
/// </summary>
public sealed class RawReplFuzzTests
{
    private static readonly TimeSpan LongestCase = TimeSpan.FromMinutes(5);

    // Pieces of the protocol in the wrong places reach further than noise does.
    private static readonly byte[][] Words =
    [
        "raw REPL; CTRL-B to exit\r\n>"u8.ToArray(), "OK"u8.ToArray(), "R\u0001\u0080\0\u0001"u8.ToArray(), [(byte)'R', 1], [(byte)'R', 1, 0, 0], [(byte)'R', 1, 1, 0], "R\0"u8.ToArray(),
        [0x04], [0x04, (byte)'>'], [0x01], [0x04, 0x04, (byte)'>'], ">>> "u8.ToArray(), "soft reboot\r\n"u8.ToArray(), "Traceback\r\nKeyboardInterrupt: \r\n"u8.ToArray(),
        "  File \"main.py\", line 1\r\n"u8.ToArray(), "name=micropython\r\nend=1\r\n"u8.ToArray(), "\r\n"u8.ToArray(), [0xff, 0xfe, 0x00],
    ];

    private static readonly Gen<byte[]> Piece = Gen.Frequency((3, Gen.Int[0, Words.Length - 1].Select(i => Words[i])), (1, Gen.Byte.Array[0, 40]));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_board_that_answers_each_byte_with_anything_ends_in_an_answer_or_a_typed_error() =>
        Piece.Array[0, 12].SampleAsync(
            async pieces =>
            {
                var (clock, next) = (new VirtualClock(), 0);
                var link = new VirtualLink(clock);
                link.OnByte = b =>
                {
                    // After a while it falls silent or repeats itself for ever, as its first piece decides.
                    if (pieces.Length > 0 && (next < 200 || pieces[0].Length % 2 == 0))
                    {
                        link.Answer(pieces[next++ % pieces.Length], TimeSpan.FromMilliseconds(b % 3));
                    }
                };
                await UseAsync(link, clock);
            },
            iter: FuzzCases.Of(1_000), threads: 1);

    [Fact]
    public Task A_good_board_whose_answers_are_damaged_or_cut_ends_in_an_answer_or_a_typed_error() =>
        Gen.Select(Gen.Int[0, 400], Gen.Int[0, 3], Gen.Byte.Array[1, 20]).SampleAsync(
            async (from, kind, noise) =>
            {
                var board = new SmallBoard { Run = code => (code.Length > 1000 ? "name=micropython\r\nend=1\r\n" : "42\r\n", "") };
                var seen = 0;
                board.Link.Damage = answer =>
                {
                    seen += answer.Length;
                    return seen < from ? answer : kind switch
                    {
                        0 => [],
                        1 => [.. answer.Select((b, i) => (byte)(b ^ noise[i % noise.Length]))],
                        2 => [.. noise, .. answer],
                        _ => answer[..(answer.Length / 2)],
                    };
                };
                await UseAsync(board.Link, board.Clock);
            },
            iter: FuzzCases.Of(1_000), threads: 1);

    [Fact]
    public Task A_flood_at_any_moment_ends_in_a_typed_error() =>
        Gen.Select(Gen.Int[0, 60], Gen.Int[0, Words.Length - 1]).SampleAsync(
            async (from, word) =>
            {
                var board = new SmallBoard { Run = _ => ("42\r\n", "") };
                var flood = Enumerable.Repeat(Words[word], 4000 / Words[word].Length).SelectMany(w => w).ToArray();
                board.Link.OnIdle = () =>
                {
                    if (board.Link.Sent.Count > from)
                    {
                        board.Link.Answer(flood, TimeSpan.FromMilliseconds(2));
                    }
                };
                await UseAsync(board.Link, board.Clock);
            },
            iter: FuzzCases.Of(40), threads: 1);

    [Fact]
    public Task A_board_that_is_unplugged_at_any_moment_is_a_typed_error() =>
        Gen.Int[0, 700].SampleAsync(
            async after =>
            {
                var board = new SmallBoard { Run = _ => ("42\r\n", "") };
                var take = board.Link.OnByte;
                board.Link.OnByte = b =>
                {
                    take(b);
                    board.Link.Unplugged = board.Link.Sent.Count >= after;
                };
                await UseAsync(board.Link, board.Clock);
            },
            iter: FuzzCases.Of(500), threads: 1);

    private static async Task UseAsync(VirtualLink link, VirtualClock clock)
    {
        try
        {
            await using var repl = await RawRepl.EnterAsync(link, new StepLimits(1, clock), Stop);
            await repl.ExecuteAsync("print(6*7)", Stop);
            await repl.SoftResetAsync(Stop);
            await BoardIdentity.ReadAsync(repl, Stop);
            var program = await repl.StartAsync("ll('irq','{}')", Stop);
            for (var lines = 0; lines < 100 && await program.ReadLineAsync(TimeSpan.FromSeconds(1), Stop) is not null; lines++)
            {
            }

            for (var pieces = 0; pieces < 100 && await program.ReadAsync(TimeSpan.FromSeconds(1), Stop) is { IsEmpty: false } bytes; pieces++)
            {
                program.Consume(bytes.Length);
            }

            await program.FinishAsync(Stop);
        }
        catch (DeviceException e)
        {
            Assert.InRange(Encoding.UTF8.GetByteCount(e.Message), 1, 2000);
        }

        Assert.InRange(TimeSpan.FromTicks(clock.Now), TimeSpan.Zero, LongestCase);
    }
}
