using LatencyLab.Formats;
using LatencyLab.Signals;

namespace LatencyLab.Tests.Formats;

public sealed class SaleaeBinaryReaderTests
{
    [Fact]
    public void Version_0_has_picoseconds_or_the_samples_of_a_given_rate()
    {
        var bytes = SaleaeBinary.Version0(true, 0, 1e-3, [1e-6, 2.5e-6, 3e-4]);
        var capture = CaptureBytes.Read(bytes);
        Assert.Equal((1_000_000_000_000, 0, 1_000_000_000), (capture.TimeBase.TickHz, capture.Header.StartTick, capture.EndTick));
        Assert.Equal([1_000_000, 2_500_000, 300_000_000], capture.Traces[0].Ticks);
        Assert.Equal((true, false), (capture.Traces[0].Channel.InitialLevel, capture.Traces[0].FirstLevel));

        Assert.Equal([2, 5, 600], CaptureBytes.Read(bytes, new ReadOptions { SampleRateHz = 2_000_000 }).Traces[0].Ticks);
        Assert.Contains("doesn't fall on a sample", CaptureBytes.Fault(bytes, new ReadOptions { SampleRateHz = 1_000_000 }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_lies_between_chunks_of_version_1_is_a_gap()
    {
        var capture = CaptureBytes.Read(SaleaeBinary.Version1((false, 1e6, -1e-3, 1e-3, [-5e-4, 2e-6]), (false, 1e6, 2e-3, 3e-3, [2.5e-3]), (true, 1e6, 4e-3, 5e-3, [])));
        Assert.Equal((1_000_000, -1000, 5000), (capture.TimeBase.TickHz, capture.Header.StartTick, capture.EndTick));
        Assert.Equal([new Gap(1000, 2000, 0, null, "no data between chunks"), new Gap(3000, 4000, 0, null, "no data between chunks")], capture.Gaps);
        Assert.Equal([-500, 2, 2500], capture.Traces[0].Ticks);
    }

    [Fact]
    public void Chunks_that_touch_are_one_without_a_gap()
    {
        var capture = CaptureBytes.Read(SaleaeBinary.Version1((false, 1e6, -1e-3, 1e-3, [2e-6]), (true, 1e6, 1e-3, 2e-3, []), (false, 1e6, 2e-3, 3e-3, [2.5e-3])));
        Assert.Empty(capture.Gaps);
        Assert.Equal([2, 2000, 2500], capture.Traces[0].Ticks);
        Assert.Equal((-1000, 3000), (capture.Header.StartTick, capture.EndTick));
    }

    [Fact]
    public void Damage_is_named_with_its_place()
    {
        var good = SaleaeBinary.Version0(false, 0, 1, [0.25, 0.5]);
        Refused(good[..^3], "room for 1");
        Refused([.. good, 0], "but the file has");
        Refused(good[..40], "ends inside the header");
        Refused(With(good, 8, 2), "version 2");
        Refused(With(good, 12, 1), "analog");
        Refused(With(good, 12, 7), "unknown type");
        Refused(With(good, 16, 2), "initial state");
        Refused(SaleaeBinary.Version0(false, 1, 0, []), "claims to reach");
        Refused(SaleaeBinary.Version0(false, double.NaN, 0, []), "claims to reach");
        Refused(SaleaeBinary.Version0(false, 0, 1e300, []), "claims to reach");
        Refused(SaleaeBinary.Version0(false, 0, 1, [0.5, 0.5]), "isn't later");
        Refused(SaleaeBinary.Version0(false, 0, 1, [1.5]), "outside its chunk");
        Refused(SaleaeBinary.Version0(false, 0, 1, [double.NaN]), "makes no sense");
        Refused(SaleaeBinary.Version1(), "0 chunks");
        Refused(SaleaeBinary.Version1((false, 0, 0, 1, [])), "sample rate 0");
        Refused(SaleaeBinary.Version1((false, 1.5, 0, 1, [])), "sample rate 1.5");
        Refused(SaleaeBinary.Version1((false, double.NaN, 0, 1, [])), "sample rate NaN");
        Refused(SaleaeBinary.Version1((false, 1e6, 0, 1, []), (false, 2e6, 2, 3, [])), "rate changes");
        Refused(SaleaeBinary.Version1((false, 1e6, 0, 1.5e-6, []), (false, 1e6, 1.5e-6, 3, [])), "between two samples");
        Refused(SaleaeBinary.Version1((false, 1e6, 0, 1e-3, [1e-3]), (false, 1e6, 1e-3, 3, [])), "contradict");
        Refused(SaleaeBinary.Version1((false, 1e6, 0, 1, []), (false, 1e6, 0.5, 3, [])), "begins before the end");
        Refused(SaleaeBinary.Version1((false, 1e6, 0, 1, [0.0000005])), "fall on a sample");
    }

    private static void Refused(byte[] bytes, string named)
    {
        var fault = CaptureBytes.Fault(bytes);
        Assert.IsType<CaptureFormatException>(fault);
        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
    }

    private static byte[] With(byte[] bytes, int at, byte value)
    {
        var changed = bytes.ToArray();
        changed[at] = value;
        return changed;
    }
}
