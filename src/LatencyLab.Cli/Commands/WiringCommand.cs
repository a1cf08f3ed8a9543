using System.CommandLine;
using LatencyLab.Boards;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab wiring CHIP --pin N</c>: the three wires of a rig, drawn before anything is plugged in.</summary>
public static class WiringCommand
{
    public static Command Create(Output output)
    {
        var chip = new Argument<string>("chip") { Description = "Chip or board that is the target.", DefaultValueFactory = _ => "esp32" };
        chip.CompletionSources.Add(_ => BoardCatalog.Chips.Select(known => new System.CommandLine.Completions.CompletionItem(known.Id)));
        var pin = new Option<int?>("--pin") { Description = "GPIO of the target that takes the stimulus; default: the proposed one.", HelpName = "GPIO" };
        var response = new Option<int?>("--response-pin") { Description = "GPIO of the target that answers; default: the next suitable one.", HelpName = "GPIO" };
        var force = new Option<bool>("--force-pin") { Description = "Use a pin of rank 'avoid' all the same." };
        var command = new Command("wiring", "The three wires between target and sampler, as text.") { chip, pin, response, force };
        command.SetAction((parsed, _) =>
        {
            var target = BoardCatalog.Get(parsed.GetValue(chip)!);
            var wiring = Plan(target, parsed.GetValue(pin), parsed.GetValue(response), parsed.GetValue(force));
            foreach (var warning in wiring.Warnings)
            {
                output.Talk.WriteLine($"warning: {warning}");
            }

            if (output.Json)
            {
                output.WriteJson(wiring.WriteJson);
            }
            else
            {
                wiring.WriteText(output.Result);
            }

            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    // Without any pin the proposal of the chip's file; with one, the same default for the other as a run takes.
    private static Wiring Plan(Chip chip, int? pin, int? response, bool force)
    {
        var irqInput = pin ?? (response == chip.Suggested.IrqInput ? PinRules.Suitable(chip, PinUse.IrqInput).First(gpio => gpio != response) : chip.Suggested.IrqInput);
        var responseOutput = response ?? (pin is null ? chip.Suggested.ResponseOutput : PinRules.DefaultResponsePin(chip, irqInput));
        if (irqInput == responseOutput)
        {
            throw new LatencyLabException(FaultKind.Usage, $"GPIO{irqInput} can't be interrupt input and response output at once", null, "Choose another --response-pin.");
        }

        PinAnswer[] answers =
        [
            PinRules.Ask(chip, irqInput, PinUse.IrqInput, force: force).OrThrow(),
            PinRules.Ask(chip, responseOutput, PinUse.ResponseOutput, force: force).OrThrow(),
        ];
        return new Wiring(chip, irqInput, responseOutput, [.. answers.Where(answer => answer.Permission == PinPermission.Warned).Select(answer => answer.Why)]);
    }
}
