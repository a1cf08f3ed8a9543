using System.Text;

namespace LatencyLab.Simulation;

/// <param name="Banner">First line at power-up and when raw mode is left.</param>
/// <param name="ClearsInputOnInterrupt">Ctrl-C empties the input ring (USB of the rp2 port) or leaves what stands before it (UART ports).</param>
/// <param name="RawPaste">Raw paste came with v1.14.</param>
internal sealed record ReplTraits(string Banner, bool ClearsInputOnInterrupt, bool RawPaste);

/// <summary>
/// The read-eval-print loop of MicroPython byte by byte: friendly prompt, paste mode, raw mode and raw paste, with every byte that a client may
/// wait for. Written after shared/runtime/pyexec.c and shared/readline/readline.c of MicroPython 1.28; recorded exchanges of a real board are in the tests.
/// </summary>
/// <param name="console">Where the board prints and running programs read.</param>
/// <param name="traits">What differs between ports and versions.</param>
/// <param name="execute">Starts a piece of source; the second argument is true at the friendly prompt.</param>
/// <param name="softReset">Puts the board's globals, interrupts and programs back.</param>
internal sealed class RawRepl(BoardConsole console, ReplTraits traits, Func<string, bool, BoardProgram> execute, Action softReset)
{
    private const byte CtrlA = 1, CtrlB = 2, CtrlC = 3, CtrlD = 4, CtrlE = 5, Escape = 27;
    private const int PasteWindow = 128;

    // A board has no room for more source than this; Latin-1 keeps one byte a character until the source is whole.
    private const int MaxSourceBytes = 192 * 1024;

    private readonly StringBuilder _line = new();
    private Mode _mode = Mode.Friendly;
    private BoardProgram? _program;
    private bool _printEof;
    private bool _sourceOverflow;
    private int _windowRemaining;
    private int _escape;

    private enum Mode
    {
        Friendly,
        FriendlyPaste,
        Raw,
        RawPaste,

        /// <summary>A raw paste whose source was given up; input is swallowed until the host ends it.</summary>
        RawPasteAborted,
    }

    /// <summary>True while a program has the console.</summary>
    public bool Busy => _program is not null;

    /// <summary>What a board prints after power-up, before anybody types.</summary>
    public void PrintBanner()
    {
        _mode = Mode.Friendly;
        FriendlyReset();
    }

    /// <summary>One byte from the host.</summary>
    public void Receive(byte value)
    {
        if (_program is null)
        {
            Type(value);
        }
        else if (value == CtrlC)
        {
            Interrupt();
        }
        else
        {
            console.Receive(value);
            if (_program.OnlyListens)
            {
                Step();
            }
        }
    }

    /// <summary>Lets the running program go on by one step.</summary>
    /// <returns>False when it waits for input.</returns>
    public bool Step()
    {
        if (_program is null)
        {
            return false;
        }

        var state = _program.Step(console);
        if (state == ProgramState.Ended)
        {
            Finish(_program.Fault is { } fault ? Traceback(_program.FaultLine, fault) : null);
        }

        return state != ProgramState.Waiting;
    }

    /// <summary>The program is gone without a word: the board was reset.</summary>
    public void Abort()
    {
        _program?.Vanish();
        _program = null;
        _line.Clear();
        console.ClearInput();
    }

    private static string Traceback(int line, string fault) =>
        $"Traceback (most recent call last):\n  File \"<stdin>\", line {line}, in <module>\n{fault}\n";

    private void Interrupt()
    {
        if (traits.ClearsInputOnInterrupt)
        {
            console.ClearInput();
        }

        _program!.Abandon(console);
        Finish(Traceback(2, "KeyboardInterrupt: "));
    }

    private void Finish(string? errorText)
    {
        _program = null;
        if (_printEof)
        {
            console.Write([CtrlD]);
        }

        if (errorText is not null)
        {
            console.Print(errorText);
        }

        if (_printEof)
        {
            console.Write([CtrlD]);
        }

        console.Print(_mode == Mode.Friendly ? ">>> " : ">");
    }

    private void Type(byte value)
    {
        switch (_mode)
        {
            case Mode.Friendly:
                TypeFriendly(value);
                break;
            case Mode.FriendlyPaste:
                TypeFriendlyPaste(value);
                break;
            case Mode.Raw:
                TypeRaw(value);
                break;
            case Mode.RawPaste:
                TypeRawPaste(value);
                break;
            default:
                if (value is CtrlC or CtrlD)
                {
                    EndAbortedPaste();
                }

                break;
        }
    }

    private void TypeFriendly(byte value)
    {
        if (_escape > 0)
        {
            // ESC, one byte, and after '[' parameters up to a letter or '~': cursor keys do nothing here.
            _escape = _escape == 1 && value is (byte)'[' or (byte)'O' ? 2 : _escape == 2 && value is >= (byte)'0' and <= (byte)'9' or (byte)';' ? 2 : 0;
            return;
        }

        switch (value)
        {
            case CtrlA when _line.Length == 0:
                console.Print("\n");
                _mode = Mode.Raw;
                RawReset();
                break;
            case CtrlB when _line.Length == 0:
                console.Print("\n");
                FriendlyReset();
                break;
            case CtrlC:
                console.Print("\n>>> ");
                _line.Clear();
                break;
            case CtrlD when _line.Length == 0:
                console.Print("\n");
                SoftReset();
                break;
            case CtrlE when _line.Length == 0:
                console.Print("\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\n=== ");
                _mode = Mode.FriendlyPaste;
                break;
            case (byte)'\r':
                console.Print("\n");
                if (_line.Length == 0)
                {
                    console.Print(">>> ");
                }
                else
                {
                    Run(printEof: false);
                }

                break;
            case 8 or 127:
                if (_line.Length > 0)
                {
                    _line.Length--;
                    console.Print("\b\u001b[K");
                }

                break;
            case Escape:
                _escape = 1;
                break;
            case >= 32:
                Collect(value);
                console.Write([value]);
                break;
        }
    }

    private void TypeFriendlyPaste(byte value)
    {
        switch (value)
        {
            case CtrlC:
                console.Print("\n>>> ");
                _line.Clear();
                _mode = Mode.Friendly;
                break;
            case CtrlD:
                console.Print("\n");
                _mode = Mode.Friendly;
                Run(printEof: false);
                break;
            case (byte)'\r':
                Collect((byte)'\n');
                console.Print("\n=== ");
                break;
            default:
                Collect(value);
                console.Write([value]);
                break;
        }
    }

    private void TypeRaw(byte value)
    {
        switch (value)
        {
            case CtrlA when traits.RawPaste && _line.Length == 2 && _line[0] == CtrlE:
                StartRawPaste(_line[1]);
                break;
            case CtrlA:
                RawReset();
                break;
            case CtrlB:
                console.Print("\n");
                _line.Clear();
                _mode = Mode.Friendly;
                FriendlyReset();
                break;
            case CtrlC:
                _line.Clear();
                break;
            case CtrlD when _line.Length == 0:
                console.Print("OK\n");
                SoftReset();
                break;
            case CtrlD:
                console.Print("OK");
                Run(printEof: true);
                break;
            default:
                Collect(value);
                break;
        }
    }

    private void StartRawPaste(char command)
    {
        _line.Clear();
        if (command != 'A')
        {
            console.Write("R\0>"u8);
            return;
        }

        console.Write([(byte)'R', 1, PasteWindow & 0xFF, PasteWindow >> 8, 1]);
        _windowRemaining = PasteWindow;
        _mode = Mode.RawPaste;
    }

    private void TypeRawPaste(byte value)
    {
        switch (value)
        {
            case CtrlC:
                console.Write([CtrlD]);
                _line.Clear();
                _mode = Mode.Raw;
                _printEof = true;
                Finish("KeyboardInterrupt: \n");
                return;
            case CtrlD:
                console.Write([CtrlD]);
                _mode = Mode.Raw;
                Run(printEof: true);
                return;
        }

        Collect(value);
        if (_sourceOverflow)
        {
            // A board whose compiler gives up says so at once and waits for the host's answer.
            console.Write([CtrlD]);
            _mode = Mode.RawPasteAborted;
            return;
        }

        if (--_windowRemaining == 0)
        {
            console.Write([1]);
            _windowRemaining = PasteWindow;
        }
    }

    private void EndAbortedPaste()
    {
        _mode = Mode.Raw;
        _printEof = true;
        _line.Clear();
        _sourceOverflow = false;
        Finish(Traceback(1, "MemoryError: memory allocation failed"));
    }

    private void Collect(byte value)
    {
        if (_line.Length < MaxSourceBytes)
        {
            _line.Append((char)value);
        }
        else
        {
            _sourceOverflow = true;
        }
    }

    private void Run(bool printEof)
    {
        var source = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(_line.ToString()));
        _line.Clear();
        _printEof = printEof;
        if (_sourceOverflow)
        {
            _sourceOverflow = false;
            Finish(Traceback(1, "MemoryError: memory allocation failed"));
            return;
        }

        _program = execute(source, !printEof);
        Step();
    }

    private void RawReset()
    {
        _line.Clear();
        console.Print("raw REPL; CTRL-B to exit\n>");
    }

    private void FriendlyReset()
    {
        _line.Clear();
        console.Print($"{traits.Banner}\nType \"help()\" for more information.\n>>> ");
    }

    private void SoftReset()
    {
        softReset();
        console.Print("MPY: soft reboot\n");
        if (_mode == Mode.Raw)
        {
            RawReset();
        }
        else
        {
            FriendlyReset();
        }
    }
}
