using System.Globalization;
using System.Text;
using System.Xml;
using LatencyLab.Runs.Documents;

namespace LatencyLab.Reports;

/// <summary>What a CI system shall think of a case.</summary>
public enum JUnitOutcome
{
    Passed,

    /// <summary>The firmware is too slow: a gate is broken.</summary>
    Failure,

    /// <summary>The bench is sick: nothing can be said about the firmware.</summary>
    Error,

    /// <summary>Nothing was asked, or it can't be decided.</summary>
    Skipped,
}

/// <summary>One line of a CI system's test view.</summary>
/// <param name="Suite">What was measured: chip, pin, handler, load.</param>
/// <param name="Name">What was asked of it: "measurement is valid", "p99 &lt;= 200us".</param>
/// <param name="Outcome">Failure for the firmware, error for the bench.</param>
/// <param name="Message">The numbers behind the outcome.</param>
public sealed record JUnitCase(string Suite, string Name, JUnitOutcome Outcome, string Message);

/// <summary>Cases as JUnit XML, the form that every CI system reads.</summary>
public static class JUnitReport
{
    /// <summary>Whether each run can be believed, as cases.</summary>
    public static IEnumerable<JUnitCase> Validity(IEnumerable<RunDocument> runs) => runs.Select(run => new JUnitCase(
        SuiteOf(run), $"{run.RunId} is valid", run.Status == RunStatus.Complete ? JUnitOutcome.Passed : JUnitOutcome.Error, (run.Simulated ? "SIMULATED. " : "") + ReportWords.Verdict(run)));

    /// <summary>"esp32.gpio4.rising.bytecode.none": the same name for every run of a plan, so that CI systems show its history.</summary>
    public static string SuiteOf(RunDocument run) => SuiteOf(
        run.Target?.Chip ?? run.Source?.Format ?? "capture", run.Plan.Pin?.ToString(CultureInfo.InvariantCulture), run.Plan.Irq, run.Plan.Handler, run.Plan.Load);

    /// <summary>The same name from the conditions of compared runs, so that their cases stand beside those of the runs.</summary>
    internal static string SuiteOf(IReadOnlyDictionary<string, string> conditions) => SuiteOf(
        conditions.GetValueOrDefault("chip"), conditions.GetValueOrDefault("pin"), conditions.GetValueOrDefault("irq"), conditions.GetValueOrDefault("handler"), conditions.GetValueOrDefault("load"));

    private static string SuiteOf(string? chip, string? pin, string? irq, string? handler, string? load) =>
        string.Join('.', new[] { chip, pin is null ? null : "gpio" + pin, irq, handler, load }.OfType<string>());

    public static string Write(IReadOnlyList<JUnitCase> cases, DateTimeOffset createdUtc)
    {
        using var text = new Utf8Writer();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, IndentChars = "  ", NewLineChars = "\n" }))
        {
            xml.WriteStartElement("testsuites");
            xml.WriteAttributeString("name", "latencylab");
            Totals(xml, cases);
            foreach (var suite in cases.GroupBy(c => c.Suite, StringComparer.Ordinal))
            {
                xml.WriteStartElement("testsuite");
                xml.WriteAttributeString("name", ReportWords.Clean(suite.Key));
                Totals(xml, [.. suite]);
                xml.WriteAttributeString("timestamp", createdUtc.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture));
                foreach (var one in suite)
                {
                    Case(xml, one);
                }

                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        return text + "\n";
    }

    private static void Case(XmlWriter xml, JUnitCase one)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", ReportWords.Clean(one.Suite));
        xml.WriteAttributeString("name", ReportWords.Clean(one.Name));
        xml.WriteAttributeString("time", "0");
        if (one.Outcome == JUnitOutcome.Passed)
        {
            xml.WriteElementString("system-out", ReportWords.Clean(one.Message));
        }
        else
        {
            xml.WriteStartElement(one.Outcome switch { JUnitOutcome.Failure => "failure", JUnitOutcome.Error => "error", _ => "skipped" });
            xml.WriteAttributeString("message", ReportWords.Clean(one.Message));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Totals(XmlWriter xml, IReadOnlyList<JUnitCase> cases)
    {
        xml.WriteAttributeString("tests", cases.Count.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, outcome) in new[] { ("failures", JUnitOutcome.Failure), ("errors", JUnitOutcome.Error), ("skipped", JUnitOutcome.Skipped) })
        {
            xml.WriteAttributeString(name, cases.Count(c => c.Outcome == outcome).ToString(CultureInfo.InvariantCulture));
        }
    }

    // A StringWriter would declare UTF-16, which the file then isn't.
    private sealed class Utf8Writer : StringWriter
    {
        public override Encoding Encoding => Encoding.UTF8;
    }
}
