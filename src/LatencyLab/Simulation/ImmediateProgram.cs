namespace LatencyLab.Simulation;

/// <summary>A program that is over as soon as it has begun.</summary>
internal sealed class ImmediateProgram : BoardProgram
{
    private readonly string _text;

    private ImmediateProgram(string text) => _text = text;

    public static ImmediateProgram Print(string text) => new(text);

    public static ImmediateProgram Raise(int line, string fault, string text = "") => new(text) { Fault = fault, FaultLine = line };

    public override ProgramState Step(BoardConsole console)
    {
        console.Print(_text);
        return ProgramState.Ended;
    }
}
