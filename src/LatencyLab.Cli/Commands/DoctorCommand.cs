using System.CommandLine;
using LatencyLab.Cli.Devices;
using LatencyLab.Cli.Doctor;
using LatencyLab.Cli.Screen;
using LatencyLab.Links;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab doctor</c>: why a board can't be used, and whether the sampler can be trusted.</summary>
public static class DoctorCommand
{
    private static readonly TimeSpan ShortestComparison = TimeSpan.FromSeconds(60);

    public static Command Create(Output output)
    {
        var sampler = new Option<string?>("--sampler") { Description = "Test this sampler too: any device selector.", HelpName = "DEVICE" };
        var clock = new Option<Units.Duration?>("--clock") { Description = "Compare the sampler's clock with this computer's for so long (60s or more) and keep the result.", HelpName = "TIME", CustomParser = OptionText.Duration };
        var bundle = new Option<string?>("--bundle") { Description = "Write a ZIP for a bug report, without names, serial numbers or ids.", HelpName = "FILE.zip" };
        var udev = new Option<bool>("--udev") { Description = $"Print the udev rule for boards and nothing else; to install it: {UdevRule.Installation}." };
        var timeout = new Option<string?>("--timeout") { Description = "Stretch all time limits: a factor (10x), or the limit of one step (30s instead of 10s).", HelpName = "FACTOR|TIME" };
        var command = new Command("doctor", "Check rights, rules, meddling programs and the sampler itself.") { sampler, clock, bundle, udev, timeout };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(clock) is { } time && (time.ToTimeSpan() < ShortestComparison || parsed.GetValue(sampler) is null))
            {
                parsed.AddError(parsed.GetValue(sampler) is null ? "--clock needs --sampler." : "--clock takes at least 60s: less says little about a crystal.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(udev))
            {
                PrintRule(output);
                return (int)ExitCode.Done;
            }

            var access = DeviceAccess.Create(parsed.GetValue(timeout), null, output.Talk);
            var ports = access.ListPorts();
            var findings = new SystemCheck("/", ports).Look().ToList();
            if (parsed.GetValue(sampler) is { } selector)
            {
                findings.AddRange(await new SamplerCheck(access, output).LookAsync(DeviceSelector.Parse(selector), parsed.GetValue(clock)?.ToTimeSpan(), CalibrationStore.Default, cancellationToken));
            }

            Report(output, findings);
            if (parsed.GetValue(bundle) is { } file)
            {
                SupportBundle.Write(file, findings, ports);
                output.Talk.WriteLine($"Written: {file}. Look into it before you send it.");
            }

            return (int)(findings.Exists(f => f.Health == Health.Bad) ? ExitCode.Device : ExitCode.Done);
        });
        return command;
    }

    private static void PrintRule(Output output)
    {
        if (!output.Json)
        {
            output.Result.Write(UdevRule.Text);
            return;
        }

        output.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("schema", "latencylab.udev/1");
            json.WriteString("file", UdevRule.FileName);
            json.WriteString("rule", UdevRule.Text);
            json.WriteEndObject();
        });
    }

    private static void Report(Output output, IReadOnlyList<Finding> findings)
    {
        if (!output.Json)
        {
            foreach (var finding in findings)
            {
                var mark = finding.Health switch { Health.Good => "ok  ", Health.Note => "note", _ => "BAD " };
                output.Result.WriteLine(TerminalText.Clean($"{mark}  {finding.Subject}: {finding.What}"));
                if (finding.Try is not null)
                {
                    output.Result.WriteLine(TerminalText.Clean($"      Try: {finding.Try}"));
                }
            }

            return;
        }

        output.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("schema", "latencylab.doctor/1");
            json.WriteStartArray("findings");
            foreach (var finding in findings)
            {
                json.WriteStartObject();
                json.WriteString("subject", finding.Subject);
                json.WriteString("health", finding.Health.ToString().ToLowerInvariant());
                json.WriteString("what", finding.What);
                json.WriteString("try", finding.Try);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
