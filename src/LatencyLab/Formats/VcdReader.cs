using System.Buffers;
using System.Buffers.Text;
using System.Text;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Formats;

/// <summary>
/// Reads value change dumps (IEEE 1364-2005, 18.2): one or many changes a line, vectors bit by bit. Where a line is x or z its channel has a
/// gap, and so has every channel from $dumpoff on. A closing time without a change is the end of the capture. The standard has no values that
/// are longer than their variable (vectors come in the shortest form, 18.2.2), and readers differ in which end they cut off (vcd2fst keeps the left
/// bits): they are refused. GHDL writes the nine values of VHDL (IEEE 1076-2008, 16.7; its src/grt/grt-vcd.adb, Vcd_Put_Stdlogic): L and H are weak
/// levels, U, W and - are as unknown as x.
/// </summary>
internal static class VcdReader
{
    // How often a file in which nothing wanted happens gives word.
    private const int BytesBetweenWords = 4 * 1024 * 1024;

    private static readonly SearchValues<byte> Digits = SearchValues.Create("01xXzZuUwWlLhH-"u8);

    public static CaptureFormat Format { get; } = new("VCD", Recognises, Read);

    public static void Read(InputFile file, ReadOptions options, IEdgeSink sink, CancellationToken cancellationToken)
    {
        var tokens = new TextTokens(file);
        var header = VcdHeader.Read(tokens, file);
        var bits = VcdBits.Of(header, options, file);
        if (bits.Count == 0)
        {
            throw file.Fault("The dump declares no variable that has a level.", tokens.TokenOffset);
        }

        var grid = Grid(header, options, file);
        var selection = ChannelSelection.Resolve([.. bits.Select(b => b.Name)], options, file.Path);
        var codes = VcdCodes.Build(header.Variables, bits, selection);
        var levels = new LineLevels(sink, new TimeBase(grid.TickHz), [.. selection.Select(s => s.Name)], "level unknown (x or z)");
        var nextWord = (long)BytesBetweenWords;
        while (tokens.TryNext(out var token))
        {
            if (token[0] == (byte)'#')
            {
                MoveTo(token, grid, levels, tokens, file);
                if (tokens.TokenOffset >= nextWord)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    levels.HandOver();
                    nextWord = tokens.TokenOffset + BytesBetweenWords;
                }
            }
            else if (token[0] == (byte)'$')
            {
                Keyword(token, selection.Count, levels, tokens, file);
            }
            else
            {
                Change(token, codes, levels, tokens, file);
            }
        }

        if (!levels.HasTime)
        {
            throw file.Fault("The dump holds no time and no value.", file.Length, "It may be truncated.");
        }

        levels.End();
    }

    private static bool Recognises(ReadOnlySpan<byte> head)
    {
        var text = head.StartsWith("\uFEFF"u8) ? head[3..] : head;
        text = text.TrimStart(" \t\r\n"u8);
        return text.Length > 1 && text[0] == (byte)'$' && char.IsAsciiLetterLower((char)text[1]);
    }

    private static TimeGrid Grid(VcdHeader header, ReadOptions options, InputFile file)
    {
        var rate = options.SampleRateHz is null && header.SampleRateHz is null ? (long?)null : SampleRates.Choose(header.SampleRateHz, options, file.Path);
        return header.UnitsPerSecond > 0
            ? new TimeGrid(header.UnitsPerSecond, header.UnitMultiple, rate)
            : new TimeGrid(SampleRates.Choose(null, options, file.Path), 1, null);
    }

    private static void MoveTo(ReadOnlySpan<byte> token, TimeGrid grid, LineLevels levels, TextTokens tokens, InputFile file)
    {
        if (!Utf8Parser.TryParse(token[1..], out long units, out var used) || used != token.Length - 1)
        {
            throw file.Fault($"'{Shown(token)}' is no time.", tokens.TokenOffset);
        }

        if (units < 0)
        {
            throw file.Fault($"The time '{Shown(token)}' is negative.", tokens.TokenOffset);
        }

        var tick = grid.ToTick(units) ?? throw file.Fault(
            $"The time '{Shown(token)}' doesn't fit a tick of {UnitText.Frequency(grid.TickHz)}.", tokens.TokenOffset, "Leave --samplerate away to keep the times as they are.");
        if (levels.HasTime && tick < levels.Tick)
        {
            throw file.Fault($"The time goes back to '{Shown(token)}'.", tokens.TokenOffset);
        }

        levels.MoveTo(tick);
    }

    private static void Keyword(ReadOnlySpan<byte> token, int channels, LineLevels levels, TextTokens tokens, InputFile file)
    {
        // $vcdclose (18.3.6.1) holds the last time.
        if (token.SequenceEqual("$end"u8) || token.SequenceEqual("$dumpvars"u8) || token.SequenceEqual("$dumpall"u8) || token.SequenceEqual("$dumpon"u8) ||
            token.SequenceEqual("$vcdclose"u8))
        {
            return;
        }

        if (token.SequenceEqual("$dumpoff"u8))
        {
            // Nothing is written from here on; that each variable is x is said only by writers that keep to the standard.
            BeginAtZero(levels);
            for (var channel = 0; channel < channels; channel++)
            {
                levels.Set(channel, LineState.Unknown);
            }

            return;
        }

        if (!token.SequenceEqual("$comment"u8))
        {
            throw file.Fault($"'{Shown(token)}' has no place among value changes.", tokens.TokenOffset);
        }

        while (true)
        {
            if (!tokens.TryNext(out var word))
            {
                throw file.Fault("The file ends inside a comment.", file.Length, "It may be truncated.");
            }

            if (word.SequenceEqual("$end"u8))
            {
                return;
            }
        }
    }

    private static void Change(ReadOnlySpan<byte> token, VcdCodes codes, LineLevels levels, TextTokens tokens, InputFile file)
    {
        BeginAtZero(levels);
        if (ToState(token[0]) is { } state)
        {
            var line = codes.Find(token[1..]) ?? throw Undeclared(token[1..], tokens, file);
            foreach (var (bit, channel) in line.Wanted)
            {
                // A single value for a vector is extended to the left: 0 and 1 by zeros.
                levels.Set(channel, bit == 0 || state == LineState.Unknown ? state : LineState.Low);
            }

            return;
        }

        var kind = (char)(token[0] | 0x20);
        if (kind is not ('b' or 'r' or 's'))
        {
            throw file.Fault($"'{Shown(token)}' is no value change.", tokens.TokenOffset);
        }

        // The word's bytes go when the next one is asked for.
        var value = token[1..].ToArray();
        var offset = tokens.TokenOffset;
        if (!tokens.TryNext(out var code))
        {
            throw file.Fault("The file ends inside a value change.", file.Length, "It may be truncated.");
        }

        var vector = codes.Find(code) ?? throw Undeclared(code, tokens, file);
        if (vector.Wanted.Length == 0)
        {
            return;
        }

        if (kind != 'b' || value.Length == 0 || value.AsSpan().ContainsAnyExcept(Digits))
        {
            throw file.Fault($"'{kind}{Shown(value)}' isn't a value of {vector.Width} bits.", offset);
        }

        if (value.Length > vector.Width)
        {
            throw file.Fault($"'{kind}{Shown(value)}' has {value.Length} bits, but its variable was declared with {vector.Width}.", offset);
        }

        var leftmost = ToState(value[0])!.Value;
        foreach (var (bit, channel) in vector.Wanted)
        {
            levels.Set(channel, bit < value.Length ? ToState(value[^(bit + 1)])!.Value : leftmost == LineState.Unknown ? leftmost : LineState.Low);
        }
    }

    /// <summary>Values before the first time are those at 0 (as GTKWave reads them).</summary>
    private static void BeginAtZero(LineLevels levels)
    {
        if (!levels.HasTime)
        {
            levels.MoveTo(0);
        }
    }

    private static LineState? ToState(byte value) => value switch
    {
        (byte)'0' or (byte)'l' or (byte)'L' => LineState.Low,
        (byte)'1' or (byte)'h' or (byte)'H' => LineState.High,
        (byte)'x' or (byte)'X' or (byte)'z' or (byte)'Z' or (byte)'u' or (byte)'U' or (byte)'w' or (byte)'W' or (byte)'-' => LineState.Unknown,
        _ => null,
    };

    private static CaptureFormatException Undeclared(ReadOnlySpan<byte> code, TextTokens tokens, InputFile file) =>
        file.Fault($"The identifier '{Shown(code)}' isn't declared.", tokens.TokenOffset);

    private static string Shown(ReadOnlySpan<byte> text) => Encoding.Latin1.GetString(text.Length > 40 ? text[..40] : text);
}
