using System.Globalization;
using System.Text;
using LatencyLab.Links;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Tests.Docs;

/// <summary>A sampler that sends lines "TICK LEVELS" in microseconds and hexadecimal, "OVERFLOW TICK" where it lost something, and "END TICK".</summary>
public sealed class LineSampler(ILink link) : ISampler
{
    public string Kind => "lines";

    public string Name => link.Name;

    public bool EndsByItself => true;

    public async Task<SamplerOutcome> ListenAsync(ListenRequest request, IEdgeSink sink, Action? onProgress, CancellationToken cancellationToken)
    {
        sink.Begin(new CaptureHeader(new TimeBase(1_000_000), [.. request.Lines.Select((line, index) => new Channel(index, line.Name))]));
        var (levels, last) = (0u, 0L);
        var lost = false;
        await foreach (var line in ReadLinesAsync(cancellationToken))
        {
            var words = line.Split(' ');
            if (words.Length != 2 || !long.TryParse(words[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number) || number > uint.MaxValue)
            {
                throw new DeviceException($"The device says '{line}', which is no line of its protocol.", Name);
            }

            if (words[0] == "END")
            {
                sink.Advance(number);
                sink.End(number);
                return new SamplerOutcome(new SamplerIdentity(Kind, Name, 1_000_000), new StreamHealth { Overrun = lost }) { Faults = lost ? ["The device lost edges."] : [] };
            }

            if (words[0] == "OVERFLOW")
            {
                sink.Gap(new Gap(last + 1, number, null, null, "sampler overrun"));
                (last, lost) = (number, true);
                continue;
            }

            last = long.Parse(words[0], CultureInfo.InvariantCulture);
            foreach (var (channel, sampled) in request.Lines.Index())
            {
                var bit = 1u << int.Parse(sampled.Input, CultureInfo.InvariantCulture);
                if (((number ^ levels) & bit) != 0)
                {
                    sink.Edges(channel, (number & bit) != 0, [last]);
                }
            }

            levels = (uint)number;
            sink.Advance(last);
            onProgress?.Invoke();
        }

        throw new DeviceException("The device ended without a word.", Name);
    }

    public ValueTask DisposeAsync() => link.DisposeAsync();

    private async IAsyncEnumerable<string> ReadLinesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (buffer, text) = (new byte[256], "");
        while (true)
        {
            var count = await link.ReadAsync(buffer, cancellationToken);
            text += Encoding.ASCII.GetString(buffer, 0, count);
            for (var end = text.IndexOf('\n', StringComparison.Ordinal); end >= 0; end = text.IndexOf('\n', StringComparison.Ordinal))
            {
                yield return text[..end];
                text = text[(end + 1)..];
            }

            if (text.Length > 64)
            {
                throw new DeviceException("The device sends a line without end.", Name);
            }
        }
    }
}
