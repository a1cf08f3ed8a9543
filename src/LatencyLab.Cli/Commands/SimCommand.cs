using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using LatencyLab.Simulation;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab sim serve</c>: simulated boards on pseudoterminals or TCP ports, for any raw REPL client.</summary>
public static class SimCommand
{
    public static Command Create(Output output) => new("sim", "Simulated boards: synthetic latencies, real protocols.") { CreateServe(output) };

    private static Command CreateServe(Output output)
    {
        var pty = new Option<DirectoryInfo?>("--pty") { Description = "Serve on pseudoterminals: DIR/target and DIR/sampler." };
        var tcp = new Option<string?>("--tcp") { Description = "Serve on 127.0.0.1: the target on PORT, the sampler on the next one; 0 takes free ports." };
        var rig = new Option<string>("--rig") { Description = "Target chip and options of both boards: sim:esp32?seed=1&fault=drop:0.01.", DefaultValueFactory = _ => "sim" };
        var target = new Option<string?>("--target") { Description = "The target alone: sim:esp8266?load=wifi." };
        var sampler = new Option<string?>("--sampler") { Description = "The sampler alone: sim:pico?fault=overrun@500." };
        var serve = new Command("serve", "Serve a simulated rig until it is told to stop (Ctrl-C, SIGTERM); prints 'ready'.") { pty, tcp, rig, target, sampler };
        serve.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(tcp) is not null && parsed.GetValue(pty) is not null)
            {
                throw new LatencyLabException(FaultKind.Usage, "A rig is served on pseudoterminals or on TCP ports, not on both", "--pty, --tcp", "Leave one out, or serve another rig on the other.");
            }

            var simulated = CreateRig(parsed.GetRequiredValue(rig), parsed.GetValue(target), parsed.GetValue(sampler));
            if (parsed.GetValue(tcp) is { } port)
            {
                await ServeTcpAsync(simulated, port, output, cancellationToken);
            }
            else if (parsed.GetValue(pty) is not { } directory)
            {
                throw new LatencyLabException(FaultKind.Usage, "There is nothing to serve on.", null, "Give --pty DIR or --tcp PORT.");
            }
            else if (OperatingSystem.IsWindows())
            {
                throw new LatencyLabException(FaultKind.Usage, "Windows has no pseudoterminals for serial ports", "--pty", "Use --tcp 0.");
            }
            else
            {
                await ServePtyAsync(simulated, directory, output, cancellationToken);
            }

            return (int)ExitCode.Done;
        });
        return serve;
    }

    // Nothing is noted for the truth: boards that serve for days must not grow.
    private static SimulatedRig CreateRig(string rig, string? target, string? sampler)
    {
        var targetOptions = SimulatedBoardOptions.Parse(target ?? rig);
        var samplerOptions = sampler is null
            ? targetOptions with { ChipId = "rp2040", Faults = new FaultPlan() }
            : SimulatedBoardOptions.Parse(sampler, "rp2040");
        return SimulatedRig.Create(targetOptions, samplerOptions, keepTruth: false);
    }

    [UnsupportedOSPlatform("windows")]
    private static async Task ServePtyAsync(SimulatedRig rig, DirectoryInfo directory, Output output, CancellationToken cancellationToken)
    {
        var (target, sampler) = (Path.Combine(directory.FullName, "target"), Path.Combine(directory.FullName, "sampler"));
        try
        {
            directory.Create();
            ServedPort[] ports = [ServedPort.Open(rig.Target, target), ServedPort.Open(rig.Sampler, sampler)];
            output.Result.WriteLine("ready");
            output.Result.Flush();
            output.Talk.WriteLine($"SIMULATED target ({rig.Target.ChipId}) on {target}, SIMULATED sampler on {sampler}.");
            await Task.WhenAll(ports.Select(p => p.ServeAsync(cancellationToken)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LatencyLabException(FaultKind.Storage, e.Message, directory.FullName, "Give a folder that you may write to.", e);
        }
        finally
        {
            ServedPort.Unlink(target);
            ServedPort.Unlink(sampler);
        }
    }

    private static async Task ServeTcpAsync(SimulatedRig rig, string port, Output output, CancellationToken cancellationToken)
    {
        if (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > IPEndPoint.MaxPort - 1)
        {
            throw new LatencyLabException(FaultKind.Usage, $"'{port}' is not a TCP port", "--tcp", "Write a number, or 0 for free ports.");
        }

        using var target = new TcpListener(IPAddress.Loopback, number);
        using var sampler = new TcpListener(IPAddress.Loopback, number == 0 ? 0 : number + 1);
        try
        {
            target.Start();
            sampler.Start();
        }
        catch (SocketException e)
        {
            throw new LatencyLabException(FaultKind.Device, $"can't listen: {e.Message}", $"127.0.0.1:{port}", "Take another port, or 0.", e);
        }

        output.Result.WriteLine($"ready tcp://{target.LocalEndpoint} tcp://{sampler.LocalEndpoint}");
        output.Result.Flush();
        await Task.WhenAll(
            SimulatedBoardServer.ServeAsync(rig.Target, target, cancellationToken), SimulatedBoardServer.ServeAsync(rig.Sampler, sampler, cancellationToken));
    }

    /// <summary>A board on a pseudoterminal with a name of its own in the file system.</summary>
    [UnsupportedOSPlatform("windows")]
    private sealed class ServedPort(SimulatedBoard board, string path, Pseudoterminal first)
    {
        public static ServedPort Open(SimulatedBoard board, string path)
        {
            if (new FileInfo(path) is { Exists: true, LinkTarget: null })
            {
                throw new LatencyLabException(FaultKind.Usage, "this is a file, not a link of an earlier run", path, "Serve in another folder.");
            }

            return new ServedPort(board, path, Link(path));
        }

        public static void Unlink(string path)
        {
            if (new FileInfo(path).LinkTarget is not null)
            {
                File.Delete(path);
            }
        }

        public async Task ServeAsync(CancellationToken cancellationToken)
        {
            var pty = first;
            while (true)
            {
                using (pty)
                {
                    await SimulatedBoardServer.ServeAsync(board, pty, cancellationToken);
                }

                if (cancellationToken.IsCancellationRequested)
                {
                    return;
                }

                // Unplugged by a fault: the port vanishes, and comes back as another one, as a USB device does.
                pty = Link(path);
            }
        }

        private static Pseudoterminal Link(string path)
        {
            var pty = Pseudoterminal.Open();
            Unlink(path);
            File.CreateSymbolicLink(path, pty.SlavePath);
            return pty;
        }
    }
}
