using LatencyLab.Analysis;
using LatencyLab.Boards;
using LatencyLab.Cli.Commands;
using LatencyLab.Cli.Doctor;
using LatencyLab.Cli.Screen;
using LatencyLab.Links;
using LatencyLab.MicroPython;
using LatencyLab.Runs;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Simulation;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Cli.Devices;

/// <summary>Which boards a measurement uses, as --rig, --target and --sampler say it.</summary>
internal sealed record RigSelection(string? Rig, string? Target, string? Sampler, string? Timeout, Duration? Wait = null)
{
    /// <summary>What to type instead where no boards are connected.</summary>
    public string CommandOnSimulator { get; init; } = "latencylab run --pin 4 --irq rising --rig sim";

    /// <summary>True where the target times itself: then there is no sampler.</summary>
    public bool IsSelfTimed { get; init; }

    /// <summary>False for measurements without an end: the simulator then counts what truly happened, and keeps no list of it.</summary>
    public bool KeepsTruth { get; init; } = true;

    /// <summary>A command line with the simulated rig instead of boards.</summary>
    public static string OnSimulator(IReadOnlyList<string> argv) => string.Join(' ', argv.Select(a => a.Any(char.IsWhiteSpace) ? $"\"{a}\"" : a)) + " --rig sim";

    /// <summary>The target's chip where it is known before a board is touched: on the simulated rig.</summary>
    public Chip? KnownChip => !FreeRunning && (Rig ?? Target) is { } selector && IsSimulatedBoard(selector) ? BoardCatalog.Get(SimulatedBoardOptions.Parse(selector).ChipId) : null;

    /// <summary>True where no board is measured.</summary>
    public bool IsSimulated => (Rig is not null && IsSimulatedBoard(Rig)) || IsSimulatedBoard((FreeRunning ? Sampler : Target) ?? "");

    /// <summary>True where the target runs firmware of its own.</summary>
    public bool FreeRunning => Target == RunRequest.FreeRunningTarget;

    /// <summary>Finds, opens and identifies both boards; of a free-running target only the sampler.</summary>
    /// <exception cref="LatencyLabException">A board is missing, busy, not permitted or ambiguous.</exception>
    public async Task<Rig> OpenAsync(TextWriter talk, CancellationToken cancellationToken)
    {
        var access = DeviceAccess.Create(Timeout, Wait, talk);
        if (Simulate() is { } simulated)
        {
            access = access with
            {
                OpenSimulated = (_, role, _) => Task.FromResult(role == BoardRole.Sampler ? simulated.Sampler.Open(Sampler ?? "sim:pico") : simulated.Target.Open(Target ?? Rig)),
            };
            var board = new DeviceSelector(SelectorKind.Simulated, "sim");
            if (IsSelfTimed)
            {
                return new Rig(await BoardConnection.OpenAsync(board, BoardRole.Alone, access, cancellationToken), null, simulated);
            }

            return await OpenAsync(FreeRunning ? null : board, board, access, simulated, cancellationToken);
        }

        if (Rig is not null)
        {
            throw new LatencyLabException(FaultKind.Usage, $"'{Rig}' is not a simulated rig.", "--rig", "Write --rig sim, or name the boards with --target and --sampler.");
        }

        try
        {
            return IsSelfTimed
                ? new Rig(await BoardFinder.OpenAsync(Selector(Target), BoardRole.Alone, access, cancellationToken), null, null)
                : await OpenAsync(FreeRunning ? null : Selector(Target), Selector(Sampler), access, null, cancellationToken);
        }
        catch (AmbiguousBoardException e) when (Terminal.CanAsk)
        {
            // Which of two like boards is meant is the user's to say, never a guess.
            var isSampler = e.Role == BoardRole.Sampler;
            var chosen = Ask(e, isSampler ? "sampler" : "target", talk);
            return await (isSampler ? this with { Sampler = chosen } : this with { Target = chosen }).OpenAsync(talk, cancellationToken);
        }
        catch (DeviceException e) when (Target is null && Sampler is null)
        {
            throw new DeviceException(e.Message, e.Where, $"{e.Try} Or run it on the simulator: {CommandOnSimulator}".TrimStart(), e);
        }
    }

    private static async Task<Rig> OpenAsync(DeviceSelector? target, DeviceSelector sampler, BoardAccess access, SimulatedRig? simulated, CancellationToken cancellationToken)
    {
        if (target is null)
        {
            return new Rig(null, await BoardFinder.OpenAsync(sampler, BoardRole.Sampler, access, cancellationToken), simulated);
        }

        var (targetBoard, samplerBoard) = await BoardFinder.OpenRigAsync(target, sampler, access, cancellationToken);
        return new Rig(targetBoard, samplerBoard, simulated);
    }

    private static string Ask(AmbiguousBoardException ambiguous, string role, TextWriter talk)
    {
        for (var i = 0; i < ambiguous.Candidates.Count; i++)
        {
            talk.WriteLine(TerminalText.Clean($"  {i + 1}  {ambiguous.Candidates[i]}"));
        }

        talk.Write($"Which one is the {role}? [1-{ambiguous.Candidates.Count}] ");
        return int.TryParse(Console.In.ReadLine(), out var number) && number >= 1 && number <= ambiguous.Candidates.Count
            ? ambiguous.Candidates[number - 1].Split(' ')[0]
            : throw ambiguous;
    }

    private SimulatedRig? Simulate()
    {
        if (Rig is not null && IsSimulatedBoard(Rig))
        {
            return SimulatedRig.Create(Rig, KeepsTruth);
        }

        if (FreeRunning && Sampler is not null && IsSimulatedBoard(Sampler))
        {
            return SimulatedRig.Create(SimulatedBoardOptions.Parse("sim"), SimulatedBoardOptions.Parse(Sampler, "rp2040"), KeepsTruth);
        }

        return Target is not null && IsSimulatedBoard(Target)
            ? SimulatedRig.Create(SimulatedBoardOptions.Parse(Target), SimulatedBoardOptions.Parse(Sampler ?? "sim:pico", "rp2040"), KeepsTruth)
            : null;
    }

    private static DeviceSelector Selector(string? text) => text is null ? DeviceSelector.Auto : DeviceSelector.Parse(text);

    private static bool IsSimulatedBoard(string selector) => selector == "sim" || selector.StartsWith("sim:", StringComparison.Ordinal);
}

/// <summary>
/// The boards of a measurement, open and locked against other processes; without a sampler the target times itself, without a target that runs firmware
/// of its own.
/// </summary>
internal sealed class Rig(BoardConnection? target, BoardConnection? sampler, SimulatedRig? simulated) : IAsyncDisposable
{
    private BoardConnection? _target = target;
    private BoardConnection? _sampler = sampler;

    /// <summary>True where no board is measured.</summary>
    public bool IsSimulated => simulated is not null;

    /// <summary>Puts the simulated wires on pins; boards have their wires.</summary>
    public void ConnectWires(int pin, int responsePin) => simulated?.Connect(pin, responsePin);

    /// <summary>Puts the simulated wires on the pins of a plan, and simulated firmware behind them; boards have both.</summary>
    public void Connect(RunPlan plan)
    {
        if (plan.FreeRunning)
        {
            simulated?.RunFreely(plan.Irq);
        }
        else if (plan.StimulusPin is { } stimulusPin)
        {
            simulated?.ConnectSelf(stimulusPin, plan.Pin);
        }
        else
        {
            ConnectWires(plan.Pin, plan.ResponsePin);
        }
    }

    /// <summary>Writes what truly happened in the last capture, numbered and judged as the pairing does (CSV).</summary>
    public void WriteTruth(TextWriter writer, PairingRules rules)
    {
        if (simulated is not null)
        {
            SimulationTruth.WriteCsv(writer, simulated.Truth.Rows((int)rules.Warmup, rules.WindowTicks, rules.MinLatencyTicks, rules.TrainLength));
        }
    }

    /// <summary>Has the simulator count what truly happens in the captures to come, judged as the pairing does; boards know no truth.</summary>
    public void CountTruth(PairingRules rules) => simulated?.CountTruth((int)rules.Warmup, rules.WindowTicks ?? long.MaxValue);

    /// <summary>What truly happened in all captures since <see cref="CountTruth"/>.</summary>
    public LatencyCounts CountedTruth()
    {
        var table = new CountTable();
        var counted = simulated?.CountedTruth ?? throw new InvalidOperationException("Only a simulated rig knows the truth.");
        foreach (var (ticks, count) in counted.Latencies)
        {
            table.Add(ticks, count);
        }

        return new LatencyCounts(table.ToSorted(), counted.Late, counted.Missed, counted.Excluded, 0);
    }

    /// <summary>Resets both boards, asks what they are, and holds them to their roles.</summary>
    public async Task<(BoardOnPort? Target, BoardOnPort Sampler)> StartAsync(CancellationToken cancellationToken)
    {
        var targetBoard = _target is null ? null : await ResetAsync(_target, board => _target = board, cancellationToken);
        if (_sampler is null)
        {
            var alone = new BoardOnPort(targetBoard!, _target!.Name, ChipOf(targetBoard!));
            return (alone, alone);
        }

        var samplerBoard = await ResetAsync(_sampler, board => _sampler = board, cancellationToken);
        if (samplerBoard.Identity.Platform != "rp2")
        {
            throw new DeviceException(
                $"The sampler must be a Raspberry Pi Pico, but {_sampler.Name} is {_sampler.Description}.", _sampler.Name,
                "Exchange --target and --sampler, or name the Pico with --sampler.");
        }

        return (targetBoard is null ? null : new BoardOnPort(targetBoard, _target!.Name, ChipOf(targetBoard)), new BoardOnPort(samplerBoard, _sampler.Name, ChipOf(samplerBoard), CalibrationStore.Default.Of(samplerBoard.Identity)));
    }

    /// <summary>A soft reset; one that takes a USB device of the board's own with it has taken place when the board is back.</summary>
    private static async Task<ScriptedBoard> ResetAsync(BoardConnection board, Action<BoardConnection> replace, CancellationToken cancellationToken)
    {
        try
        {
            return await ScriptedBoard.StartAsync(board.Repl, cancellationToken);
        }
        catch (DeviceException e) when (e.LinkIsLost)
        {
            var again = await board.ReopenAsync(e, cancellationToken);
            replace(again);
            return new ScriptedBoard(again.Repl, again.Identity);
        }
    }

    /// <summary>The same for a rig whose target isn't free-running.</summary>
    public async Task<(BoardOnPort Target, BoardOnPort Sampler)> StartBothAsync(CancellationToken cancellationToken)
    {
        var (started, stamping) = await StartAsync(cancellationToken);
        return (started ?? throw new InvalidOperationException("A free-running target can't be started."), stamping);
    }

    public async ValueTask DisposeAsync()
    {
        if (_target is not null)
        {
            await _target.DisposeAsync();
        }

        if (_sampler is not null)
        {
            await _sampler.DisposeAsync();
        }
    }

    private static string ChipOf(ScriptedBoard board) => board.Identity.Chip
        ?? throw new DeviceException(
            $"The chip of this board is not known: {board.Identity.Machine}.", board.Repl.Name, "LatencyLab knows esp8266, esp32, esp32s2, esp32s3, esp32c3, esp32c6 and rp2040.");
}
