using System.Runtime.InteropServices;

namespace LatencyLab.Cli;

/// <summary>
/// The first Ctrl-C or SIGTERM ends a measurement in order, which takes the boards a moment. Who sends a second one means at once: what is on the disk stays,
/// the boards stop by themselves, and the next start takes them as they are.
/// </summary>
internal sealed class SecondInterrupt : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations;
    private int _seen;

    private SecondInterrupt() => _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal)];

    /// <summary>Listens until it is disposed.</summary>
    public static SecondInterrupt Register() => new();

    public void Dispose() => Array.ForEach(_registrations, r => r.Dispose());

    // What the first one does is the command's business.
    private void OnSignal(PosixSignalContext context)
    {
        if (Interlocked.Increment(ref _seen) < 2)
        {
            return;
        }

        Console.Error.WriteLine();
        Console.Error.WriteLine("stopped at once; what was written is kept (latencylab runs list, latencylab runs recover)");
        Environment.Exit((int)ExitCode.Interrupted);
    }
}
