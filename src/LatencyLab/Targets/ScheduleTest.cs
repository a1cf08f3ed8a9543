using LatencyLab.Signals;

namespace LatencyLab.Targets;

/// <summary>
/// The <c>schedule</c> test (docs/protocol.md section 2.5): an interrupt raises the response and calls <c>micropython.schedule</c>, the scheduled
/// function lowers it.
/// </summary>
/// <param name="Nonce">Number of this measurement.</param>
/// <param name="Pin">GPIO with the interrupt.</param>
/// <param name="ResponsePin">GPIO that is high for as long as the function waits.</param>
/// <param name="Edge">Edges that interrupt.</param>
/// <param name="Hard">True where the interrupt schedules itself; false where its handler is a callback of the scheduler already.</param>
/// <param name="Idle">What runs in between.</param>
/// <param name="Seconds">How long the measurement is planned to take; the dead man waits ten seconds more.</param>
public sealed record ScheduleTest(uint Nonce, int Pin, int ResponsePin, EdgeKind Edge, bool Hard, IdleLoop Idle, double Seconds) : ITargetTest
{
    public TargetConditions Conditions { get; init; } = TargetConditions.AsFound;

    public string Call => "schedule";

    public IEnumerable<string> Parts => ["target/core", "target/frame", "target/schedule", .. Conditions.Parts];

    public string ToJson() => Conditions.AddTo(CallJson.Text(
        ("nonce", Nonce), ("pin", Pin), ("response_pin", ResponsePin), ("irq", EdgeWords.Of(Edge)), ("handler", Hard ? "hard" : "bytecode"),
        ("idle", CallJson.Word(Idle)), ("seconds", Seconds)));
}
