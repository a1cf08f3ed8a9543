using System.Globalization;
using System.Text;

namespace LatencyLab.Simulation;

/// <summary>What a simulated board says of itself.</summary>
internal sealed record BoardIdentity(SimulatedChip Chip, FirmwareVersion Version, string UniqueId)
{
    // One date for all versions: what a simulated board runs was never built.
    private const string BuildDate = "2026-11-23";

    public string Banner => $"MicroPython {Version.Text} on {BuildDate}; {Chip.Machine}";

    public string SysVersion => $"3.4.0; MicroPython {Version.Text} on {BuildDate}";

    /// <summary>Native code came to the RISC-V chips with v1.25.</summary>
    public bool HasNativeCode => !Chip.IsRiscV || Version.IsAtLeast(1, 25);

    public static BoardIdentity Create(SimulatedBoardOptions options, Side side)
    {
        var chip = SimulatedChip.Get(options.ChipId);
        var version = FirmwareVersion.Parse(options.Firmware);
        var random = SimulationRandom.For(options.Seed, $"unique id {side} {chip.Id}");
        var id = new StringBuilder();
        for (var i = 0; i < chip.UniqueIdBytes; i++)
        {
            id.Append((random.NextUInt64() >> 56).ToString("x2", CultureInfo.InvariantCulture));
        }

        return new BoardIdentity(chip, version, id.ToString());
    }

    /// <summary>What the identification probe prints.</summary>
    public string Answers() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        name=micropython
        version={Version.Major}.{Version.Minor}.{Version.Patch}{(Version.Stage.Length > 0 ? "-" + Version.Stage : "")}
        machine={Chip.Machine}
        uname={Chip.Machine}
        build={Version.Text} on {BuildDate}
        sys={SysVersion}
        platform={Chip.Port}
        uid={UniqueId}
        hz={Chip.ClockHz}
        free={Chip.FreeHeapBytes}
        end=1

        """).ReplaceLineEndings("\n");
}
