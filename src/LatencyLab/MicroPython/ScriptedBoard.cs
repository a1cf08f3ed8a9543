using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LatencyLab.MicroPython;

/// <summary>Pull of an input pin.</summary>
public enum PinBias
{
    None,
    Up,
    Down,
}

/// <summary>A board in the raw REPL that carries LatencyLab's scripts in its memory and answers their calls (docs/protocol.md sections 1 and 2).</summary>
public sealed class ScriptedBoard(RawRepl repl, BoardIdentity identity)
{
    private const int ProtocolVersion = 1;

    private readonly Dictionary<string, string> _loaded = new(StringComparer.Ordinal);

    public RawRepl Repl { get; } = repl;

    public BoardIdentity Identity { get; } = identity;

    /// <summary>SHA-256 of each part on the board, by name.</summary>
    public IReadOnlyDictionary<string, string> Loaded => _loaded;

    /// <summary>Soft-resets the board in the REPL and asks what it is.</summary>
    /// <exception cref="DeviceException">It doesn't answer, or doesn't run MicroPython.</exception>
    public static async Task<ScriptedBoard> StartAsync(RawRepl repl, CancellationToken cancellationToken)
    {
        await repl.SoftResetAsync(cancellationToken);
        return new ScriptedBoard(repl, await BoardIdentity.ReadAsync(repl, cancellationToken));
    }

    /// <summary>Puts script parts into the board's memory.</summary>
    /// <exception cref="DeviceException">The board can't compile or hold a part.</exception>
    public async Task LoadAsync(IEnumerable<string> parts, CancellationToken cancellationToken)
    {
        foreach (var script in parts.Where(part => !_loaded.ContainsKey(part)).Select(BoardScript.Load))
        {
            var answer = await Repl.ExecuteAsync(script.Source, cancellationToken);
            if (answer.ErrorLine is { } error)
            {
                throw new DeviceException(
                    $"The board can't run the script part {script.Name}: {error}", Repl.Name,
                    error.StartsWith("MemoryError", StringComparison.Ordinal) ? "Free memory on the board: a smaller boot.py, no WebREPL." : null);
            }

            _loaded.Add(script.Name, script.Sha256);
        }
    }

    /// <summary>Puts a text of the user's own into the board's memory; it is remembered by its name and hash as parts are.</summary>
    /// <exception cref="DeviceException">The board can't hold it.</exception>
    public async Task LoadTextAsync(string name, string source, string sha256, CancellationToken cancellationToken)
    {
        var answer = await Repl.ExecuteAsync(source, cancellationToken);
        if (answer.ErrorLine is { } error)
        {
            throw new DeviceException($"The board can't take {name}: {error}", Repl.Name, "Make the file smaller.");
        }

        _loaded["script:" + name] = sha256;
    }

    /// <summary>The source of a call; its JSON travels inside a Python string literal.</summary>
    public static string CallSource(string name, string json)
    {
        var literal = new StringBuilder(json.Length + 32);
        foreach (var c in json)
        {
            _ = c switch
            {
                '\'' or '\\' => literal.Append('\\').Append(c),
                >= ' ' and <= '~' => literal.Append(c),
                _ => literal.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
            };
        }

        return $"# latencylab call 1\nll('{name}','{literal}')\n";
    }

    /// <summary>Calls a function of the scripts that answers with one line.</summary>
    /// <exception cref="DeviceException">The board doesn't answer as the protocol says.</exception>
    /// <exception cref="BoardRefusedException">The script answered with an error, such as a pin that doesn't exist.</exception>
    public async Task<JsonElement> CallAsync(string name, string json, string expectedKind, CancellationToken cancellationToken)
    {
        var answer = await Repl.ExecuteAsync(CallSource(name, json), cancellationToken);
        if (answer.ErrorLine is { } error)
        {
            throw new DeviceException($"The call '{name}' failed on the board: {error}", Repl.Name);
        }

        foreach (var line in answer.Output.Split('\n'))
        {
            if (BoardLine.Parse(line) is { } element)
            {
                Check(element, name, expectedKind);
                return element;
            }
        }

        throw new DeviceException($"The board gave no answer to '{name}'.", Repl.Name, "Press its reset button and run again.");
    }

    /// <summary>Throws when a line is an error, or not of the kind that must come now.</summary>
    public void Check(JsonElement line, string call, string expectedKind)
    {
        var kind = BoardLine.KindOf(line);
        if (kind == "ERROR")
        {
            throw new BoardRefusedException(call, BoardLine.Text(line, "what") ?? "unknown error", Repl.Name);
        }

        if (kind != expectedKind)
        {
            throw new DeviceException($"The board answered {kind} to '{call}' where {expectedKind} must come.", Repl.Name, "A script of another LatencyLab version may run on it; press its reset button and run again.");
        }

        if (BoardLine.Number(line, "proto") is { } proto && proto != ProtocolVersion)
        {
            throw new DeviceException($"The script on the board speaks protocol {proto}, this host {ProtocolVersion}.", Repl.Name, "Press the board's reset button and run again.");
        }
    }

    /// <summary>Makes a pin an input and reads it.</summary>
    public async Task<bool> ReadPinAsync(int gpio, PinBias bias, CancellationToken cancellationToken)
    {
        var pull = bias switch { PinBias.Up => "\"up\"", PinBias.Down => "\"down\"", _ => "null" };
        return await PinAsync($$"""{"pin":{{gpio}},"mode":"in","pull":{{pull}}}""", cancellationToken);
    }

    /// <summary>Makes a pin an output with a level, and reads it back.</summary>
    public Task<bool> DrivePinAsync(int gpio, bool level, CancellationToken cancellationToken) =>
        PinAsync($$"""{"pin":{{gpio}},"mode":"out","value":{{(level ? 1 : 0)}}}""", cancellationToken);

    /// <summary>Makes pins plain inputs.</summary>
    public Task ReleaseAsync(IEnumerable<int> gpios, CancellationToken cancellationToken) =>
        CallAsync("release", $$"""{"pins":[{{string.Join(',', gpios)}}]}""", "RELEASED", cancellationToken);

    private async Task<bool> PinAsync(string json, CancellationToken cancellationToken) =>
        BoardLine.Number(await CallAsync("pin", json, "PIN", cancellationToken), "value") == 1;
}

/// <summary>A script on the board refused what it was asked: a pin that this firmware doesn't have, a pull that the port lacks.</summary>
public sealed class BoardRefusedException(string call, string reason, string board)
    : LatencyLabException(FaultKind.Usage, $"The board refused '{call}': {reason}", board, "Choose another pin or handler; 'latencylab pins CHIP' shows what the chip has.")
{
    /// <summary>What the board said, such as "ValueError: invalid pin".</summary>
    public string Reason { get; } = reason;
}
