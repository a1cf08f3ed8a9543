namespace LatencyLab.Tests.Firmware;

/// <summary>A program as the assembler leaves it, at offset 0.</summary>
internal sealed record PioProgram(ushort[] Words, int WrapTarget, int Wrap)
{
    public override string ToString() => string.Join(' ', Words.Select(word => word.ToString("x4", System.Globalization.CultureInfo.InvariantCulture)));
}

/// <summary>
/// One state machine of the RP2040's PIO, one instruction a system clock cycle, after the datasheet's chapter 3 and without any knowledge of
/// the programs: FIFOs joined to eight words, autopush at 32 bits, blocking pull. What the programs don't use is refused, not guessed.
/// </summary>
internal sealed class PioStateMachine(PioProgram program)
{
    private const int JoinedFifoWords = 8;

    private readonly Queue<uint> _rx = new();
    private readonly Queue<uint> _tx = new();
    private uint? _stalledPush;

    public uint X { get; set; }

    public uint Y { get; private set; }

    public int Pc { get; set; }

    /// <summary>The one pin that SET drives.</summary>
    public bool Pin { get; private set; }

    /// <summary>FDEBUG.RXSTALL: the machine has waited with a stamp that no FIFO word was free for.</summary>
    public bool RxStall { get; private set; }

    /// <summary>Waiting in a pull for a word.</summary>
    public bool TxStall { get; private set; }

    public bool TxHasRoom => _tx.Count < JoinedFifoWords;

    private uint Osr { get; set; }

    public bool TryTake(out uint word) => _rx.TryDequeue(out word);

    public void Give(uint word) => _tx.Enqueue(word);

    /// <summary>One clock cycle.</summary>
    /// <param name="jmpPin">The level of the jmp pin behind its synchroniser.</param>
    public void Step(bool jmpPin)
    {
        if (_stalledPush is { } waiting)
        {
            if (_rx.Count == JoinedFifoWords)
            {
                return;
            }

            _rx.Enqueue(waiting);
            _stalledPush = null;
            Advance();
            return;
        }

        var word = program.Words[Pc];
        var argument = word & 0x1f;
        switch (word >> 5)
        {
            case <= 7:
                Jump((word >> 5) & 7, argument, jmpPin);
                return;
            case 0x4000 >> 5 | 1 when argument == 0:
                Push(X);
                return;
            case 0x80a0 >> 5 when argument == 0:
                Pull();
                return;
            case 0xa020 >> 5:
                X = Source(argument);
                break;
            case 0xa040 >> 5:
                Y = Source(argument);
                break;
            case 0xe000 >> 5:
                Pin = (argument & 1) != 0;
                break;
            default:
                throw new InvalidOperationException($"The model has no instruction {word:x4}.");
        }

        Advance();
    }

    private uint Source(int argument) => argument switch
    {
        0b01_011 => ~0u, // the inverse of NULL
        0b00_111 => Osr,
        _ => throw new InvalidOperationException($"The model has no MOV source {argument:x2}."),
    };

    // The counter is decremented whether it jumps or not, and wraps below zero.
    private void Jump(int condition, int target, bool jmpPin)
    {
        var taken = condition switch
        {
            0 => true,
            2 => X-- != 0,
            4 => Y-- != 0,
            6 => jmpPin,
            _ => throw new InvalidOperationException($"The model has no condition {condition}."),
        };
        if (taken)
        {
            Pc = target;
        }
        else
        {
            Advance();
        }
    }

    private void Push(uint word)
    {
        if (_rx.Count == JoinedFifoWords)
        {
            RxStall = true;
            _stalledPush = word;
            return;
        }

        _rx.Enqueue(word);
        Advance();
    }

    private void Pull()
    {
        TxStall = !_tx.TryDequeue(out var word);
        if (!TxStall)
        {
            Osr = word;
            Advance();
        }
    }

    private void Advance() => Pc = Pc == program.Wrap ? program.WrapTarget : Pc + 1;
}

/// <summary>
/// State machines started by one write, each on its own line, drained by a DMA that moves one word every so many cycles, in turn.
/// A level reaches the machines two cycles late, through two flip-flops (datasheet 3.5.6.3).
/// </summary>
internal sealed class PioCapture(PioProgram program, int lines, int dmaCycles)
{
    private readonly PioStateMachine[] _machines = [.. Enumerable.Range(0, lines).Select(_ => new PioStateMachine(program))];
    private readonly bool[] _first = new bool[lines];
    private readonly bool[] _second = new bool[lines];
    private int _turn;

    /// <summary>What the DMA has written, a list a line.</summary>
    public List<uint>[] Words { get; } = [.. Enumerable.Range(0, lines).Select(_ => new List<uint>())];

    public PioStateMachine this[int line] => _machines[line];

    public long Cycle { get; private set; }

    /// <summary>The cycle from which on the DMA no longer takes words.</summary>
    public long DmaStopsAt { get; set; } = long.MaxValue;

    /// <summary>Fills the synchroniser, as it is long before the machines start.</summary>
    public void Settle(Func<int, bool> level)
    {
        for (var line = 0; line < lines; line++)
        {
            _first[line] = _second[line] = level(line);
        }
    }

    /// <summary>Runs one line's edges, which begin low and alternate, to some cycles after the last.</summary>
    public static List<uint> Run(PioProgram program, long[] edges, long extraCycles = 40)
    {
        var capture = new PioCapture(program, 1, dmaCycles: 1);
        capture.RunUntil((edges.Length == 0 ? 0 : edges[^1]) + extraCycles, [edges]);
        return capture.Words[0];
    }

    /// <param name="end">Stops before this cycle.</param>
    /// <param name="edges">Cycles in which each line changes its level, from low.</param>
    public void RunUntil(long end, long[][] edges)
    {
        var next = edges.Select(line => Array.FindIndex(line, at => at >= Cycle) is >= 0 and var found ? found : line.Length).ToArray();
        for (; Cycle < end; Cycle++)
        {
            for (var line = 0; line < lines; line++)
            {
                if (next[line] < edges[line].Length && edges[line][next[line]] == Cycle)
                {
                    next[line]++;
                }

                _machines[line].Step(_second[line]);
                _second[line] = _first[line];
                _first[line] = (next[line] & 1) != 0;
            }

            Drain();
        }
    }

    private void Drain()
    {
        if (Cycle % dmaCycles != 0 || Cycle >= DmaStopsAt)
        {
            return;
        }

        for (var tried = 0; tried < lines; tried++)
        {
            var line = _turn = (_turn + 1) % lines;
            if (_machines[line].TryTake(out var word))
            {
                Words[line].Add(word);
                return;
            }
        }
    }
}
