using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LatencyLab.Cli.Screen;

namespace LatencyLab.Cli;

/// <summary>The two ways out: stdout is the result, stderr is talk. Commands get this instead of the console.</summary>
public sealed class Output(TextWriter result, TextWriter talk, bool json, bool verbose)
{
    /// <summary>Where results go; text in it can't act on a terminal.</summary>
    public TextWriter Result { get; } = new TerminalWriter(result, json);

    /// <summary>Where talk goes; text in it can't act on a terminal.</summary>
    public TextWriter Talk { get; } = new TerminalWriter(talk, json: false);

    /// <summary>The terminal of talk itself, for a line that the tool rewrites: never for text of a board or a file.</summary>
    public TextWriter Screen { get; } = talk;

    /// <summary>True when stdout must hold exactly one JSON document.</summary>
    public bool Json { get; } = json;

    public bool Verbose { get; } = verbose;

    /// <summary>The terminal that talk goes to and on which lines may be rewritten; null in a pipe, in CI, and where NO_COLOR or TERM=dumb ask for plain text.</summary>
    public TalkTerminal? TalkTerminal { get; init; }

    /// <summary>True when the result goes to a terminal that can't be trusted to show more than ASCII.</summary>
    public bool ResultIsAscii { get; init; }

    /// <summary>Columns of the result's terminal; a page's width where it is a file or pipe.</summary>
    public int WidthColumns { get; init; } = Terminal.PageColumns;

    /// <summary>Columns that the lines of a table are cut to; null where the result is a file or pipe, whose reader wants the whole of them.</summary>
    public int? TableColumns { get; init; }

    /// <summary>Says what happened, why and what to try, and returns the exit code of the fault.</summary>
    public ExitCode Fail(LatencyLabException fault)
    {
        var code = fault.Kind switch
        {
            FaultKind.Usage => ExitCode.Usage,
            FaultKind.Device => ExitCode.Device,
            FaultKind.Measurement => ExitCode.MeasurementInvalid,
            FaultKind.Gate => ExitCode.GateFailed,
            FaultKind.GateInconclusive => ExitCode.GateInconclusive,
            FaultKind.Storage => ExitCode.Storage,
            _ => ExitCode.InternalFault,
        };
        Report(code, fault.Message, fault.Where, fault.Try);
        if (Verbose)
        {
            Talk.WriteLine(fault.ToString());
        }

        return code;
    }

    /// <summary>A bug in LatencyLab: the message always, the stack only on request.</summary>
    public ExitCode FailInternally(Exception fault)
    {
        Report(ExitCode.InternalFault, $"LatencyLab itself failed: {fault.Message}", fault.GetType().Name, "Run again with --verbose and report the stack trace.");
        if (Verbose)
        {
            Talk.WriteLine(fault.ToString());
        }

        return ExitCode.InternalFault;
    }

    /// <summary>Writes the one JSON document of this command to stdout, indented, with a line end.</summary>
    public void WriteJson(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        // Non-ASCII text stays readable; the document goes to a terminal or a file, never into HTML.
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            write(writer);
        }

        Result.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    // Where stdout can't be written, which may be the very fault, stderr is left.
    private bool TryWriteJson(Action<Utf8JsonWriter> write)
    {
        try
        {
            WriteJson(write);
            return true;
        }
        catch (LatencyLabException)
        {
            return false;
        }
    }

    private void Report(ExitCode code, string what, string? where, string? remedy)
    {
        if (Json && TryWriteJson(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("schema", "latencylab.error/1");
                writer.WriteNumber("exit_code", (int)code);
                writer.WriteString("error", what);
                writer.WriteString("where", where);
                writer.WriteString("try", remedy);
                writer.WriteEndObject();
            }))
        {
            return;
        }

        // One sentence: what happened, and where in parentheses before its full stop.
        var sentence = where is null ? what : $"{what.TrimEnd('.')} ({where})";
        var stop = sentence.EndsWith('.') || sentence.EndsWith('?') ? "" : ".";
        Talk.WriteLine(TerminalText.Paragraph($"error: {sentence}{stop}{(remedy is null ? "" : $" Try: {remedy}")}"));
    }
}
