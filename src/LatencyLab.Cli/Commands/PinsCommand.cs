using System.CommandLine;
using LatencyLab.Boards;
using LatencyLab.Cli.Text;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab pins CHIP</c>: what each GPIO can do and what it costs.</summary>
public static class PinsCommand
{
    public static Command Create(Output output)
    {
        var chip = new Argument<string?>("chip") { Description = "Chip or board, e.g. esp32, esp8266, pico; none: lists them.", Arity = ArgumentArity.ZeroOrOne };
        chip.CompletionSources.Add(_ => BoardCatalog.Chips.Select(known => new System.CommandLine.Completions.CompletionItem(known.Id)));
        var explain = new Option<int?>("--explain") { Description = "Everything about one GPIO, with sources.", HelpName = "GPIO" };
        var suited = new Option<string?>("--for") { Description = "Only the pins that may serve as interrupt input or response output.", HelpName = "irq|out" };
        suited.AcceptOnlyFromAmong("irq", "out");
        var command = new Command("pins", "What each GPIO of a chip can do, and what it costs.") { chip, explain, suited };
        command.SetAction((parsed, _) =>
        {
            if (parsed.GetValue(chip) is not { } name)
            {
                if (parsed.GetValue(explain) is not null || parsed.GetValue(suited) is not null)
                {
                    throw new LatencyLabException(FaultKind.Usage, "--explain and --for need a chip", null, "For example: latencylab pins esp32 --explain 12");
                }

                ListChips(output);
            }
            else if (parsed.GetValue(explain) is { } gpio)
            {
                Explain(output, BoardCatalog.Get(name), gpio);
            }
            else
            {
                ListPins(output, BoardCatalog.Get(name), parsed.GetValue(suited));
            }

            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    private static void ListChips(Output output)
    {
        if (output.Json)
        {
            output.WriteJson(PinsJson.Chips);
            return;
        }

        foreach (var chip in BoardCatalog.Chips)
        {
            output.Result.WriteLine($"{chip.Id,-8}  {chip.Title}");
        }

        output.Result.WriteLine();
        output.Result.WriteLine("One chip: latencylab pins esp32     one pin: latencylab pins esp8266 --explain 16");
    }

    private static void ListPins(Output output, Chip chip, string? suited)
    {
        var pins = suited switch
        {
            "irq" => chip.Pins.Where(pin => PinRules.Ask(chip, pin.Gpio, PinUse.IrqInput).Permission != PinPermission.Refused),
            "out" => chip.Pins.Where(pin => PinRules.Ask(chip, pin.Gpio, PinUse.ResponseOutput).Permission != PinPermission.Refused),
            _ => chip.Pins,
        };
        if (output.Json)
        {
            output.WriteJson(writer => PinsJson.Chip(writer, chip, pins));
        }
        else
        {
            PinsText.WriteTable(output.Result, chip, pins, output.TableColumns);
        }
    }

    private static void Explain(Output output, Chip chip, int gpio)
    {
        var pin = chip.Pin(gpio);
        if (pin is null && !chip.FlashPins.Contains(gpio))
        {
            throw new LatencyLabException(FaultKind.Usage, chip.WhyMissing(gpio), null, $"'latencylab pins {chip.Id}' lists the pins that there are.");
        }

        if (output.Json)
        {
            output.WriteJson(writer => PinsJson.Explanation(writer, chip, gpio));
        }
        else if (pin is null)
        {
            output.Result.WriteLine($"{chip.WhyMissing(gpio)}: MicroPython gives no Pin({gpio}), and driving it would crash the board.");
        }
        else
        {
            PinsText.WriteExplanation(output.Result, chip, pin);
        }
    }
}
