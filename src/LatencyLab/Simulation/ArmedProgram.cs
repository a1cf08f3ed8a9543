using System.Globalization;
using System.Text;

namespace LatencyLab.Simulation;

/// <summary>
/// A test of the target's script while it is armed: silent, and idle until the host says stop (docs/protocol.md sections 2.3 and 2.5). Waiting
/// moves no time.
/// </summary>
internal abstract class ArmedProgram(SimulatedWorld world, uint nonce, long seconds, string ready) : BoardProgram
{
    private const long PsPerMs = 1_000_000_000;
    private const long DeadManMs = 10_000;

    private readonly StringBuilder _word = new();
    private bool _armed;
    private long _armedPs;

    public override bool OnlyListens => true;

    protected SimulatedWorld World => world;

    public override ProgramState Step(BoardConsole console)
    {
        if (!_armed)
        {
            console.Print(ready);
            _armedPs = world.NowPs;
            world.Activity = Arm();
            _armed = true;
            SetDeadline();
            console.Print(BoardScripts.Line($$"""{"t": "ARMED", "nonce": {{nonce}}}"""));
            return ProgramState.Waiting;
        }

        if (world.Activity is { Hung: true })
        {
            return ProgramState.Waiting;
        }

        if (world.TargetDeadlinePs is null)
        {
            End(console, "dead man");
            return ProgramState.Ended;
        }

        while (console.PendingInput > 0)
        {
            var value = console.NextInput();
            if (value is not ((byte)'\n' or (byte)'\r'))
            {
                _word.Append(_word.Length < 8 ? (char)value : "");
                continue;
            }

            var word = _word.ToString();
            _word.Clear();
            SetDeadline();
            if (word == "stop")
            {
                BeforeStop();
                End(console, "stop");
                return ProgramState.Ended;
            }

            Hear();
        }

        return ProgramState.Waiting;
    }

    public override void Abandon(BoardConsole console)
    {
        if (_armed)
        {
            End(console, "interrupt");
        }
    }

    public override void Vanish() => Disarm();

    /// <summary>Sets up the pins and whatever acts on them.</summary>
    protected abstract TargetActivity Arm();

    /// <summary>Makes the pins inputs again.</summary>
    protected abstract void Release();

    /// <summary>A line from the host that isn't <c>stop</c>.</summary>
    protected virtual void Hear()
    {
    }

    /// <summary>What the script ends before it looks at the host.</summary>
    protected virtual void BeforeStop()
    {
    }

    /// <summary>Further members of DONE, each with its comma.</summary>
    protected virtual string More(long elapsedUs) => "";

    private void SetDeadline() => world.TargetDeadlinePs = world.NowPs + (((seconds * 1000) + DeadManMs) * PsPerMs);

    private void End(BoardConsole console, string reason)
    {
        var callbacks = world.Activity?.Callbacks ?? 0;
        Disarm();
        var elapsedUs = (world.NowPs - _armedPs) / PsPerMs * 1000;
        console.Print(BoardScripts.Line(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"t": "DONE", "nonce": {{nonce}}, "callbacks": {{callbacks}}, "errors": 0, "reason": "{{reason}}", "us": {{elapsedUs}}{{More(elapsedUs)}}}""")));
    }

    private void Disarm()
    {
        if (!_armed)
        {
            return;
        }

        Release();
        world.Activity = null;
        world.CaptureStarts = null;
        world.TargetDeadlinePs = null;
    }
}
