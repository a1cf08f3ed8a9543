using System.CommandLine;
using LatencyLab.Boards;
using LatencyLab.Cli.Measuring;

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
        var stimulus = new Option<int?>("--stimulus-pin") { Description = "With --sampler self: GPIO that fires; default: the next suitable one.", HelpName = "GPIO" };
        var targetKind = new Option<string?>("--target") { Description = "none: a board with firmware of its own, whose pins are yours to choose." };
        targetKind.AcceptOnlyFromAmong("none");
        var sampler = new Option<string>("--sampler") { Description = "pico, or self for one board and one wire.", DefaultValueFactory = _ => "pico" };
        sampler.AcceptOnlyFromAmong("pico", "self");
        var force = new Option<bool>("--force-pin") { Description = "Use a pin of rank 'avoid' all the same." };
        var command = new Command("wiring", "The wires between target and sampler, as text.") { chip, pin, response, stimulus, targetKind, sampler, force };
        command.SetAction((parsed, _) =>
        {
            var self = parsed.GetValue(sampler) == "self";
            var free = parsed.GetValue(targetKind) == "none";
            RefuseOthers(parsed, self, free, chip, response, stimulus, targetKind);
            var wiring = free
                ? new Wiring(null, parsed.GetValue(pin), parsed.GetValue(response), [])
                : Plan(BoardCatalog.Get(parsed.GetValue(chip)!), parsed.GetValue(pin), self ? parsed.GetValue(stimulus) : parsed.GetValue(response), parsed.GetValue(force)) with { IsSelfTimed = self };
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

    private static void RefuseOthers(ParseResult parsed, bool self, bool free, Argument<string> chip, Option<int?> response, Option<int?> stimulus, Option<string?> target)
    {
        var given = (Option option) => parsed.GetResult(option) is { Implicit: false };
        if (self && free)
        {
            throw new LatencyLabException(FaultKind.Usage, "A board that times itself needs our script on it.", target.Name, "Leave --target none away, or use a Pico.");
        }

        if (self && given(response))
        {
            throw new LatencyLabException(FaultKind.Usage, "A board that times itself has no response wire.", response.Name, "Write --stimulus-pin for the pin that is wired to --pin.");
        }

        if (!self && given(stimulus))
        {
            throw new LatencyLabException(FaultKind.Usage, "With a sampler the target doesn't fire.", stimulus.Name, "Use it with --sampler self, or leave it out.");
        }

        if (free && parsed.GetResult(chip) is { Implicit: false } named && named.Tokens.Count > 0)
        {
            throw new LatencyLabException(FaultKind.Usage, "A board with firmware of its own can be any: its pins aren't checked.", target.Name, "Leave out the chip or --target none.");
        }
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
            PinRules.Ask(chip, irqInput, PinUse.IrqInput, force: force, taken: responseOutput).OrThrow(),
            PinRules.Ask(chip, responseOutput, PinUse.ResponseOutput, force: force, taken: irqInput).OrThrow(),
        ];
        return new Wiring(chip, irqInput, responseOutput, [.. answers.Where(answer => answer.Permission == PinPermission.Warned).Select(answer => answer.Why)]);
    }
}
