using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Devices;

/// <summary>A real ser2net on loopback with a configuration of its own: one port each for raw TCP and RFC 2217, in front of serial devices.</summary>
internal sealed class Ser2Net : IDisposable
{
    private readonly string _config = Path.GetTempFileName();
    private readonly (string Accepter, string Device)[] _ports;
    private Process? _process;

    private Ser2Net((string, string)[] ports) => _ports = ports;

    /// <summary>What the selectors name, in the order of the devices given.</summary>
    public IReadOnlyList<string> Selectors { get; private set; } = [];

    /// <summary>Starts the server; each device is served as "tcp" or "rfc2217".</summary>
    public static async Task<Ser2Net> StartAsync(bool kickOldUser, params (string Scheme, string Device)[] devices)
    {
        Tool.Require("ser2net");
        var numbers = FreePorts(devices.Length);
        var server = new Ser2Net([.. devices.Select((d, i) => (d.Scheme == "tcp" ? $"tcp,127.0.0.1,{numbers[i]}" : $"telnet(rfc2217),tcp,127.0.0.1,{numbers[i]}", d.Device))])
        {
            Selectors = [.. devices.Select((d, i) => $"{d.Scheme}://127.0.0.1:{numbers[i]}")],
        };
        var connections = server._ports.Select((p, i) =>
            $"connection: &c{i}\n  accepter: {p.Accepter}\n  connector: serialdev,{p.Device},115200n81,local\n  options:\n    chardelay: false\n    kickolduser: {(kickOldUser ? "true" : "false")}\n");
        await File.WriteAllTextAsync(server._config, "%YAML 1.1\n---\n" + string.Concat(connections), TestContext.Current.CancellationToken);
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts the server again with the same ports.</summary>
    public async Task StartAsync()
    {
        _process = Process.Start(new ProcessStartInfo(Tool.Require("ser2net"), ["-n", "-u", "-c", _config]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        foreach (var number in Selectors.Select(s => new Uri(s).Port))
        {
            await ListensAsync(number);
        }
    }

    /// <summary>Cuts all connections, as a server that goes down.</summary>
    public void Stop()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        Stop();
        File.Delete(_config);
    }

    // Asked in the table of sockets: a connection to try it would be a client.
    private async Task ListensAsync(int number)
    {
        while (!System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(l => l.Port == number))
        {
            Assert.False(_process!.HasExited, "ser2net has ended.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
        {
            listener.Start();
        }

        var numbers = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners)
        {
            listener.Dispose();
        }

        return numbers;
    }
}
