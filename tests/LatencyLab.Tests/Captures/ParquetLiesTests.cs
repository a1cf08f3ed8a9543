using LatencyLab.Captures;
using LatencyLab.Formats;
using LatencyLab.Signals;
using LatencyLab.Tests.Fuzz;
using LatencyLab.Units;
using static LatencyLab.Tests.Captures.ParquetBytes;

namespace LatencyLab.Tests.Captures;

/// <summary>Files that are made byte by byte: what other programs may write is read, and every number that can't be is refused.</summary>
public sealed class ParquetLiesTests
{
    private static readonly byte[] Head = [.. Thrift.Number(8), .. Thrift.Number(1), .. Thrift.Number(4), .. Thrift.Number(Thrift.Zigzag(1))];

    [Theory]
    [InlineData(Zstd)]
    [InlineData(Uncompressed)]
    public void A_file_as_the_format_describes_it_is_read(int codec)
    {
        var file = Sound with { Groups = [Sound.Groups[0] with { Columns = [.. Sound.Groups[0].Columns.Select(c => c with { Codec = codec })] }] };
        AssertSound(Read(file));
    }

    [Theory]
    [InlineData(RleDictionary, Plain)]
    [InlineData(PlainDictionary, PlainDictionary)]
    [InlineData(RleDictionary, PlainDictionary)]
    public void A_dictionary_of_ticks_is_read_like_the_ticks(int data, int dictionary)
    {
        // Two bits a number, four numbers in a run of bit-packed ones: 3, 2, 1, 0.
        var column = new ParquetColumn("t_ticks", 2, [new(2, dictionary, 4, LongBytes(5, 3, 2, 1)), new(0, data, 4, [2, 3, 0b00_01_10_11, 0])]);
        AssertSound(Read(Sound.With(column)));
    }

    [Fact]
    public void Ticks_as_differences_are_read_whatever_room_they_take()
    {
        // Differences 1, 1, 2 with least 1: one bit each; widths from 1 to 64 bits say the same.
        for (var width = 1; width <= 64; width++)
        {
            var bits = new byte[width];
            bits[2 * width / 8] |= (byte)(1 << (2 * width % 8));
            byte[] page = [.. Head, .. Thrift.Number(Thrift.Zigzag(1)), (byte)width, .. bits];
            AssertSound(Read(Sound.With(Deltas(page, 4))));
        }

        // What the last values don't need may be missing, and a page of one value has no block at all.
        AssertSound(Read(Sound.With(Deltas([.. Head, .. Thrift.Number(Thrift.Zigzag(1)), 8, 0, 0, 1], 4))));
        var one = new ParquetGroup([Deltas([.. Thrift.Number(8), 1, 1, 4], 1), Bytes("channel", 1), Bools("level", true)], 1);
        Assert.Equal([2], Read(Sound with { Groups = [one] }).Traces[1].Ticks);
    }

    [Fact]
    public void Damaged_differences_are_refused()
    {
        byte[] first = [2];
        byte[] block = [2, 1, 4];
        byte[][] pages =
        [
            [],
            [8, 1],
            [.. Enumerable.Repeat((byte)0xFF, 10), 1, 4, 2, .. block],
            [8, 1, 3, .. first, .. block],
            [0, 1, 4, .. first, .. block],
            [.. Thrift.Number(2 << 20), 1, 4, .. first, .. block],
            [8, 0, 4, .. first, .. block],
            [8, 9, 4, .. first, .. block],
            [.. Thrift.Number(24), 5, 4, .. first, .. block],
            [.. Thrift.Number(16), 4, 4, .. first, .. block],
            [8, 1, 4, .. first, 2, 65, .. new byte[65]],
            [8, 1, 4, .. first, 2],
            [8, 1, 4, .. first, 2, 8, 0, 0],
            [.. Thrift.Number(16), 2, 4, .. first, 2, 8],
        ];
        foreach (var (index, page) in pages.Index())
        {
            Assert.True(Refuses(Sound.With(Deltas(page, 4)), "damaged"), $"page {index}");
        }

        // Two parts of eight values, the first cut off.
        var group = new ParquetGroup(
            [Deltas([16, 2, 10, .. first, 2, 8, 8, 0, 0, 0], 10), Bytes("channel", new int[10]), Bools("level", true, false, true, false, true, false, true, false, true, false)], 10);
        Assert.True(Refuses(Sound with { Groups = [group] }, "damaged"));
    }

    public static TheoryData<string, string> Lies { get; } = new()
    {
        { "no metadata of a column", "damaged" },
        { "negative size", "pages aren't" },
        { "size beyond the file", "pages aren't" },
        { "offset in the mark", "pages aren't" },
        { "offset beyond the file", "pages aren't" },
        { "page of negative size", "pages aren't" },
        { "page too large", "pages aren't" },
        { "packed size negative", "pages aren't" },
        { "packed size beyond the column", "pages aren't" },
        { "negative count", "pages aren't" },
        { "count above a group", "pages aren't" },
        { "unknown kind", "pages aren't" },
        { "runs of levels", "pages aren't" },
        { "dictionary of another encoding", "pages aren't" },
        { "negative dictionary", "pages aren't" },
        { "page longer than said", "damaged" },
        { "page shorter than said", "damaged" },
        { "values missing", "damaged" },
        { "levels missing", "damaged" },
        { "no byte", "damaged" },
        { "more values than rows", "damaged" },
        { "fewer values than rows", "damaged" },
        { "negative rows", "rows" },
        { "too many rows", "rows" },
        { "no column of levels", "no column 'level'" },
        { "column missing in a group", "no column 'level'" },
        { "optional ticks", "no column 't_ticks'" },
        { "repeated ticks", "no column 't_ticks'" },
        { "ticks of 32 bits", "no column 't_ticks'" },
        { "no footer entry", "'latencylab'" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void What_can_not_be_is_refused(string lie, string named)
    {
        ParquetBytes Ticks(Func<ParquetColumn, ParquetColumn> change) => Sound.With("t_ticks", change);
        ParquetBytes Page(Func<ParquetPagePart, ParquetPagePart> change) => Ticks(c => c.Page(change));
        ParquetBytes Dictionary(ParquetPagePart page) => Sound.With(new ParquetColumn("t_ticks", 2, [page, new(0, RleDictionary, 4, [2, 3, 0b00_01_10_11, 0])]));
        ParquetBytes Rows(long rows) => Sound with { Groups = [Sound.Groups[0] with { Rows = rows }] };
        var file = lie switch
        {
            "no metadata of a column" => Ticks(c => c with { HasMetadata = false }),
            "negative size" => Ticks(c => c with { ClaimedBytes = -1 }),
            "size beyond the file" => Ticks(c => c with { ClaimedBytes = 1 << 20 }),
            "offset in the mark" => Ticks(c => c with { ClaimedOffset = 0 }),
            "offset beyond the file" => Ticks(c => c with { ClaimedOffset = 1 << 20 }),
            "page of negative size" => Page(p => p with { ClaimedBytes = -1 }),
            "page too large" => Page(p => p with { ClaimedBytes = 64 << 20 }),
            "packed size negative" => Page(p => p with { ClaimedPacked = -1 }),
            "packed size beyond the column" => Page(p => p with { ClaimedPacked = 1000 }),
            "negative count" => Page(p => p with { Values = -1 }),
            "count above a group" => Page(p => p with { Values = (1 << 20) + 1 }),
            "unknown kind" => Page(p => p with { Kind = 1 }),
            "runs of levels" => Sound.With("level", c => c.Page(p => p with { Encoding = RleDictionary })),
            "dictionary of another encoding" => Dictionary(new(2, RleDictionary, 4, LongBytes(5, 3, 2, 1))),
            "negative dictionary" => Dictionary(new(2, Plain, -4, LongBytes(5, 3, 2, 1))),
            "page longer than said" => Page(p => p with { ClaimedBytes = 8 }),
            "page shorter than said" => Page(p => p with { ClaimedBytes = 100 }),
            "values missing" => Page(p => p with { Bytes = LongBytes(1, 2, 3) }),
            "levels missing" => Sound.With("level", c => c.Page(p => p with { Bytes = [] })),
            "no byte" => Sound.With(Bytes("channel", 0, 1, 256, 0)),
            "more values than rows" => Sound.With(Longs("t_ticks", 1, 2, 3, 5, 6)),
            "fewer values than rows" => Sound.With(Longs("t_ticks", 1, 2, 3)),
            "negative rows" => Rows(-1),
            "too many rows" => Rows((1 << 20) + 1),
            "no column of levels" => Sound with { Groups = [Sound.Groups[0] with { Columns = [.. Sound.Groups[0].Columns.Take(2)] }] },
            "column missing in a group" => Sound with { Groups = [Sound.Groups[0], Sound.Groups[0] with { Columns = [.. Sound.Groups[0].Columns.Take(2)] }] },
            "optional ticks" => Ticks(c => c with { Repetition = 1 }),
            "repeated ticks" => Ticks(c => c with { Repetition = 2 }),
            "ticks of 32 bits" => Sound.With(Bytes("channel", 0, 1, 0, 0) with { Name = "t_ticks" }),
            _ => Sound with { Metadata = null },
        };
        Assert.True(Refuses(file, named), lie);
    }

    [Theory]
    [InlineData("null", "no valid JSON")]
    [InlineData("{}", "no valid JSON")]
    [InlineData("{\"schema\":\"other/1\"", "schema")]
    [InlineData("\"tick_hz\":0", "rate")]
    [InlineData("\"tick_hz\":1000000000000001", "rate")]
    [InlineData("\"clock_ppm\":1e999", "rate")]
    [InlineData("\"channels\":[]", "channels")]
    [InlineData("\"channels\":[null]", "channels")]
    [InlineData("\"channels\":[{\"index\":1,\"name\":\"a\"}]", "channels")]
    [InlineData("\"end_tick\":-1", "end")]
    [InlineData("\"end_tick\":null", "where the capture ends")]
    [InlineData("\"gaps\":[null]", "gaps")]
    [InlineData("\"gaps\":[{\"from_tick\":3,\"to_tick\":2,\"reason\":\"x\"}]", "gaps")]
    [InlineData("\"gaps\":[{\"from_tick\":1,\"to_tick\":2,\"channel\":-1,\"reason\":\"x\"}]", "gaps")]
    [InlineData("\"gaps\":[{\"from_tick\":1,\"to_tick\":2,\"channel\":2,\"reason\":\"x\"}]", "gaps")]
    [InlineData("\"gaps\":[{\"from_tick\":1,\"to_tick\":2,\"reason\":\"\\ud800\"}]", "no valid JSON")]
    public void Metadata_that_can_not_be_are_refused(string member, string named)
    {
        var text = member;
        if (member[0] == '"')
        {
            var members = System.Text.Json.Nodes.JsonNode.Parse(Sound.Metadata!)!.AsObject();
            var name = member[1..member.IndexOf('"', 1)];
            members.Remove(name);
            text = members.ToJsonString()[..^1] + "," + member + "}";
        }
        else if (member[^1] != '}' && member != "null")
        {
            var rest = Sound.Metadata!.Trim();
            text = member + rest[rest.IndexOf(',')..];
        }

        Assert.True(Refuses(Sound with { Metadata = text }, named));
    }

    [Theory]
    [InlineData("latencylab.edges/1.7")]
    [InlineData("latencylab.edges/1")]
    public void A_later_minor_version_of_the_metadata_is_read(string schema) =>
        AssertSound(Read(Sound with { Metadata = Sound.Metadata!.Replace("latencylab.edges/1", schema, StringComparison.Ordinal) }));

    [Fact]
    public void Rows_that_can_not_be_are_refused()
    {
        long[][] ticks = [[1, 2, 3, 2], [1, 2, 3, 10], [-1, 2, 3, 5], [1, 2, 3, 3]];
        Assert.All(ticks, t => Assert.True(Refuses(Sound.With(Longs("t_ticks", t)), "out of order")));
        Assert.True(Refuses(Sound.With(Bytes("channel", 0, 2, 0, 0)), "out of order"));
        Assert.True(Refuses(Sound.With(Bools("level", true, true, true, false)), "no gap"));

        // The same with a gap that says why: on this channel, or on all; not on another one.
        foreach (var (channel, isRead) in ((int?, bool)[])[(0, true), (null, true), (1, false)])
        {
            var metadata = new CaptureMetadata(
                new CaptureHeader(new TimeBase(1_000_000), [new Channel(0, "D0", false), new Channel(1, "D1")]), new CaptureOrigin(), 10, [new Gap(2, 3, channel, null, "lost")]);
            var file = Sound.With(Bools("level", true, true, true, false)) with { Metadata = Text(metadata) };
            Assert.Equal(isRead, !Refuses(file, "no gap"));
        }
    }

    [Fact]
    public void Groups_outside_of_what_is_wanted_are_skipped_and_the_gap_says_so()
    {
        ParquetGroup Group(long from, bool hasRange) => new(
            [Longs("t_ticks", from, from + 1) with { Range = hasRange ? (from, from + 1) : null }, Bytes("channel", 0, 0), Bools("level", true, false)], 2);
        var file = Sound with
        {
            Groups = [Group(10, true), Group(20, true), Group(30, true), Group(40, false), Group(50, true), Group(60, true)],
            Metadata = Text(new CaptureMetadata(new CaptureHeader(new TimeBase(1_000_000), [new Channel(0, "D0", false)]), new CaptureOrigin(), 100, [])),
        };
        Assert.Equal(12, Read(file).Traces[0].Ticks.Length);

        // The fourth group doesn't say where it lies.
        var part = Read(file, [(31, 35)]);
        Assert.Equal([30, 31, 40, 41], part.Traces[0].Ticks);
        Assert.Equal([(0, 30, ParquetCaptureReader.NotRead)], part.Gaps.Where(g => g.ToTick <= 30).Select(g => (g.FromTick, g.ToTick, g.Reason)));
        Assert.Equal([20, 21, 40, 41, 60, 61], Read(file, [(0, 5), (21, 21), (60, 60)]).Traces[0].Ticks);
    }

    [Fact]
    public void A_footer_that_is_none_is_refused()
    {
        var sound = Sound.ToArray();
        byte[][] files =
        [
            "PAR1"u8.ToArray(),
            [.. sound[..^4], .. "PAR2"u8],
            [.. sound[..^8], .. BitConverter.GetBytes(sound.Length), .. "PAR1"u8],
            [.. sound[..^8], .. BitConverter.GetBytes(-1), .. "PAR1"u8],
            [.. sound[..^8], .. BitConverter.GetBytes(0), .. "PAR1"u8],
            [.. sound[..^8], .. BitConverter.GetBytes(5), .. "PAR1"u8],
        ];
        foreach (var (index, file) in files.Index())
        {
            Assert.True(Refuses(file, "footer", "too short"), $"file {index}");
        }

        var path = InputFolder.Write("PAR1"u8.ToArray(), "huge.parquet");
        using (var file = File.Open(path, FileMode.Open))
        {
            file.SetLength(70 << 20);
            file.Position = file.Length - 8;
            file.Write([.. BitConverter.GetBytes(65 << 20), .. "PAR1"u8]);
        }

        Assert.Contains("no footer", Assert.Throws<CaptureFormatException>(() => ParquetCaptureReader.ReadMetadata(path)).Message, StringComparison.Ordinal);
        File.Delete(path);
    }

    [Fact]
    public void A_footer_with_members_of_another_kind_or_cut_off_anywhere_is_refused()
    {
        byte[][] footers =
        [
            new Thrift().Add(1, 6, [2]).End(),
            new Thrift().Add(1, 5, [.. Enumerable.Repeat((byte)0xFF, 11)]).End(),
            new Thrift().Add(2, 9, [0x18, 1, 65]).End(),
            new Thrift().Add(2, 9, [0xFC, 0xFF, 0xFF, 0x03]).End(),
            new Thrift().Add(2, 9, []).End(),
            new Thrift().Add(2, 9, [0xFC]).End(),
            new Thrift().Add(2, 12, [0]).End(),
            new Thrift().List(2, 12, [new Thrift().Add(10, 12, new Thrift().Add(10, 12, new Thrift().Add(1, 3, [8]).Add(2, 3, [0]).End()).End()).End()]).End(),
            new Thrift().List(2, 12, [new Thrift().Add(10, 12, new Thrift().Add(10, 12, new Thrift().Add(1, 5, [8]).End()).End()).End()]).End(),
            new Thrift().Add(6, 8, [100, 1]).End(),
            new Thrift().Add(7, 5, [1]).End(),
            [0x05, 0x02, 0],
        ];
        foreach (var (index, footer) in footers.Index())
        {
            Assert.True(Refuses([.. "PAR1"u8, .. footer, .. BitConverter.GetBytes(footer.Length), .. "PAR1"u8], "footer"), $"footer {index}");
        }

        var sound = Sound.ToArray();
        var length = BitConverter.ToInt32(sound, sound.Length - 8);
        for (var kept = 0; kept < length; kept++)
        {
            Assert.True(Refuses([.. sound[..(sound.Length - 8 - length + kept)], .. BitConverter.GetBytes(kept), .. "PAR1"u8], "footer"), $"the first {kept} bytes of it");
        }
    }

    [Fact]
    public void A_head_of_a_page_that_is_cut_off_or_of_another_kind_is_refused()
    {
        var sound = Sound.ToArray();
        for (var at = 4; at < 16; at++)
        {
            byte[] bytes = [.. sound];
            bytes[at] = 0xFF;
            Assert.True(Refuses(bytes, "pages aren't", "damaged"), $"byte {at}");
        }
    }

    [Fact]
    public void A_capture_with_more_channels_than_a_file_can_number_is_refused()
    {
        var path = InputFolder.Write([], "wide.parquet");
        using var writer = ParquetCaptureWriter.Create(path + ".new", new CaptureOrigin());
        var fault = Assert.Throws<LatencyLabException>(() => writer.Begin(new CaptureHeader(new TimeBase(1), [.. Enumerable.Range(0, 257).Select(i => new Channel(i, $"D{i}"))])));
        Assert.Equal(FaultKind.Usage, fault.Kind);
        File.Delete(path);
    }

    private static ParquetColumn Deltas(byte[] page, int values) => new("t_ticks", 2, [new(0, Differences, values, page)]);

    private static bool Refuses(ParquetBytes file, params string[] named) => Refuses(file.ToArray(), named);

    private static bool Refuses(byte[] bytes, params string[] named)
    {
        var path = InputFolder.Write(bytes, "lie.parquet");
        try
        {
            ParquetCaptureReader.Read(path, new StrictSink(), cancellationToken: TestContext.Current.CancellationToken);
            return false;
        }
        catch (CaptureFormatException e)
        {
            return named.Any(n => e.Message.Contains(n, StringComparison.Ordinal)) ? true : throw new InvalidOperationException($"refused for another reason: {e.Message}", e);
        }
    }

    private static Capture Read(ParquetBytes file, IReadOnlyList<(long FromTick, long ToTick)>? wanted = null)
    {
        var path = InputFolder.Write(file.ToArray(), "made.parquet");
        var collector = new CaptureCollector();
        CaptureFile.Open(path, new ReadOptions { Spans = wanted }).Read(collector, TestContext.Current.CancellationToken);
        return collector.ToCapture();
    }

    private static void AssertSound(Capture capture)
    {
        Assert.Equal([[1, 3, 5], [2]], capture.Traces.Select(t => t.Ticks));
        Assert.Equal(10, capture.EndTick);
    }
}
