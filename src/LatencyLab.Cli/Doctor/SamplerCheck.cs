using LatencyLab.Links;
using LatencyLab.MicroPython;
using LatencyLab.Samplers;

namespace LatencyLab.Cli.Doctor;

/// <summary>What the sampler can be asked: its self-test, and its clock by the clock of this computer.</summary>
internal sealed class SamplerCheck(BoardAccess access, Output output)
{
    private const uint SelfTestNonce = 0x5e1f_7e57;
    private const uint ClockNonce = 0xc10c_c10c;

    // The counter of a Pico at 125 MHz, and what is measured beyond it.
    private const int WrapSeconds = 71;

    /// <summary>Tests the sampler; a fault becomes a finding, so that the other checks still count.</summary>
    /// <param name="selector">Which board.</param>
    /// <param name="clockTime">How long to compare clocks; null to leave it.</param>
    /// <param name="store">Where a calibration is kept.</param>
    /// <param name="cancellationToken">Stops the test.</param>
    public async Task<IReadOnlyList<Finding>> LookAsync(DeviceSelector selector, TimeSpan? clockTime, CalibrationStore store, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        try
        {
            await using var connection = await BoardFinder.OpenAsync(selector, BoardRole.Sampler, access, cancellationToken);
            findings.Add(new Finding("sampler", Health.Good, $"{connection.Name}: {connection.Description}"));
            var board = await ScriptedBoard.StartAsync(connection.Repl, cancellationToken);
            var test = await SamplerSelfTest.RunAsync(board, SelfTestNonce, cancellationToken);
            findings.Add(test.Faults.Count == 0
                ? new Finding("self-test", Health.Good, $"{test.Pulses} pulses: two channels on one pin agree to the tick, intervals to {test.WorstIntervalTicks} tick(s) of the table.")
                : new Finding("self-test", Health.Bad, string.Join(' ', test.Faults), "Unplug everything from the sampler's pins, use a short cable without a hub, and try again."));
            // More than a minute of a real board's time, and next to nothing of a simulated one's.
            var isSimulated = selector.Kind == SelectorKind.Simulated;
            if (clockTime is null && !isSimulated)
            {
                findings.Add(new Finding("wrap", Health.Note, "Not tested: its counter wraps after more than a minute.", "Add --clock 60s, which tests that too."));
                return findings;
            }

            if (!isSimulated)
            {
                output.Talk.WriteLine($"Comparing the sampler's clock with this computer's for {Math.Max(clockTime!.Value.TotalSeconds, WrapSeconds):0} s, across a wrap of its counter …");
            }

            var heartbeats = new HeartbeatTimes(access.Limits.Clock);
            var across = await SamplerSelfTest.RunAcrossWrapAsync(board, ClockNonce, clockTime ?? TimeSpan.Zero, heartbeats.Note, cancellationToken);
            findings.Add(across.Faults.Count == 0
                ? new Finding("wrap", Health.Good, $"{across.Pulses} pulses over {across.Wraps} wrap(s) of the counter: channels agree, intervals to {across.WorstIntervalTicks} tick(s) of the table.")
                : new Finding("wrap", Health.Bad, string.Join(' ', across.Faults), "Try again without a hub; if it stays, the sampler's script or board is at fault."));
            if (isSimulated && clockTime is { } time)
            {
                findings.Add(new Finding("clock", Health.Note, $"A simulated clock is not compared ({time.TotalSeconds:0} s): virtual time has no speed."));
            }
            else if (!isSimulated)
            {
                var clock = heartbeats.Compare();
                var synchronised = HostClock.IsSynchronised();
                var calibration = new ClockCalibration(clock.Ppm, clock.UncertaintyPpm, clock.Seconds, access.Limits.Clock.GetUtcNow(), synchronised);
                var where = connection.Identity.UniqueId is { } uid ? store.Write(uid, calibration) : null;
                findings.Add(synchronised switch
                {
                    true => new Finding("computer's clock", Health.Good, "It is held to UTC (NTP)."),
                    false => new Finding(
                        "computer's clock", Health.Note, "Nothing holds it to UTC, so the comparison proves no more than the data sheet of the sampler's crystal.",
                        "Switch time synchronisation on (systemd-timesyncd, chrony) and compare again."),
                    null => new Finding("computer's clock", Health.Note, "This system doesn't say whether its clock is held to UTC."),
                });
                findings.Add(new Finding(
                    "clock", Math.Abs(clock.Ppm) < 200 ? Health.Good : Health.Bad,
                    $"{clock.Ppm:+0.0;-0.0;0.0} ± {2 * clock.UncertaintyPpm:0.0} ppm (k = 2) by this computer's clock, over {clock.Seconds:0} s{(where is null ? "" : $"; stored in {where}")}.",
                    Math.Abs(clock.Ppm) < 200 ? null : "A crystal is within 100 ppm: check the computer's clock, and the sampler's board."));
            }
        }
        catch (LatencyLabException e)
        {
            findings.Add(new Finding("sampler", Health.Bad, e.Where is null ? e.Message : $"{e.Message} ({e.Where})", e.Try));
        }

        return findings;
    }
}
