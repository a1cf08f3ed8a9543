using System.Text;

namespace LatencyLab.Simulation;

/// <summary>Where a running program stands after a step.</summary>
internal enum ProgramState
{
    /// <summary>Goes on with the next step.</summary>
    Running,

    /// <summary>Nothing happens until input comes or another board makes time pass.</summary>
    Waiting,

    Ended,
}

/// <summary>
/// A piece of source that runs on a simulated board. It goes on in small steps, each one no longer than the host needs for its next bytes:
/// so a host that doesn't read stops virtual time.
/// </summary>
internal abstract class BoardProgram
{
    /// <summary>What the interpreter prints on the stderr side after the end, without the traceback's head; null where all went well.</summary>
    public string? Fault { get; protected set; }

    /// <summary>Line of the source to which the traceback points.</summary>
    public int FaultLine { get; protected set; } = 1;

    /// <summary>True where nothing but input makes the program go on, so that it is stepped as soon as some comes.</summary>
    public virtual bool OnlyListens => false;

    public abstract ProgramState Step(BoardConsole console);

    /// <summary>What the script's <c>finally</c> does when Ctrl-C comes.</summary>
    public virtual void Abandon(BoardConsole console)
    {
    }

    /// <summary>The board lost power or was reset under the program: no <c>finally</c> runs.</summary>
    public virtual void Vanish()
    {
    }
}

/// <summary>stdin and stdout of a running program.</summary>
internal sealed class BoardConsole(ByteQueue output)
{
    // Hosts send single lines; a ring of the board's size would drop what doesn't fit, too.
    private const int InputCapacity = 4096;

    private readonly ByteQueue _input = new();

    public int PendingInput => _input.Count;

    /// <summary>A byte from the host for a program; lost when the ring is full, as on the board.</summary>
    public void Receive(byte value)
    {
        if (_input.Count < InputCapacity)
        {
            _input.Enqueue(value);
        }
    }

    public byte NextInput() => _input.Dequeue();

    public void ClearInput() => _input.Clear();

    /// <summary>Bytes as they are: <c>sys.stdout.buffer.write</c>.</summary>
    public void Write(ReadOnlySpan<byte> bytes) => output.Enqueue(bytes);

    /// <summary>Text as <c>sys.stdout.write</c> prints it: a line feed becomes carriage return and line feed.</summary>
    public void Print(string text)
    {
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (value == '\n')
            {
                output.Enqueue((byte)'\r');
            }

            output.Enqueue(value);
        }
    }
}
