using LatencyLab.Cli.Screen;
using LatencyLab.Links;
using LatencyLab.MicroPython;

namespace LatencyLab.Cli.Devices;

/// <summary>What <c>latencylab devices</c> does, apart from its options.</summary>
internal sealed class DeviceListing(BoardAccess access, Output output)
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>Lists the ports, or the one device that is named; with <paramref name="probe"/> the boards are asked who they are.</summary>
    /// <exception cref="LatencyLabException">A named device isn't there or doesn't answer, or none appeared in the time that was given.</exception>
    public async Task<ExitCode> ListAsync(DeviceSelector? selector, bool probe, CancellationToken cancellationToken)
    {
        var ports = await FindAsync(selector, cancellationToken);
        var devices = new List<DeviceReport>();
        foreach (var port in ports)
        {
            var holders = PortHolder.Find(port.Path);
            // Unasked, only devices that are known to be boards or bridges are typed into.
            var ask = probe && (selector is not null || DeviceSelector.Auto.Matches(port));
            devices.Add(ask ? await ProbeAsync(port, holders, cancellationToken) : new DeviceReport(port, holders));
        }

        if (selector is not null && devices is [{ Fault: { } fault }])
        {
            throw fault;
        }

        if (output.Json)
        {
            output.WriteJson(json => DeviceReport.WriteJson(json, devices));
        }
        else if (devices.Count > 0)
        {
            DeviceReport.WriteTable(output.Result, devices, probe);
        }
        else
        {
            output.Talk.WriteLine("No serial ports. Plug a board in, check that its cable carries data, or try --rig sim, which needs no board.");
        }

        return ExitCode.Done;
    }

    /// <summary>Prints what is plugged in and out until it is stopped.</summary>
    public async Task<ExitCode> WatchAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<SerialPortInfo> known = [];
        output.Talk.WriteLine("Watching the serial ports; Ctrl-C ends it.");
        try
        {
            while (true)
            {
                var now = access.ListPorts();
                foreach (var (sign, port) in known.Except(now).Select(p => ('-', p)).Concat(now.Except(known).Select(p => ('+', p))))
                {
                    var report = new DeviceReport(port, []);
                    output.Result.WriteLine(TerminalText.Clean($"{sign} {port.Path}  {port.UsbIds ?? "-"}  {report.What}  {port.SerialNumber ?? "-"}  {port.Topology ?? "-"}"));
                }

                known = now;
                await output.Result.FlushAsync(cancellationToken);
                await Task.Delay(WatchInterval, access.Limits.Clock, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The way this command ends.
            return ExitCode.Done;
        }
    }

    private async Task<IReadOnlyList<SerialPortInfo>> FindAsync(DeviceSelector? selector, CancellationToken cancellationToken)
    {
        if (selector is { Kind: SelectorKind.Tcp or SelectorKind.Rfc2217 or SelectorKind.Simulated })
        {
            return [new SerialPortInfo(selector.Text)];
        }

        var began = access.Limits.Clock.GetTimestamp();
        while (true)
        {
            IReadOnlyList<SerialPortInfo> ports = [.. access.ListPorts().Where(p => selector is null || selector.Kind == SelectorKind.UniqueId || selector.Matches(p))];
            if (ports.Count == 0 && selector is { Kind: SelectorKind.Path } && Path.Exists(selector.Value))
            {
                // A port that no catalog lists, such as a pseudo terminal.
                ports = [new SerialPortInfo(selector.Value)];
            }

            if (ports.Count > 0 || (access.Wait == TimeSpan.Zero && selector is null))
            {
                return ports;
            }

            if (access.Limits.Clock.GetElapsedTime(began) >= access.Wait)
            {
                throw new DeviceException(selector is null ? "No device appeared." : $"No connected device is '{selector.Text}'.", null, "Plug it in, check that its cable carries data, and look with 'latencylab devices'.");
            }

            await Task.Delay(WatchInterval, access.Limits.Clock, cancellationToken);
        }
    }

    private async Task<DeviceReport> ProbeAsync(SerialPortInfo port, IReadOnlyList<PortHolder> holders, CancellationToken cancellationToken)
    {
        try
        {
            var selector = port.UsbIds is null && port.Path.Contains(':', StringComparison.Ordinal) ? DeviceSelector.Parse(port.Path) : new DeviceSelector(SelectorKind.Path, port.Path, port.Path);
            await using var board = await BoardConnection.OpenAsync(selector, BoardRole.Target, access, cancellationToken);
            return new DeviceReport(port, holders, board.Identity, board.Repl.Interrupted?.File);
        }
        catch (LatencyLabException e)
        {
            return new DeviceReport(port, holders, Fault: e);
        }
    }
}
