namespace LatencyLab.Cli;

/// <summary>What <c>latencylab</c> says when nothing is asked of it.</summary>
internal static class Overview
{
    public const string Text = """
        latencylab measures interrupt and toggle latency of MicroPython boards, pin to pin.

          latencylab run --pin 4 --irq rising --rig sim        a simulated rig, without boards
          latencylab wiring esp32                              the three wires of a real one
          latencylab run --pin 4 --irq rising                  measure it
          latencylab analyze FILE --pair STIM:RESP             a capture of a logic analyser

        'latencylab --help' lists the commands, 'latencylab COMMAND --help' the options of one.

        """;
}
