using System.Globalization;
using LatencyLab.Cli.Screen;
using LatencyLab.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.Units;

namespace LatencyLab.Cli.Text;

/// <summary>An analysis document as text.</summary>
internal static class AnalysisText
{
    public static void Write(AnalysisDocument document, AnalysisRequest? request, TextWriter writer)
    {
        var source = document.Source;
        var tickNs = new TimeBase(source.TickHz).TickNs;
        writer.WriteLine(TerminalText.Clean($"{source.File}   {source.Format}, {UnitText.Frequency(source.TickHz)}, tick {UnitText.Time(tickNs)}{(document.Simulated ? "   SIMULATED" : "")}"));
        if (request is not null)
        {
            writer.WriteLine(TerminalText.Clean($"{request.Pair ?? $"{source.Channels[0].Name}:{source.Channels[1].Name}"}   edges {request.Edge}   window {request.Window?.ToString() ?? "until the next stimulus"}   min latency {request.MinLatency}   clock ± {request.ClockPpm.ToString(CultureInfo.InvariantCulture)} ppm"));
        }

        writer.WriteLine(LatencyText.Counts(document.Counts));
        writer.WriteLine();
        LatencyText.Write(writer, document.LatencyNs, tickNs);
        if (document.ByEdge is { } byEdge)
        {
            writer.WriteLine("rising stimuli");
            LatencyText.Write(writer, byEdge.Rising.LatencyNs, tickNs);
            writer.WriteLine("falling stimuli");
            LatencyText.Write(writer, byEdge.Falling.LatencyNs, tickNs);
        }

        if (document.DetailsNs is { } details)
        {
            writer.WriteLine();
            DetailsText.Write(writer, details, document.LatencyNs, new TimeBase(source.TickHz));
        }

        if (document.TailNs is { } tail)
        {
            DetailsText.Write(writer, tail, new TimeBase(source.TickHz));
        }

        writer.WriteLine();
        writer.WriteLine($"uncertainty (k = 2)   one latency ± {UnitText.Time(2 * document.UncertaintyNs.Single)}   common to all ± {UnitText.Time(2 * document.UncertaintyNs.Systematic)}");
        foreach (var warning in document.Warnings)
        {
            writer.WriteLine($"warning: {warning}");
        }
    }
}
