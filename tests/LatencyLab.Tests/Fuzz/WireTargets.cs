using System.Globalization;
using System.IO.Hashing;
using System.Text;
using LatencyLab.Links;
using LatencyLab.MicroPython;
using LatencyLab.Samplers;
using LatencyLab.Samplers.Sigrok;
using LatencyLab.Tests.MicroPython;
using LatencyLab.Tests.Samplers;
using LatencyLab.Units;

namespace LatencyLab.Tests.Fuzz;

/// <summary>What boards and port servers send.</summary>
internal static class WireTargets
{
    private const uint Nonce = 0x01020304;

    private static readonly byte[] IdentityAnswer =
        "name=micropython\r\nversion=1.27.0\r\nmachine=Generic ESP32 module with ESP32\r\nuname=ESP32 module with ESP32\r\nbuild=v1.27.0 on 2025-12-09\r\nsys=3.4.0; MicroPython v1.27.0\r\nplatform=esp32\r\nuid=240ac4000001\r\nhz=160000000\r\nfree=150000\r\nend=1\r\n"u8.ToArray();

    private static IReadOnlyList<string> Lines { get; } =
    [
        """{"t":"HELLO","proto":1,"part":"irq","hz":160000000}""", """{"t":"READY","nonce":7,"caps":{"hard":true,"pull":["up"]}}""",
        """{"t":"ARMED","nonce":7}""", """{"t":"DONE","callbacks":1050,"errors":0,"reason":"stop"}""", """{"t":"ERROR","what":"ValueError: invalid pin"}""",
    ];

    // What sigrok-cli 0.7.2 prints for its demo device.
    private const string SigrokDump =
        "$date Wed Nov 25 10:00:00 2026 $end\n$version sigrok-cli 0.7.2 $end\n$comment\n  Acquisition with 2/8 channels at 1 MHz\n$end\n$timescale 1 ns $end\n$scope module libsigrok $end\n" +
        "$var wire 1 ! D0 $end\n$var wire 1 \" D1 $end\n$upscope $end\n$enddefinitions $end\n#0 1! 0\"\n#2000 0! 1\"\n#5000 1!\n#64000\n";

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("frames", Captures, DecodeFrames)
        {
            Repair = ByteStructure.RepairFrames,
            Pieces = ByteStructure.Frames,
            Words = ["LLF1", "\"proto\":1", "\"channels\":[2,3]", "\"tick_hz\":", "\"words\":[", "\"overrun\":[", "\"build\":\"\\ud800\""],
        },
        new("lines", () => [.. Lines.Select(l => ByteStructure.RepairBoardLine(Encoding.ASCII.GetBytes($"@LL1 {l}*00000000\n"), new Random(1)))], ParseLine)
        {
            Repair = ByteStructure.RepairBoardLine,
            Pieces = bytes => ByteStructure.Find(bytes, ","u8),
            Words = ["@LL1 ", "\"t\":", "\"READY\"", "\"nonce\":", "\"what\":", "\\ud800", "\\u0000", "{", "}", "[", "]", "1e400"],
            LongestInput = 1200,
        },
        new("identity", () => [IdentityAnswer], bytes => BoardIdentity.Parse(new ReplAnswer(LinkBuffer.Text(bytes), ""), "board") is not null)
        {
            Kinds = [FaultKind.Device],
            Words = ["name=", "micropython", " with ", "ESP32-S3", "RP2350", "uid=", "hz=", "end=1\n"],
        },
        new("telnet", () => [[.. Encoding.ASCII.GetBytes(">>> "), 255, 253, 44, 255, 251, 0, 255, 250, 44, 101, 0, 1, 194, 0, 255, 240, 65, 255, 255, 66], [.. TelnetDecoder.Hello]], DecodeTelnet)
        {
            Pieces = bytes => ByteStructure.Find(bytes, [255]),
        },
        new("sigrok-vcd", () => [Bytes(SigrokDump), Bytes(SigrokDump.Replace("1 MHz", "24 MHz", StringComparison.Ordinal))], DecodeSigrok)
        {
            Words = ["$date", "$end", "$comment", "$timescale 1 ns", "1 us $end", "$var wire 1 ! D0 $end", "$enddefinitions $end", "$dumpvars", "#0", "#9223372036854775807", "0!", "1\"", "at 1 MHz", "at 0 Hz", "x!", "#-1"],
        },
        new("repl", () => [Session(hasRawPaste: true), Session(hasRawPaste: false)], UseBoard)
        {
            Kinds = [FaultKind.Device, FaultKind.Measurement],
            Pieces = bytes => ReplAnswers.Starts(bytes),
            Words = ["raw REPL; CTRL-B to exit\r\n>", "OK", "R\u0001", "\u0004", "\u0001", ">>> ", "soft reboot\r\n", "MPY: ", "Traceback (most recent call last):\r\n", "KeyboardInterrupt: \r\n", "@LL1 {", "end=1\r\n"],
        },
    ];

    private static List<byte[]> Captures()
    {
        byte[] Join(params byte[][] frames) => [.. frames.SelectMany(f => f)];
        var plain = new FrameTestBench(Nonce);
        var wrapping = new FrameTestBench(Nonce);
        var talking = new FrameTestBench(Nonce);
        return
        [
            Join(
                plain.Hello(2), plain.Edges(0, 0, [0, 100, 3200]), plain.Edges(1, 0, [2000, 5000]), plain.Heartbeat(100_000, 3, 2), plain.Edges(0, 3, [7_000_000]),
                plain.Heartbeat(200_000, 4, 2), plain.End(10, 250_000, 4, 2)),
            Join(
                wrapping.Hello(2), wrapping.Edges(0, 0, [50, 4_000_000_000]), wrapping.Heartbeat(34_400_000 * 2, 2, 0), wrapping.Heartbeat(34_400_000 * 4, 2, 0),
                wrapping.Edges(1, 0, [9_000_000_000]), wrapping.End(10, 150_000_000, 2, 1)),
            Join("MPY: soft reboot\r\n"u8.ToArray(), talking.Hello(2), talking.Edges(0, 0, [1]), talking.Frame(4, 0, []), "Traceback (most recent call last):\r\n"u8.ToArray(), talking.End(1, 1000, 1, 0), ">>> "u8.ToArray()),
        ];
    }

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);

    /// <summary>Whole, in small pieces, and broken off: the same samples, and never more of them than times were said.</summary>
    private static bool DecodeSigrok(byte[] bytes)
    {
        var whole = Sigrok(bytes, bytes.Length + 1);
        var cut = Sigrok(bytes, 3);
        return whole == cut ? whole.Fault is null : throw new FuzzFault($"cut into pieces the dump means something else: {whole} and {cut}");
    }

    private static (long Digest, long Samples, string? Fault) Sigrok(byte[] bytes, int piece)
    {
        var sink = new StrictSink();
        SampleEdges? edges = null;
        var vcd = new SigrokVcd(["D0", "D1"], rate => edges = new SampleEdges(sink, new TimeBase(rate), [("D0", 0), ("D1", 1)]));
        for (var at = 0; at < bytes.Length && vcd.Fault is null; at += piece)
        {
            vcd.Feed(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
        }

        vcd.Finish(isWhole: vcd.Fault is null);
        if (vcd.Fault is null)
        {
            edges?.End();
        }
        else
        {
            edges?.BreakOff(vcd.Samples + 1, "broken off");
        }

        return edges is null || (sink.HasEnded && edges.Tick >= vcd.Samples)
            ? (sink.Digest, vcd.Samples, edges is null ? vcd.Fault ?? "no head" : vcd.Fault)
            : throw new FuzzFault($"ended {sink.HasEnded} at {edges.Tick} after {vcd.Samples} samples");
    }

    private static bool DecodeFrames(byte[] bytes)
    {
        var whole = Decode(bytes, bytes.Length);
        // A whole frame inside another one is taken for the end of a damaged one when it comes first: only then may the cutting matter.
        if (!HasNestedFrames(bytes))
        {
            var random = new Random(unchecked((int)Crc32.HashToUInt32(bytes)));
            for (var largest = 1; largest <= 64; largest *= 8)
            {
                if (Decode(bytes, largest, random) != whole)
                {
                    throw new FuzzFault($"cut into pieces of at most {largest} bytes the stream means something else");
                }
            }
        }

        return whole.Edges > 0;
    }

    private static (long Digest, StreamHealth Health, long Edges, bool Ended) Decode(byte[] bytes, int largest, Random? random = null)
    {
        var sink = new StrictSink();
        var reader = new PicoFrameReader(Nonce, ["D0", "D1"], sink);
        var decoder = new FrameDecoder(reader);
        for (var at = 0; at < bytes.Length && !decoder.Ended;)
        {
            var piece = bytes.AsSpan(at, Math.Min(bytes.Length - at, random is null ? largest : random.Next(1, largest + 1)));
            var used = decoder.Feed(piece);
            if (used > piece.Length || used < 0 || (used < piece.Length && !decoder.Ended))
            {
                throw new FuzzFault($"{used} bytes of {piece.Length} used");
            }

            at += used;
        }

        reader.BreakOff("link lost");
        if (sink.HasEnded != (reader.Hello is not null) || sink.EdgeCount != reader.EdgesSeen || reader.Talk.Length > 4096)
        {
            throw new FuzzFault($"ended {sink.HasEnded}, {sink.EdgeCount} edges of {reader.EdgesSeen}, {reader.Talk.Length} characters of talk");
        }

        return (sink.Digest, reader.Health, sink.EdgeCount, sink.HasEnded);
    }

    private static bool HasNestedFrames(byte[] bytes)
    {
        var end = 0;
        foreach (var at in ByteStructure.Frames(bytes))
        {
            if (at + 20 > bytes.Length)
            {
                break;
            }

            var length = BitConverter.ToUInt16(bytes, at + 6);
            if (length > FrameFormat.MaxPayloadBytes || at + 20 + length > bytes.Length
                || Crc32.HashToUInt32(bytes.AsSpan(at + 4, 12 + length)) != BitConverter.ToUInt32(bytes, at + 16 + length))
            {
                continue;
            }

            if (at < end)
            {
                return true;
            }

            end = at + 20 + length;
        }

        return false;
    }

    private static bool ParseLine(byte[] bytes)
    {
        if (BoardLine.Parse(LinkBuffer.Text(bytes)) is not { } line)
        {
            return false;
        }

        // Every reader of lines asks for members by name, and some of their texts go into messages.
        _ = BoardLine.KindOf(line);
        foreach (var name in (string[])["what", "reason", "proto", "nonce", "callbacks", "hz", "value"])
        {
            _ = BoardLine.Text(line, name);
            _ = BoardLine.Number(line, name);
            _ = BoardLine.IsTrue(line, name);
        }

        return true;
    }

    private static bool DecodeTelnet(byte[] bytes)
    {
        var whole = Telnet(bytes, bytes.Length);
        var cut = Telnet(bytes, 3);
        return whole == cut ? true : throw new FuzzFault($"cut into pieces the stream means something else: {whole} and {cut}");
    }

    private static string Telnet(byte[] bytes, int piece)
    {
        var decoder = new TelnetDecoder();
        var (answers, data, said) = (new List<byte>(), new List<byte>(), new StringBuilder());
        var output = new byte[Math.Max(1, piece)];
        for (var at = 0; at < bytes.Length; at += piece)
        {
            var count = decoder.Decode(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)), output, answers, (command, value) =>
            {
                said.Append(CultureInfo.InvariantCulture, $"{command}:{Convert.ToHexString(value)} ");
                if (value.Length > 256)
                {
                    throw new FuzzFault("an answer longer than 256 bytes is kept");
                }
            });
            data.AddRange(output.AsSpan(0, count));
        }

        // Three bytes answer three bytes.
        return answers.Count <= bytes.Length ? $"{Convert.ToHexString([.. data])} {said} {Convert.ToHexString([.. answers])}" : throw new FuzzFault($"{answers.Count} bytes of answers to {bytes.Length}");
    }

    private static byte[] Session(bool hasRawPaste)
    {
        var board = new SmallBoard { HasRawPaste = hasRawPaste, Run = code => (code.Contains("latencylab identify", StringComparison.Ordinal) ? Encoding.ASCII.GetString(IdentityAnswer) : "42\r\n", "") };
        var record = new ReplAnswers();
        board.Link.Damage = answer => record.Note(board.Link.Sent.Count, answer);
        Use(board.Link, board.Clock);
        return record.ToBytes();
    }

    private static bool UseBoard(byte[] bytes)
    {
        var clock = new VirtualClock();
        var link = new VirtualLink(clock);
        new ReplAnswers(bytes).PlayInto(link);
        return Use(link, clock);
    }

    private static bool Use(VirtualLink link, VirtualClock clock)
    {
        // Whether it ends well or with a typed error, it ends soon.
        var use = UseAsync(link, new StepLimits(1, clock));
        _ = Task.WhenAny(use).GetAwaiter().GetResult();
        if (clock.Now > TimeSpan.FromMinutes(5).Ticks)
        {
            throw new FuzzFault($"the board was waited for {TimeSpan.FromTicks(clock.Now)}");
        }

        use.GetAwaiter().GetResult();
        return true;
    }

    private static async Task UseAsync(VirtualLink link, StepLimits limits)
    {
        await using var repl = await RawRepl.EnterAsync(link, limits, default);
        await repl.ExecuteAsync("print(6*7)", default);
        await BoardIdentity.ReadAsync(repl, default);
        var program = await repl.StartAsync("ll('irq','{}')", default);
        for (var lines = 0; lines < 20 && await program.ReadLineAsync(TimeSpan.FromSeconds(1), default) is { } line; lines++)
        {
            BoardLine.Parse(line);
        }

        for (var pieces = 0; pieces < 20 && await program.ReadAsync(TimeSpan.FromSeconds(1), default) is { IsEmpty: false } bytes; pieces++)
        {
            program.Consume(bytes.Length);
        }

        await program.FinishAsync(default);
    }
}
