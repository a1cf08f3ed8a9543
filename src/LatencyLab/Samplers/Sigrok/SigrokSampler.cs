using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using LatencyLab.Links;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Samplers.Sigrok;

/// <summary>
/// Whatever an installed sigrok-cli can record, through its output. sigrok-cli calls a capture that broke off a success (exit 0), so what was delivered
/// is held against what was asked for. It runs as a process of its own: no code of it is linked.
/// </summary>
/// <param name="options">What it is asked for.</param>
/// <param name="limits">Time limits, beyond the time that the recording itself takes.</param>
/// <param name="program">The program, by name or path.</param>
public sealed class SigrokSampler(SigrokOptions options, StepLimits limits, string program = SigrokSampler.Program) : ISampler
{
    public const string Program = "sigrok-cli";

    private const int MostErrorChars = 8192;
    private const int EndedByInterrupt = 130;
    private static readonly TimeSpan InterruptWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ExitWait = TimeSpan.FromSeconds(10);

    // A line that doesn't move makes no output, and slow analysers send their memory for a while after the recording.
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    public string Kind => "sigrok";

    public string Name => "sigrok:" + options.Driver;

    public bool EndsByItself => false;

    public async Task<SamplerOutcome> ListenAsync(ListenRequest request, IEdgeSink sink, Action? onProgress, CancellationToken cancellationToken)
    {
        if (request.Lines.FirstOrDefault(l => l.Input.Contains(',', StringComparison.Ordinal) || l.Input.Contains('=', StringComparison.Ordinal) || l.Input.StartsWith('-')) is { } odd)
        {
            throw new LatencyLabException(FaultKind.Usage, $"'{odd.Input}' is no channel of sigrok-cli.", "--channels", "Use the names that 'sigrok-cli --show' lists.");
        }

        var wanted = request.SamplesAt(options.SampleRateHz) is { } samples ? Math.Max(1, samples) : (long?)null;
        SampleEdges? edges = null;
        SampleEdges Edges(long rate) => edges ??= new SampleEdges(sink, new TimeBase(rate), [.. request.Lines.Select((l, bit) => (l.Name, bit))]);
        var vcd = new SigrokVcd([.. request.Lines.Select(l => l.Input)], Edges);
        using var process = Start(wanted, request.Lines);
        var errors = ReadErrorsAsync(process.StandardError);
        StreamEnd end;
        try
        {
            end = await StreamAsync(process, vcd, SilenceLimit(wanted), () =>
            {
                edges?.Flush();
                onProgress?.Invoke();
            }, cancellationToken);
        }
        finally
        {
            // By its id, and only what was started here.
            Kill(process);
        }

        var said = await SaidAsync(errors);
        vcd.Finish(end == StreamEnd.Over);
        if (end == StreamEnd.Stopped)
        {
            Edges(options.SampleRateHz);
        }

        return Conclude(process, vcd, edges, wanted, end, said);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>How long nothing may come; null where only a trigger or the user ends the waiting.</summary>
    private TimeSpan? SilenceLimit(long? wanted) => wanted is { } samples && options.Triggers is null
        ? limits.Of(Silence) + TimeSpan.FromSeconds(Math.Min((double)samples / options.SampleRateHz, 864_000))
        : null;

    private Process Start(long? samples, IReadOnlyList<SampledLine> lines)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardErrorEncoding = Encoding.UTF8, UseShellExecute = false,
        };
        foreach (var argument in options.Arguments(lines.Select(l => l.Input), samples))
        {
            start.ArgumentList.Add(argument);
        }

        // Numbers with a decimal point, messages that can be told apart.
        start.Environment["LC_ALL"] = "C.UTF-8";
        try
        {
            return Process.Start(start) ?? throw new Win32Exception();
        }
        catch (Win32Exception e)
        {
            throw new DeviceException(
                $"{program} can't be started: {e.Message}.", Name, "Install it: 'apt install sigrok-cli' on Debian and Ubuntu, 'brew install sigrok-cli' on macOS, https://sigrok.org/wiki/Downloads elsewhere.", e);
        }
    }

    private enum StreamEnd
    {
        Over,
        Stopped,
        Silent,
    }

    /// <summary>Takes the output to its end.</summary>
    private async Task<StreamEnd> StreamAsync(Process process, SigrokVcd vcd, TimeSpan? silence, Action onPiece, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        var stream = process.StandardOutput.BaseStream;
        try
        {
            while (vcd.Fault is null)
            {
                using var timer = new CancellationTokenSource(silence ?? Timeout.InfiniteTimeSpan, limits.Clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
                var count = await stream.ReadAsync(buffer, either.Token);
                if (count == 0)
                {
                    break;
                }

                vcd.Feed(buffer.AsSpan(0, count));
                onPiece();
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (vcd.Fault is null)
            {
                await process.WaitForExitAsync(CancellationToken.None).WaitAsync(ExitWait, CancellationToken.None);

                // A terminal's Ctrl-C reaches the process as well, and may end it before the token hears of it.
                if (process.ExitCode == EndedByInterrupt)
                {
                    await Task.Delay(InterruptWait, limits.Clock, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
            return cancellationToken.IsCancellationRequested ? StreamEnd.Stopped : StreamEnd.Silent;
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            // What the process left unsaid shows in the count of samples.
        }

        return StreamEnd.Over;
    }

    private SamplerOutcome Conclude(Process process, SigrokVcd vcd, SampleEdges? edges, long? wanted, StreamEnd end, string said)
    {
        var exit = end != StreamEnd.Over || !process.HasExited ? 0 : process.ExitCode;
        var spoken = said.Length == 0 ? "" : $" It said: {said}";
        if (edges is null)
        {
            throw new DeviceException(
                vcd.Fault is { } fault ? $"The output of {program} can't be read: {fault}.{spoken}" : $"{program} recorded nothing (exit code {exit.ToString(CultureInfo.InvariantCulture)}).{spoken}", Name,
                $"Run it by itself: {program} {string.Join(' ', options.Arguments(["D0"], 1000))}");
        }

        if (vcd.RateHz > 0 && vcd.RateHz != options.SampleRateHz)
        {
            throw new LatencyLabException(
                FaultKind.Usage, $"The device samples with {UnitText.Frequency(vcd.RateHz)}, not with {UnitText.Frequency(options.SampleRateHz)}.", "--sampler", $"Write samplerate={vcd.RateHz.ToString(CultureInfo.InvariantCulture)}, or a rate that it has.");
        }

        var trouble = vcd.Fault is { } broken ? $"The output of {program} can't be read after {vcd.Samples} samples: {broken}.{spoken}"
            : end == StreamEnd.Stopped ? null
            : end == StreamEnd.Silent ? $"{program} has been silent for too long after {vcd.Samples} samples and was ended.{spoken}"
            : exit != 0 ? $"{program} ended with exit code {exit} after {vcd.Samples} samples.{spoken}"
            : vcd.Samples < wanted ? $"{program} delivered {vcd.Samples} of {wanted} samples and called it a success.{spoken}"
            : wanted is null ? $"{program} ended by itself after {vcd.Samples} samples.{spoken}"
            : null;
        if (trouble is null)
        {
            edges.End();
        }
        else
        {
            edges.BreakOff(wanted ?? 0, "capture cut short");
        }

        return new SamplerOutcome(new SamplerIdentity(Kind, Name, options.SampleRateHz) { Machine = options.Driver, Build = program }, new StreamHealth())
        {
            Faults = trouble is null ? [] : [trouble],
            Warnings = trouble is null && said.Length > 0 ? [$"{program} said: {said}"] : [],
        };
    }

    /// <summary>Keeps the first of what the process says, and reads on so that it never blocks.</summary>
    private static async Task<string> ReadErrorsAsync(StreamReader reader)
    {
        var kept = new StringBuilder();
        var buffer = new char[1024];
        try
        {
            while (await reader.ReadAsync(buffer) is > 0 and var count)
            {
                kept.Append(buffer, 0, Math.Min(count, MostErrorChars - kept.Length));
            }
        }
        catch (IOException)
        {
            // Killed while it was talking.
        }

        return string.Join(' ', kept.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>What the process has said; a descendant that got away and holds the pipe isn't waited for.</summary>
    private static async Task<string> SaidAsync(Task<string> errors)
    {
        try
        {
            return await errors.WaitAsync(ExitWait, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            return "";
        }
    }

    // With what it has started: sigrok-cli may be a script around the program.
    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit(ExitWait);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It ended in the same moment.
        }
    }
}
