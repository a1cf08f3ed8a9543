using System.Text;
using LatencyLab.Links;

namespace LatencyLab.Tests.MicroPython;

/// <summary>
/// A board's REPL as shared/runtime/pyexec.c of MicroPython describes it, in virtual time, with the habits that real boards differ in.
/// What it runs is a function of the test.
/// </summary>
public sealed class SmallBoard
{
    private const int Window = 128;
    private const string Version = "MicroPython v1.28.0 on 2026-11-23; Test board with ESP32";

    private readonly List<byte> _line = [];
    private readonly List<byte> _pasted = [];
    private int _windowLeft;

    public SmallBoard()
        : this(new VirtualClock())
    {
    }

    internal SmallBoard(VirtualClock clock)
    {
        Clock = clock;
        Link = new VirtualLink(Clock) { OnByte = Take };
        Link.OnIdle = () =>
        {
            if (State == Mode.Program && Chatter is { } words)
            {
                Say(words, TimeSpan.FromMilliseconds(1));
            }
        };
    }

    public enum Mode { Friendly, Raw, Paste, Aborted, Program }

    internal VirtualClock Clock { get; }

    internal VirtualLink Link { get; }

    public Mode State { get; set; } = Mode.Friendly;

    /// <summary>From a byte of the host to the board's answer.</summary>
    public TimeSpan Delay { get; set; }

    public bool HasRawPaste { get; set; } = true;

    /// <summary>Firmware before 1.14: a request for raw paste is a line like any other.</summary>
    public bool IsOldFirmware { get; set; }

    /// <summary>What a running program prints without end.</summary>
    public string? Chatter { get; set; }

    /// <summary>How often Ctrl-C is swallowed before it stops the program.</summary>
    public int SwallowedInterrupts { get; set; }

    public string ProgramFile { get; set; } = "main.py";

    public int SoftResets { get; private set; }

    public List<string> Executed { get; } = [];

    /// <summary>What a piece of code prints and how it fails; null starts it as a program that doesn't end.</summary>
    public Func<string, (string Output, string Error)?> Run { get; set; } = _ => ("", "");

    public StepLimits Limits => new(1, Clock);

    public void Say(string text, TimeSpan? after = null) => Link.Answer(Encoding.Latin1.GetBytes(text), after ?? Delay);

    private void Take(byte b)
    {
        switch (State)
        {
            case Mode.Friendly:
                TakeFriendly(b);
                break;
            case Mode.Raw:
                TakeRaw(b);
                break;
            case Mode.Paste:
                TakePasted(b);
                break;
            case Mode.Aborted when b == 0x04:
                Finish("", "Traceback (most recent call last):\r\n  File \"<stdin>\", line 1\r\nSyntaxError: invalid syntax\r\n");
                break;
            case Mode.Program when b == 0x03 && SwallowedInterrupts-- <= 0:
                Stop();
                break;
        }
    }

    private void Stop()
    {
        var traceback = $"Traceback (most recent call last):\r\n  File \"{ProgramFile}\", line 3, in <module>\r\nKeyboardInterrupt: \r\n";
        if (ProgramFile == "<stdin>")
        {
            Finish("", traceback);
        }
        else
        {
            Say(traceback + Version + "\r\nType \"help()\" for more information.\r\n>>> ");
            State = Mode.Friendly;
        }
    }

    private void TakeFriendly(byte b)
    {
        switch (b)
        {
            case 0x01:
                State = Mode.Raw;
                _line.Clear();
                Say("\r\nraw REPL; CTRL-B to exit\r\n>");
                break;
            case 0x03 or 0x0d:
                Say("\r\n>>> ");
                break;
            case 0x04:
                SoftResets++;
                Say("\r\nMPY: soft reboot\r\n");
                break;
        }
    }

    private void TakeRaw(byte b)
    {
        switch (b)
        {
            case 0x01 when !IsOldFirmware && _line.SequenceEqual(new byte[] { 0x05, (byte)'A' }):
                _line.Clear();
                if (!HasRawPaste)
                {
                    Say("R\0>");
                    break;
                }

                Say("R\u0001\u0080\0\u0001");
                _pasted.Clear();
                _windowLeft = Window;
                State = Mode.Paste;
                break;
            case 0x01:
                _line.Clear();
                Say("raw REPL; CTRL-B to exit\r\n>");
                break;
            case 0x02:
                State = Mode.Friendly;
                Say("\r\n" + Version + "\r\nType \"help()\" for more information.\r\n>>> ");
                break;
            case 0x03:
                _line.Clear();
                break;
            case 0x04 when _line.Count == 0:
                SoftResets++;
                Say("OK\r\nMPY: soft reboot\r\nraw REPL; CTRL-B to exit\r\n>");
                break;
            case 0x04:
                Say("OK");
                Execute([.. _line]);
                _line.Clear();
                break;
            default:
                _line.Add(b);
                break;
        }
    }

    private void TakePasted(byte b)
    {
        if (b == 0x03)
        {
            Say("\u0004");
            Finish("", "Traceback (most recent call last):\r\n  File \"<stdin>\", line 1\r\nKeyboardInterrupt: \r\n");
            return;
        }

        if (b == 0x04)
        {
            Say("\u0004");
            Execute([.. _pasted]);
            return;
        }

        if (b == (byte)'$')
        {
            // No Python source holds it: the compiler gives up here.
            Say("\u0004");
            State = Mode.Aborted;
            return;
        }

        _pasted.Add(b);
        if (--_windowLeft == 0)
        {
            Say("\u0001");
            _windowLeft = Window;
        }
    }

    private void Execute(byte[] code)
    {
        var text = Encoding.UTF8.GetString(code);
        Executed.Add(text);
        if (Run(text) is { } answer)
        {
            Finish(answer.Output, answer.Error);
        }
        else
        {
            ProgramFile = "<stdin>";
            State = Mode.Program;
        }
    }

    private void Finish(string output, string error)
    {
        Say(output + "\u0004" + error + "\u0004>");
        State = Mode.Raw;
        _line.Clear();
    }
}
