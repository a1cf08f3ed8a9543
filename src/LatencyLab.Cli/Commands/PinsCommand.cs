using System.CommandLine;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab pins CHIP</c>: what each GPIO can do and what it costs.</summary>
public static class PinsCommand
{
    public static Command Create(Output output)
    {
        var command = new Command("pins", "What each GPIO of a chip can do, and what it costs.");
        command.SetAction((_, _) =>
        {
            output.Result.WriteLine("esp32 esp32c3 esp32c6 esp32s2 esp32s3 esp8266 rp2040");
            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }
}
