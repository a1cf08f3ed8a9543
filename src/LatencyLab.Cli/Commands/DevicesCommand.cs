using System.CommandLine;
using LatencyLab.Cli.Devices;
using LatencyLab.Links;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab devices</c>: the ports of this computer, what is probably behind them, and with --probe what surely is.</summary>
public static class DevicesCommand
{
    public static Command Create(Output output)
    {
        var selector = new Argument<string?>("device") { Description = "Only this device: a0, u0, c3, a port path, id:, uid:, usb:, tid:, tcp://, rfc2217:// or sim:.", Arity = ArgumentArity.ZeroOrOne };
        var probe = new Option<bool>("--probe") { Description = "Ask the boards what they are. This stops a program that runs on them; it is started again afterwards." };
        var watch = new Option<bool>("--watch") { Description = "Print what is plugged in and out until Ctrl-C." };
        var wait = new Option<Units.Duration?>("--wait") { Description = "Wait so long for a device to appear.", HelpName = "TIME", CustomParser = OptionText.Duration };
        var timeout = new Option<string?>("--timeout") { Description = "Stretch all time limits: a factor (10x), or the limit of one step (30s instead of 10s).", HelpName = "FACTOR|TIME" };
        var command = new Command("devices", "Serial ports, and the boards behind them.") { selector, probe, watch, wait, timeout };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(watch) && (output.Json || parsed.GetValue(probe) || parsed.GetValue(selector) is not null))
            {
                parsed.AddError("--watch goes alone: it prints lines for as long as it runs.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var listing = new DeviceListing(DeviceAccess.Create(parsed.GetValue(timeout), parsed.GetValue(wait), output.Talk), output);
            var one = parsed.GetValue(selector) is { } text ? DeviceSelector.Parse(text) : null;
            return (int)(parsed.GetValue(watch) ? await listing.WatchAsync(cancellationToken) : await listing.ListAsync(one, parsed.GetValue(probe), cancellationToken));
        });
        return command;
    }
}
