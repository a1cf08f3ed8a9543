using System.Runtime.InteropServices;

namespace LatencyLab.Cli;

/// <summary>
/// The first Ctrl-C or SIGTERM ends a command in order, which takes boards a moment. Who sends a second one means at once: what is on the disk stays, the boards
/// stop by themselves, and the next start takes them as they are. A command that doesn't end is cut off after a while.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    // After Ctrl-C the boards are stopped in order and what was measured is written; only a hang is cut off.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private Timer? _cutOff;
    private int _seen;

    /// <summary>Listens until it is disposed.</summary>
    public Interrupts() => _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal)];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        Array.ForEach(_registrations, r => r.Dispose());
        _cutOff?.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _seen) > 1)
        {
            Leave("stopped at once");
        }

        _cutOff = new Timer(_ => Leave("cut off, since it did not end"), null, Patience, Timeout.InfiniteTimeSpan);
        _stop.Cancel();
    }

    private static void Leave(string why)
    {
        Console.Error.WriteLine();
        Console.Error.WriteLine($"{why}; what was written is kept (latencylab runs list, latencylab runs recover)");
        Environment.Exit((int)ExitCode.Interrupted);
    }
}
