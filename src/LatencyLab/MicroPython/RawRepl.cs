using System.Text;
using LatencyLab.Links;

namespace LatencyLab.MicroPython;

/// <summary>
/// A board held in MicroPython's raw REPL: source goes in, output and errors come back apart. The protocol is that of
/// docs/reference/repl.rst and shared/runtime/pyexec.c of MicroPython; what a board does with it byte by byte is in the tests.
/// One program at a time; nothing is written to the board's flash. The link stays its owner's.
/// </summary>
public sealed class RawRepl : IAsyncDisposable
{
    private static readonly byte[] Interrupt = [0x0d, 0x03];
    private static readonly byte[] EnterRaw = [0x0d, 0x01];
    private static readonly byte[] LeaveRaw = [0x0d, 0x02];
    private static readonly byte[] EndOfInput = [0x04];
    private static readonly byte[] Banner = "raw REPL; CTRL-B to exit\r\n>"u8.ToArray();
    private static readonly byte[] SoftReboot = "soft reboot\r\n"u8.ToArray();
    private static readonly byte[] FriendlyPrompt = ">>> "u8.ToArray();
    private static readonly byte[] Ok = "OK"u8.ToArray();

    private static readonly TimeSpan Sync = StepLimits.OrdinaryStep;
    private static readonly TimeSpan BannerWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBoot = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LeaveWait = TimeSpan.FromSeconds(2);

    // A board that floods is given up after this much in one attempt, long before the time limit.
    private const int FloodBytes = LinkBuffer.MaxBytes;
    private const int DrainBytes = 64 * 1024;

    // A traceback is searched in this much of what the board said last.
    private const int KeptCharacters = 16 * 1024;

    private readonly LinkBuffer _buffer;
    private readonly StepLimits _limits;
    private readonly PasteSender _sender;
    private RunningProgram? _running;
    private bool _left;

    private RawRepl(ILink link, StepLimits limits)
    {
        _limits = limits;
        _buffer = new LinkBuffer(link, limits.Clock);
        _sender = new PasteSender(_buffer, limits);
    }

    /// <summary>What the user calls the board's link.</summary>
    public string Name => _buffer.Link.Name;

    /// <summary>The program that entering has stopped; null when the board was idle. It is never left stopped without a word.</summary>
    public Interruption? Interrupted { get; private set; }

    /// <summary>
    /// Whether leaving starts the board's own main.py again by a soft reset. True from the beginning where entering has stopped a program
    /// that came from a file.
    /// </summary>
    public bool RestartOnLeave { get; set; }

    /// <summary>Stops what runs on the board and enters the raw REPL, whatever state it is in.</summary>
    /// <exception cref="DeviceException">The board is silent, floods, runs something else, or is used by another client.</exception>
    public static async Task<RawRepl> EnterAsync(ILink link, StepLimits limits, CancellationToken cancellationToken)
    {
        var repl = new RawRepl(link, limits);
        try
        {
            repl.Interrupted = Interruption.Find(await repl.SynchroniseAsync(cancellationToken));
        }
        catch (DeviceException e) when (LinkFault.SaysBusy(repl._buffer.Tail))
        {
            throw LinkFault.Busy(link.Name, e);
        }

        repl.RestartOnLeave = repl.Interrupted?.File is not null;
        return repl;
    }

    /// <summary>Starts the interpreter anew with an empty heap: boot.py runs, main.py does not.</summary>
    /// <exception cref="DeviceException">The board doesn't come back.</exception>
    public async Task SoftResetAsync(CancellationToken cancellationToken)
    {
        await StopRunningAsync(cancellationToken);
        await _buffer.Link.WriteAsync(EndOfInput, cancellationToken);
        // boot.py may connect to a network and talk meanwhile, so a minute is given as long as something comes.
        var (step, overall) = (_limits.Of(StepLimits.OrdinaryStep), _limits.Of(LongestBoot));
        if (await ReadUntilAsync(SoftReboot, step, overall, cancellationToken) is null || await ReadUntilAsync(Banner, step, overall, cancellationToken) is null)
        {
            throw Failed("The board didn't come back from a soft reset.", "Press its reset button; if its boot.py waits for something, give it time with --timeout 10x.");
        }
    }

    /// <summary>Runs code to its end.</summary>
    /// <param name="code">Python source, any length.</param>
    /// <param name="cancellationToken">Ends the waiting, not the code: leaving or disposing stops that.</param>
    /// <param name="silence">Longest time without output, before scaling; ten seconds when not given, and a minute in all.</param>
    /// <returns>Output and traceback, together at most a megabyte.</returns>
    /// <exception cref="DeviceException">The board is silent or gone, or answers something else or too much.</exception>
    public async Task<ReplAnswer> ExecuteAsync(string code, CancellationToken cancellationToken, TimeSpan? silence = null)
    {
        var program = await StartAsync(code, cancellationToken);
        return await program.FinishAsync(cancellationToken, silence);
    }

    /// <summary>Hands code to the board and returns as soon as it runs. A program whose end nobody has seen is stopped first.</summary>
    /// <exception cref="DeviceException">The board doesn't take the code.</exception>
    public async Task<RunningProgram> StartAsync(string code, CancellationToken cancellationToken)
    {
        await StopRunningAsync(cancellationToken);
        // Nothing at all, ended by 04, is the request for a soft reset.
        var bytes = Encoding.UTF8.GetBytes(code.Length == 0 ? "\n" : code);
        if (!await _sender.TrySendAsync(bytes, cancellationToken))
        {
            // Late answers of an earlier attempt to synchronise, or a reset board: once more from a clean line.
            await SynchroniseAsync(cancellationToken);
            if (!await _sender.TrySendAsync(bytes, cancellationToken))
            {
                throw Failed("The board doesn't take code.", "Press its reset button and run again; a slow or distant board may need --timeout 10x.");
            }
        }

        return _running = new RunningProgram(_buffer, _limits, () => _running = null);
    }

    /// <summary>Stops a program that still runs and gives the board back to its friendly REPL, or to its main.py if <see cref="RestartOnLeave"/>.</summary>
    /// <exception cref="DeviceException">The board is gone.</exception>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (_left)
        {
            return;
        }

        _left = true;
        if (_running is not null)
        {
            await _buffer.Link.WriteAsync(Interrupt, cancellationToken);
            // The script's finally blocks give pins and interrupts back; its two end marks say that this is done.
            await _buffer.ReadUntilAsync(RunningProgram.EndMark, _limits.Of(LeaveWait), _limits.Of(LeaveWait), cancellationToken);
            _running = null;
        }

        await _buffer.Link.WriteAsync(LeaveRaw, cancellationToken);
        await ReadUntilAsync(FriendlyPrompt, _limits.Of(LeaveWait), _limits.Of(LeaveWait), cancellationToken);
        if (RestartOnLeave)
        {
            await _buffer.Link.WriteAsync(EndOfInput, cancellationToken);
            await ReadUntilAsync(SoftReboot, _limits.Of(LeaveWait), _limits.Of(LeaveWait), cancellationToken);
        }
    }

    /// <summary>Leaves as well as the link still allows.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(_limits.Of(LeaveWait) * 4, _limits.Clock);
        try
        {
            await LeaveAsync(limit.Token);
        }
        catch (Exception e) when (e is DeviceException or OperationCanceledException)
        {
            // The board is gone; the next start finds it in whatever state it is.
        }

        _buffer.Dispose();
    }

    private ValueTask<byte[]?> ReadUntilAsync(byte[] pattern, TimeSpan silence, TimeSpan overall, CancellationToken cancellationToken) =>
        _buffer.ReadUntilAsync(pattern, silence, overall, cancellationToken);

    private async Task StopRunningAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_left, this);
        if (_running is not null)
        {
            _running = null;
            await SynchroniseAsync(cancellationToken);
        }
    }

    /// <returns>What the board said until it was ready.</returns>
    private async Task<string> SynchroniseAsync(CancellationToken cancellationToken)
    {
        var began = _limits.Clock.GetTimestamp();
        var receivedBefore = _buffer.Received;
        var talk = "";
        for (var attempt = 0; attempt == 0 || _limits.Clock.GetElapsedTime(began) < _limits.Of(Sync); attempt++)
        {
            await _buffer.Link.WriteAsync(Interrupt, cancellationToken);
            if (attempt > 0)
            {
                // One Ctrl-C can be swallowed by a program that catches every exception.
                talk = KeepEnd(talk + await _buffer.DrainAsync(_limits.Of(Quiet), _limits.Of(Quiet), DrainBytes, cancellationToken));
                await _buffer.Link.WriteAsync(Interrupt, cancellationToken);
            }

            talk = KeepEnd(talk + await _buffer.DrainAsync(_limits.Of(Quiet), _limits.Of(LongestDrain), DrainBytes, cancellationToken));
            await _buffer.Link.WriteAsync(EnterRaw, cancellationToken);
            var before = await ReadBannerAsync(cancellationToken);
            talk = KeepEnd(talk + (before ?? LinkBuffer.Text(_buffer.Tail)));
            if (before is not null)
            {
                if (attempt > 0)
                {
                    // Late answers to the attempts before would be taken for answers to what comes next.
                    await _buffer.DrainAsync(_limits.Of(Quiet), _limits.Of(LongestDrain), DrainBytes, cancellationToken);
                }

                return talk;
            }
        }

        throw SyncFault.Explain(Name, _buffer.Received - receivedBefore, LinkBuffer.Text(_buffer.Tail));
    }

    private static string KeepEnd(string talk) => talk.Length > KeptCharacters ? talk[^KeptCharacters..] : talk;

    private async Task<string?> ReadBannerAsync(CancellationToken cancellationToken)
    {
        var began = _limits.Clock.GetTimestamp();
        var receivedBefore = _buffer.Received;
        while (_buffer.Received - receivedBefore < FloodBytes)
        {
            var at = _buffer.Waiting.Span.IndexOf(Banner);
            if (at >= 0)
            {
                var before = LinkBuffer.Text(_buffer.Waiting.Span[..at]);
                _buffer.Consume(at + Banner.Length);
                return before;
            }

            // A flood is not kept; only what may be the beginning of the banner is.
            _buffer.Consume(Math.Max(0, _buffer.Waiting.Length - DrainBytes));
            if (!await _buffer.FillAsync(_limits.Of(BannerWait) - _limits.Clock.GetElapsedTime(began), cancellationToken))
            {
                break;
            }
        }

        return null;
    }

    private DeviceException Failed(string what, string remedy) => SyncFault.WithLastWords(what, Name, LinkBuffer.Text(_buffer.Tail), remedy);
}
