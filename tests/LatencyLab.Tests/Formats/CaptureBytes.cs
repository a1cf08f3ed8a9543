using LatencyLab.Formats;
using LatencyLab.Signals;

namespace LatencyLab.Tests.Formats;

/// <summary>Reads a file that a test made in memory, by way of a real file.</summary>
internal static class CaptureBytes
{
    public static Capture Read(byte[] bytes, ReadOptions? options = null)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, bytes);
            var collector = new CaptureCollector();
            CaptureFile.Open(path, options).Read(collector, TestContext.Current.CancellationToken);
            return collector.ToCapture();
        }
        finally
        {
            File.Delete(path);
        }
    }

    public static LatencyLabException Fault(byte[] bytes, ReadOptions? options = null) => Assert.ThrowsAny<LatencyLabException>(() => Read(bytes, options));
}
