using LatencyLab.Links;

namespace LatencyLab.Simulation;

/// <summary>
/// A MicroPython board that isn't there: a raw REPL byte by byte that runs LatencyLab's own scripts. Clients come and go; what runs goes on, as on
/// a real board. Virtual time moves only while a client reads.
/// </summary>
public sealed class SimulatedBoard
{
    // Beyond this the board takes no more input until the host reads: the flow control of USB.
    private const int OutputLimit = 64 * 1024;
    private const int InputLimit = 64 * 1024;

    private readonly SimulatedWorld _world;
    private readonly BoardIdentity _identity;
    private readonly BoardScripts _scripts;
    private readonly ByteQueue _output = new();
    private readonly ByteQueue _input = new();
    private readonly BoardConsole _console;
    private readonly RawRepl _repl;
    private readonly SimulatedPace _pace;
    private readonly TimeProvider _time;
    private readonly string _bootText;
    private TaskCompletionSource? _changed;
    private int _session;
    private bool _everConnected;

    internal SimulatedBoard(SimulatedWorld world, Side side, SimulatedBoardOptions options, CaptureTruth truth, TimeProvider time)
    {
        _world = world;
        _identity = BoardIdentity.Create(options, side);
        _time = time;
        Side = side;
        _console = new BoardConsole(_output);
        _scripts = new BoardScripts(world, _identity, side, options, truth);
        _pace = new SimulatedPace(world, options, time);
        var rp2 = _identity.Chip.Port == "rp2";
        var traits = new ReplTraits(_identity.Banner, ClearsInputOnInterrupt: rp2, RawPaste: _identity.Version.IsAtLeast(1, 14));
        _repl = new RawRepl(_console, traits, _scripts.Execute, SoftReset);
        _bootText = _identity.Chip.Port switch
        {
            // First lines of the ROM, by which a host knows a restart in mid-run.
            "esp32" => "ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n",
            "esp8266" => "\r\n ets Jan  8 2013,rst cause:2, boot mode:(3,6)\r\n\r\n",
            _ => "",
        };
        _repl.PrintBanner();
    }

    /// <summary>Chip as the pin catalog calls it.</summary>
    public string ChipId => _identity.Chip.Id;

    /// <summary><c>machine.unique_id()</c> in lower-case hex.</summary>
    public string UniqueId => _identity.UniqueId;

    internal Side Side { get; }

    /// <summary>A link to the board, as opening its port gives one. What the board printed while nobody was there is lost, except its first banner.</summary>
    /// <param name="name">What the user calls the board.</param>
    /// <exception cref="DeviceException">Somebody else has the port open.</exception>
    public ILink Open(string? name = null)
    {
        var label = name ?? $"sim:{ChipId}";
        lock (_world.Gate)
        {
            if (_session != 0)
            {
                throw new DeviceException("The simulated board is in use.", label, "Close the other program first.");
            }

            if (_everConnected)
            {
                _output.Clear();
            }

            _everConnected = true;
            _session = SimulatedLink.NextSession();
            return new SimulatedLink(this, label, _session, _time);
        }
    }

    internal void Close(int session)
    {
        lock (_world.Gate)
        {
            if (session == _session)
            {
                _session = 0;
                _input.Clear();
                _output.Clear();
                Notify();
            }
        }
    }

    /// <summary>Copies what the board says next and lets it run as far as that needs.</summary>
    /// <returns>Bytes copied, or 0 and what to wait for; -1 when the session is over.</returns>
    internal int Read(int session, Span<byte> into, out Task changed, out TimeSpan delay, CancellationToken cancellationToken)
    {
        lock (_world.Gate)
        {
            changed = Task.CompletedTask;
            delay = TimeSpan.Zero;
            if (session != _session)
            {
                return -1;
            }

            // One look at the clock decides: a second one may find that the time is up, and then nobody would wait for it nor go on.
            while ((delay = _pace.Ahead(_repl.Busy)) == TimeSpan.Zero)
            {
                if (_output.Count > 0)
                {
                    var count = _output.Dequeue(into);
                    TakeInput();
                    return count;
                }

                if (cancellationToken.IsCancellationRequested || !RunOn())
                {
                    break;
                }

                if (session != _session)
                {
                    return -1;
                }
            }

            _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed = _changed.Task;
            return 0;
        }
    }

    /// <summary>Hands bytes to the board.</summary>
    /// <returns>Bytes taken, fewer when the board is full; -1 when the session is over.</returns>
    internal int Write(int session, ReadOnlySpan<byte> bytes, out Task changed)
    {
        lock (_world.Gate)
        {
            changed = Task.CompletedTask;
            if (session != _session)
            {
                return -1;
            }

            var count = Math.Min(bytes.Length, InputLimit - _input.Count);
            _input.Enqueue(bytes[..count]);
            TakeInput();
            if (count < bytes.Length)
            {
                _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                changed = _changed.Task;
            }

            Notify();
            return count;
        }
    }

    /// <summary>The board restarts of itself, as after a crash.</summary>
    internal void Reboot()
    {
        PowerOff();
        _output.Enqueue(System.Text.Encoding.ASCII.GetBytes(_bootText));
        _repl.PrintBanner();
        Notify();
    }

    /// <summary>The link is cut and the board has no power; the next client finds it freshly started.</summary>
    internal void Unplug()
    {
        PowerOff();
        _session = 0;
        _everConnected = false;
        _input.Clear();
        _output.Clear();
        _repl.PrintBanner();
        Notify();
    }

    /// <summary>Something happened to the board from outside: its program may have something to say.</summary>
    internal void Wake()
    {
        _repl.Step();
        Notify();
    }

    private void PowerOff()
    {
        _repl.Abort();
        _scripts.Reset();
        _world.Wires.PowerOff(Side, _world.NowPs);
    }

    private void SoftReset()
    {
        _pace.Spend(TimeSpan.FromMilliseconds(300));
        _scripts.Reset();
        if (Side == Side.Target)
        {
            _world.Wires.Forget();
        }
    }

    private bool RunOn() => TakeInput() | _repl.Step();

    // True when the board took some input.
    private bool TakeInput()
    {
        var took = false;
        while (true)
        {
            if (!_repl.Busy && _console.PendingInput > 0)
            {
                // What was typed while the program ran is read by the prompt now.
                _repl.Receive(_console.NextInput());
            }
            else if (_input.Count > 0 && (_output.Count < OutputLimit || _repl.Busy))
            {
                _pace.Spend(TimeSpan.FromMilliseconds(0.1));
                _repl.Receive(_input.Dequeue());
            }
            else
            {
                break;
            }

            took = true;
        }

        if (took)
        {
            Notify();
        }

        return took;
    }

    private void Notify()
    {
        _changed?.TrySetResult();
        _changed = null;
    }
}
