using System.Diagnostics;
using System.Globalization;
using LatencyLab.Links;
using LatencyLab.Samplers;
using LatencyLab.Simulation;

namespace LatencyLab.Benchmarks;

/// <summary>
/// The path of a sampler's frames over a real pseudo terminal: another process writes, this one reads through the product's serial link and
/// frame decoder. USB full speed carries at most 1.2 MB/s.
/// </summary>
internal static class SerialPath
{
    private const int EdgesPerFrame = 256;
    private const string WriterWord = "write";

    /// <summary>[SECONDS [BYTES_PER_SECOND]]: without a rate as fast as it goes.</summary>
    public static int Run(string[] args)
    {
        if (args.FirstOrDefault() == WriterWord)
        {
            return Write(double.Parse(args[1], CultureInfo.InvariantCulture), double.Parse(args[2], CultureInfo.InvariantCulture));
        }

        var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 10;
        var bytesPerSecond = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 0;
        return ReadAsync(seconds, bytesPerSecond).GetAwaiter().GetResult();
    }

    private static async Task<int> ReadAsync(double seconds, double bytesPerSecond)
    {
        var self = new ProcessStartInfo(Environment.ProcessPath!, ["serial-path", WriterWord, Text(seconds), Text(bytesPerSecond)]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardInput = true };
        using var writer = Process.Start(self)!;
        var path = (await writer.StandardOutput.ReadLineAsync())!;
        await using var link = SerialLink.Open(path);
        var count = new FrameCount();
        var decoder = new FrameDecoder(count);
        var buffer = new byte[64 * 1024];
        await writer.StandardInput.WriteLineAsync("go");
        await writer.StandardInput.FlushAsync();
        var (clock, cpu, bytes) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime, 0L);
        while (!decoder.Ended)
        {
            var got = await link.ReadAsync(buffer, CancellationToken.None);
            decoder.Feed(buffer.AsSpan(0, got));
            bytes += got;
        }

        var (wallS, cpuS) = (clock.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{bytes / 1e6:0.0} MB in {wallS:0.0} s = {bytes / 1e6 / wallS:0.00} MB/s, {count.Frames} frames, {count.Lost} lost, {count.StrayBytes} stray bytes, reader {100 * cpuS / wallS:0.0} % of one core"));
        return count.Lost == 0 && count.StrayBytes == 0 ? 0 : 1;
    }

    private static int Write(double seconds, double bytesPerSecond)
    {
        if (OperatingSystem.IsWindows())
        {
            return 2;
        }

        using var pty = Pseudoterminal.Open();
        Console.WriteLine(pty.SlavePath);
        Console.ReadLine();
        var (frame, payload) = (new byte[FrameFormat.MaxFrameBytes], new byte[(EdgesPerFrame + 1) * sizeof(uint)]);
        Random.Shared.NextBytes(payload);
        var (clock, written, sequence) = (Stopwatch.StartNew(), 0L, 0u);
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            if (bytesPerSecond > 0 && written > clock.Elapsed.TotalSeconds * bytesPerSecond)
            {
                Thread.Sleep(1);
                continue;
            }

            written += Put(pty, frame.AsSpan(0, FrameFormat.Write(frame, new FrameHeader(FrameType.Edges, 0, sequence++, 1), payload)));
        }

        Put(pty, frame.AsSpan(0, FrameFormat.Write(frame, new FrameHeader(FrameType.End, 0, sequence, 1), "{}"u8)));
        // The kernel throws away what stands in the line when its other end closes.
        Thread.Sleep(2000);
        return 0;
    }

    private static int Put(Pseudoterminal pty, ReadOnlySpan<byte> bytes)
    {
        if (OperatingSystem.IsWindows())
        {
            return 0;
        }

        for (var rest = bytes; !rest.IsEmpty;)
        {
            var count = pty.Write(rest, TimeSpan.FromSeconds(10));
            rest = count >= 0 ? rest[count..] : throw new IOException("The reader is gone.");
        }

        return bytes.Length;
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class FrameCount : IFrameSink
    {
        private uint _next;

        public long Frames { get; private set; }

        public long Lost { get; private set; }

        public long StrayBytes { get; private set; }

        public void Frame(FrameHeader header, ReadOnlySpan<byte> payload)
        {
            Frames++;
            Lost += header.Sequence - _next;
            _next = header.Sequence + 1;
        }

        public void Stray(ReadOnlySpan<byte> bytes) => StrayBytes += bytes.Length;
    }
}
