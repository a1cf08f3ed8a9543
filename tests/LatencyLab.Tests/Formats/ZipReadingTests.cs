using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Formats;

/// <summary>The archive around a session: everything that can be wrong with it is refused, and nothing is read shorter than it was.</summary>
public sealed class ZipReadingTests
{
    private const uint CentralSignature = 0x02014b50;
    private const uint EndSignature = 0x06054b50;

    private static readonly byte[] Session = new SrSession { Level = CompressionLevel.NoCompression }.AddChunks([0, 1, 1, 3, 2, 2, 0, 0, 1], 3, 3, 3).ToBytes();

    [Fact]
    public void A_session_cut_at_any_byte_is_refused()
    {
        for (var length = 0; length < Session.Length; length++)
        {
            var fault = CaptureBytes.Fault(Session[..length]);
            Assert.Equal(FaultKind.Storage, fault.Kind);
        }
    }

    [Fact]
    public void Every_flipped_bit_of_the_samples_is_seen()
    {
        var at = Session.AsSpan().IndexOf("logic-1-1"u8) + "logic-1-1".Length;
        for (var bit = 0; bit < 24; bit++)
        {
            var damaged = Session.ToArray();
            damaged[at + (bit / 8)] ^= (byte)(1 << (bit % 8));
            Assert.Contains("checksum", CaptureBytes.Fault(damaged).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_real_capture_with_damage_anywhere_is_read_as_it_was_or_refused()
    {
        var good = File.ReadAllBytes(Repository.Path("captures", "am2301_1mhz.sr"));
        var expected = CaptureBytes.Read(good);
        var random = new Random(3);
        for (var i = 0; i < 300; i++)
        {
            var damaged = good.ToArray();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                var actual = CaptureBytes.Read(damaged);
                Assert.Equal(expected.EndTick, actual.EndTick);
                Assert.True(expected.Traces.Zip(actual.Traces).All(t => t.First.Ticks.AsSpan().SequenceEqual(t.Second.Ticks)));
            }
            catch (LatencyLabException e)
            {
                Assert.Equal(FaultKind.Storage, e.Kind);
            }
        }
    }

    [Fact]
    public void Lies_in_the_directory_are_named()
    {
        Refused(Patch(CentralSignature, 20, 1), "which can't be");
        Refused(Patch(CentralSignature, 10, 99), "packed by method 99");
        Refused(Patch(CentralSignature, 8, 1), "encrypted");
        Refused(Patch(CentralSignature, 42, 5), "overlaps");
        Refused(Patch(CentralSignature, 0, 0), "directory is damaged");
        Refused(Patch(EndSignature, 10, 77), "claims 77 members");
        Refused(Patch(EndSignature, 16, 1), "directory is damaged");
        Refused(PatchWide(EndSignature, 16, uint.MaxValue - 1), "outside the file");
        Refused(Session[..^1], "no end record");
        Refused([.. "PK\u0003\u0004"u8, .. new byte[100]], "no end record");
    }

    [Fact]
    public void A_member_that_claims_more_than_deflate_can_hold_is_refused_before_it_is_inflated()
    {
        var bytes = new SrSession().AddChunks(new byte[100_000], 100_000).ToBytes();
        var central = bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(central + 24), 0xf0000000);
        Refused(bytes, "which can't be");
    }

    [Fact]
    public void A_member_that_holds_more_or_less_than_it_promises_is_refused()
    {
        foreach (var (change, named) in ((int, string)[])[(-1, "holds more than"), (1, "were promised")])
        {
            var bytes = new SrSession().AddChunks(new byte[100_000], 100_000).ToBytes();
            var central = bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(central + 24), (uint)(100_000 + change));
            Refused(bytes, named);
        }
    }

    [Fact]
    public void A_bomb_of_gigabytes_is_read_with_the_memory_of_a_few_megabytes()
    {
        // One gigabyte of nothing in one member: legal, and dull.
        var path = Path.GetTempFileName();
        try
        {
            using (var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create))
            {
                Write(archive, "version", "2"u8);
                Write(archive, "metadata", "[device 1]\ncapturefile=logic-1\ntotal probes=1\nsamplerate=1 GHz\nprobe1=A\nunitsize=1\n"u8);
                using var member = archive.CreateEntry("logic-1-1", CompressionLevel.Fastest).Open();
                var block = new byte[1 << 20];
                for (var i = 0; i < 1024; i++)
                {
                    member.Write(block);
                }
            }

            GC.Collect();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var counter = new EdgeCounter();
            LatencyLab.Formats.CaptureFile.Open(path).Read(counter, TestContext.Current.CancellationToken);
            Assert.Equal((1L << 30, 0), (counter.EndTick, counter.Counts[0]));
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Members_with_the_same_name_or_names_that_point_elsewhere_change_nothing()
    {
        Refused(new SrSession().Add("logic-1-1", [1]).Add("logic-1-1", [0]).ToBytes(), "twice");
        var capture = CaptureBytes.Read(new SrSession().Add("../../../../tmp/evil", [1]).Add("/etc/passwd", [1]).Add("logic-1-1", [0, 1]).ToBytes());
        Assert.Equal([1], capture.Traces[0].Ticks);
    }

    [Fact]
    public void Sixty_four_bit_sizes_and_streamed_members_are_read()
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(new Unseekable(bytes), ZipArchiveMode.Create))
        {
            // Into a stream that can't go back the writer puts sizes behind the data.
            Write(archive, "version", "2"u8);
            Write(archive, "metadata", "[device 1]\ncapturefile=logic-1\ntotal probes=1\nsamplerate=1 MHz\nprobe1=A\nunitsize=1\n"u8);
            Write(archive, "logic-1-1", [0, 1, 0]);
        }

        Assert.Equal([1, 2], CaptureBytes.Read(bytes.ToArray()).Traces[0].Ticks);
        Assert.Equal([1, 2], CaptureBytes.Read(Zip64([0, 1, 0])).Traces[0].Ticks);
        var broken = Zip64([0, 1, 0]);
        broken[broken.AsSpan().LastIndexOf("PK\u0006\u0006"u8)] = 0;
        Refused(broken, "no ZIP64 end record");
    }

    [Fact]
    public void Files_that_are_no_captures_say_so()
    {
        Refused([], "empty");
        Refused("hello\n"u8.ToArray(), "format isn't known");
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Write(archive, "meta.json", "{}"u8);
        }

        var fault = CaptureBytes.Fault(bytes.ToArray());
        Assert.Contains("Saleae", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Export", fault.Try, StringComparison.Ordinal);
        Assert.Contains("no such file", Assert.ThrowsAny<LatencyLabException>(() => LatencyLab.Formats.CaptureFile.Open("/no/such/file")).Message, StringComparison.Ordinal);
        Assert.Contains("folder", Assert.ThrowsAny<LatencyLabException>(() => LatencyLab.Formats.CaptureFile.Open(Path.GetTempPath())).Message, StringComparison.Ordinal);
        Assert.Contains("can't be opened", Assert.ThrowsAny<LatencyLabException>(() => LatencyLab.Formats.CaptureFile.Open("")).Message, StringComparison.Ordinal);
    }

    /// <summary>A stored session all of whose sizes stand in ZIP64 fields (APPNOTE 4.3.14, 4.5.3).</summary>
    private static byte[] Zip64(byte[] samples)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        var directory = new MemoryStream();
        using var central = new BinaryWriter(directory);
        foreach (var (name, content) in ((string, byte[])[])[
            ("version", "2"u8.ToArray()),
            ("metadata", "[device 1]\ncapturefile=logic-1\ntotal probes=1\nsamplerate=1 MHz\nprobe1=A\nunitsize=1\n"u8.ToArray()),
            ("logic-1-1", samples)])
        {
            var offset = bytes.Position;
            var nameBytes = Encoding.ASCII.GetBytes(name);
            WriteHeader(writer, 0x04034b50, []);
            writer.Write((ushort)nameBytes.Length);
            writer.Write((ushort)0);
            writer.Write(nameBytes);
            writer.Write(content);
            WriteHeader(central, CentralSignature, [45, 0]);
            central.Write((ushort)nameBytes.Length);
            central.Write((ushort)28);
            central.Write(new byte[10]);
            central.Write(uint.MaxValue);
            central.Write(nameBytes);
            central.Write((ushort)1);
            central.Write((ushort)24);
            central.Write((long)content.Length);
            central.Write((long)content.Length);
            central.Write(offset);

            void WriteHeader(BinaryWriter target, uint signature, byte[] madeBy)
            {
                target.Write(signature);
                target.Write(madeBy);
                target.Write(new byte[] { 45, 0, 0, 0, 0, 0, 0, 0, 0, 0 });
                target.Write(Crc32.HashToUInt32(content));
                target.Write(uint.MaxValue);
                target.Write(uint.MaxValue);
            }
        }

        var start = bytes.Position;
        writer.Write(directory.ToArray());
        var end = bytes.Position;
        writer.Write(0x06064b50);
        writer.Write(44L);
        writer.Write(new byte[12]);
        writer.Write(3L);
        writer.Write(3L);
        writer.Write(end - start);
        writer.Write(start);
        writer.Write(0x07064b50);
        writer.Write(0);
        writer.Write(end);
        writer.Write(1);
        writer.Write(EndSignature);
        writer.Write(0);
        writer.Write(ushort.MaxValue);
        writer.Write(ushort.MaxValue);
        writer.Write(uint.MaxValue);
        writer.Write(uint.MaxValue);
        writer.Write((ushort)0);
        return bytes.ToArray();
    }

    private static void Write(ZipArchive archive, string name, ReadOnlySpan<byte> content)
    {
        using var member = archive.CreateEntry(name).Open();
        member.Write(content);
    }

    private static void Refused(byte[] bytes, string named)
    {
        var fault = CaptureBytes.Fault(bytes);
        Assert.IsType<CaptureFormatException>(fault);
        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
    }

    private static byte[] Patch(uint signature, int offset, ushort value)
    {
        var bytes = Session.ToArray();
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(Last(bytes, signature) + offset), value);
        return bytes;
    }

    private static byte[] PatchWide(uint signature, int offset, uint value)
    {
        var bytes = Session.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Last(bytes, signature) + offset), value);
        return bytes;
    }

    private static int Last(byte[] bytes, uint signature)
    {
        Span<byte> wanted = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(wanted, signature);
        return bytes.AsSpan().LastIndexOf(wanted);
    }

    private sealed class Unseekable(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }
}
