using System.Globalization;
using LatencyLab.Runs;
using LatencyLab.Units;

namespace LatencyLab.Cli;

/// <summary>
/// How far a run is, on stderr: one line that is rewritten on a terminal, otherwise a plain line at each new stage and each ten seconds.
/// </summary>
internal sealed class ProgressLine(TextWriter talk, bool terminal, TimeProvider clock)
{
    private static readonly TimeSpan TerminalInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);

    private long _last;
    private string _stage = "";
    private int _shown;

    public void Show(RunProgress progress)
    {
        var newStage = progress.Stage != _stage;
        if (!newStage && clock.GetElapsedTime(_last) < (terminal ? TerminalInterval : PlainInterval))
        {
            return;
        }

        _last = clock.GetTimestamp();
        _stage = progress.Stage;
        var text = Text(progress);
        if (!terminal)
        {
            talk.WriteLine(text);
            return;
        }

        talk.Write("\r" + text.PadRight(_shown));
        _shown = text.Length;
    }

    /// <summary>Leaves the terminal's line empty for what comes next.</summary>
    public void Clear()
    {
        if (terminal && _shown > 0)
        {
            talk.Write("\r" + new string(' ', _shown) + "\r");
            _shown = 0;
        }

        _stage = "";
    }

    private static string Text(RunProgress progress)
    {
        if (progress.Tally is not { } tally)
        {
            return progress.Stage;
        }

        const int Width = 24;
        var filled = progress.Total == 0 ? 0 : (int)(Width * Math.Min(progress.Done, progress.Total) / progress.Total);
        var newest = tally.Worst.Values.Length > 0 ? $"   max {UnitText.Time(progress.TimeBase.ToNanoseconds(tally.Worst.Values[0].Value))}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{progress.Stage} [{new string('#', filled)}{new string('.', Width - filled)}] {progress.Done}/{progress.Total}   missed {tally.Missed}{newest}");
    }
}
