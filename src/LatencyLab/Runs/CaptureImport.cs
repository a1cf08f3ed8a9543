using LatencyLab.Captures;
using LatencyLab.Formats;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.Signals;

namespace LatencyLab.Runs;

/// <summary>Makes a run folder of a capture that another tool recorded.</summary>
public static class CaptureImport
{
    /// <summary>Reads the whole source; a folder is left only when all of it could be read.</summary>
    /// <param name="source">The opened capture.</param>
    /// <param name="file">What the user calls it.</param>
    /// <param name="root">Folder in which the run folder is made.</param>
    /// <param name="draft">Run document with tool, time and command line; the rest is filled in.</param>
    /// <param name="cancellationToken">Ends the reading; nothing is left.</param>
    /// <returns>The document as it stands in the folder.</returns>
    /// <exception cref="LatencyLabException">The source can't be read, or the folder can't be written.</exception>
    public static RunDocument Run(ICaptureSource source, string file, string root, Func<string, RunDocument> draft, CancellationToken cancellationToken = default)
    {
        var created = TimeProvider.System.GetUtcNow();
        var folder = RunFolder.Create(root, created);
        try
        {
            var run = draft(folder.RunId) with { CreatedUtc = created, Folder = folder.Path };
            folder.Begin(run);
            var tally = new Tally();
            using (var table = ParquetCaptureWriter.Create(folder.TablePath, new CaptureOrigin(folder.RunId, run.Simulated)))
            {
                tally.Target = table;
                source.Read(tally, cancellationToken);
            }

            run = run with
            {
                Status = RunStatus.Complete,
                Source = new SourceDocument { File = file, Format = source.Format, TickHz = tally.Header!.TimeBase.TickHz, Channels = tally.Channels },
                Gaps = [.. tally.Gaps.Select(GapDocument.From)],
            };
            folder.Write(run);
            return run;
        }
        catch
        {
            // Made a moment ago and holding only what was written above.
            Directory.Delete(folder.Path, recursive: true);
            throw;
        }
    }

    /// <summary>Counts what passes.</summary>
    private sealed class Tally : IEdgeSink
    {
        private long[] _edges = [];

        public IEdgeSink? Target { get; set; }

        public CaptureHeader? Header { get; private set; }

        public List<Gap> Gaps { get; } = [];

        public IReadOnlyList<ChannelDocument> Channels => [.. Header!.Channels.Select(c => new ChannelDocument { Index = c.Index, Name = c.Name, Edges = _edges[c.Index] })];

        public void Begin(CaptureHeader header)
        {
            Header = header;
            _edges = new long[header.Channels.Count];
            Target!.Begin(header);
        }

        public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
        {
            _edges[channel] += ticks.Length;
            Target!.Edges(channel, firstLevel, ticks);
        }

        public void Gap(Gap gap)
        {
            Gaps.Add(gap);
            Target!.Gap(gap);
        }

        public void Advance(long completeBeforeTick) => Target!.Advance(completeBeforeTick);

        public void End(long endTick) => Target!.End(endTick);
    }
}
