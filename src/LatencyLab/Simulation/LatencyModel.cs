namespace LatencyLab.Simulation;

/// <summary>
/// SYNTHETIC times of one chip and handler, in nanoseconds. They are chosen to lie among published figures (micropython issues #2972, #3894,
/// #6957, #8428, commit 8c432ea2d4), which nobody has measured under like conditions: plausible, never evidence about a real board.
/// </summary>
/// <param name="FloorNs">No answer comes sooner.</param>
/// <param name="MedianNs">Half of the undisturbed answers come sooner.</param>
/// <param name="Spread">Width of the body: standard deviation of the logarithm above the floor.</param>
/// <param name="TailProbability">Share of answers from the tail.</param>
/// <param name="TailLowNs">Least latency in the tail.</param>
/// <param name="TailHighNs">Largest latency in the tail.</param>
/// <param name="IsrNs">Edge to interrupt routine: another edge meanwhile is the same interrupt.</param>
/// <param name="CallNs">Start of the handler to the rising response.</param>
/// <param name="PulseNs">Width of the response.</param>
/// <param name="ReturnNs">Falling response to the handler's end.</param>
/// <param name="DispatchNs">End of a handler to the start of the next one that waits.</param>
internal sealed record LatencyProfile(
    double FloorNs, double MedianNs, double Spread, double TailProbability, double TailLowNs, double TailHighNs,
    double IsrNs, double CallNs, double PulseNs, double ReturnNs, double DispatchNs)
{
    public static LatencyProfile For(SimulatedChip chip, string handler, string idle)
    {
        var profile = chip.Port switch
        {
            "esp8266" => new LatencyProfile(110_000, 150_000, 0.35, 0.02, 300_000, 1_500_000, 4_000, 30_000, 34_000, 40_000, 40_000),
            "rp2" when handler == "hard" => new(8_000, 22_000, 0.25, 0.005, 40_000, 100_000, 1_500, 4_000, 3_000, 5_000, 4_000),
            "rp2" => new(18_000, 34_000, 0.30, 0.01, 60_000, 150_000, 2_000, 4_000, 3_000, 5_000, 10_000),
            _ => new(45_000, 85_000, 0.18, 0.015, 150_000, 300_000, 3_000, 6_000, 3_600, 8_000, 18_000),
        };
        profile = profile.Scaled(chip.Id switch { "esp32s3" => 0.85, "esp32c3" => 1.15, "esp32s2" => 1.05, _ => 1 });
        return profile.WithHandler(handler).WithIdle(idle);
    }

    /// <summary>A loop that looks at the pin: from the edge to the next look, and the answer.</summary>
    public static LatencyProfile ForPolling(SimulatedChip chip, string handler)
    {
        var factor = chip.Id switch { "esp32s3" => 0.85, "esp32c3" => 1.15, "esp32s2" => 1.05, _ => 1 } * handler switch { "native" => 0.5, "viper" => 0.03, _ => 1 };
        var profile = chip.Port switch
        {
            "esp8266" => new LatencyProfile(38_000, 75_000, 0.30, 0.004, 150_000, 400_000, 500, 34_000, 34_000, 20_000, 20_000),
            "rp2" => new(3_500, 7_000, 0.30, 0.002, 15_000, 40_000, 200, 2_800, 2_800, 2_000, 2_000),
            _ => new(4_500, 9_000, 0.30, 0.003, 25_000, 120_000, 300, 3_500, 3_500, 2_500, 2_500),
        };
        return profile.Scaled(factor);
    }

    /// <summary>From the call of micropython.schedule in a handler to the function's first action.</summary>
    public static LatencyProfile ForScheduling(SimulatedChip chip, bool hard)
    {
        var profile = chip.Port switch
        {
            "esp8266" => new LatencyProfile(55_000, 80_000, 0.30, 0.02, 150_000, 900_000, 0, 0, 0, 0, 0),
            "rp2" when hard => new(10_000, 22_000, 0.30, 0.01, 40_000, 120_000, 0, 0, 0, 0, 0),
            "rp2" => new(7_000, 12_000, 0.25, 0.01, 30_000, 90_000, 0, 0, 0, 0, 0),
            _ => new(14_000, 24_000, 0.25, 0.015, 60_000, 200_000, 0, 0, 0, 0, 0),
        };
        return profile.Scaled(chip.Id switch { "esp32s3" => 0.85, "esp32c3" => 1.15, "esp32s2" => 1.05, _ => 1 });
    }

    /// <summary>C code in the interrupt itself: a tenth of what MicroPython's hard handler takes.</summary>
    public static LatencyProfile OfFirmware(SimulatedChip chip) => For(chip, "hard", "sleep").Scaled(0.1);

    public LatencyProfile Scaled(double factor) => new(
        FloorNs * factor, MedianNs * factor, Spread, TailProbability, TailLowNs * factor, TailHighNs * factor,
        IsrNs * factor, CallNs * factor, PulseNs * factor, ReturnNs * factor, DispatchNs * factor);

    // Native code halves the handler's own time; viper leaves two stores and the call.
    private LatencyProfile WithHandler(string handler) => handler switch
    {
        "native" => Saving(CallNs / 2) with { PulseNs = PulseNs / 2, ReturnNs = ReturnNs / 2 },
        "viper" => Saving(CallNs * 3 / 4) with { PulseNs = Math.Max(64, PulseNs / 30), ReturnNs = ReturnNs / 3 },
        _ => this,
    };

    private LatencyProfile Saving(double ns) => this with { FloorNs = FloorNs - ns, MedianNs = MedianNs - ns, CallNs = CallNs - ns };

    // A spinning main loop needs no waking up.
    private LatencyProfile WithIdle(string idle) => idle == "spin" ? this with { FloorNs = FloorNs * 0.75, MedianNs = MedianNs * 0.75 } : this;
}

/// <summary>Draws the latency of one interrupt after another.</summary>
internal sealed class LatencyModel
{
    // Sigma of the offset that a whole run has, relative to its median: two runs of one firmware differ by more than their samples say.
    private const double RunSpread = 0.01;

    private readonly LatencyProfile _profile;
    private readonly SimulationRandom _random;
    private readonly LoadPause[] _loads;
    private readonly double _offsetNs;

    /// <param name="profile">Times of the chip and handler, scaled to the firmware.</param>
    /// <param name="loads">What the board does besides.</param>
    /// <param name="offsetNs">Added to every latency.</param>
    /// <param name="seed">Seed of this run.</param>
    public LatencyModel(LatencyProfile profile, LoadPause[] loads, double offsetNs, ulong seed)
    {
        _profile = profile;
        // Without a load one number is drawn all the same, so that a load changes nothing but what it hits.
        _loads = loads.Length == 0 ? [default] : loads;
        _random = SimulationRandom.For(seed, "latency");
        _offsetNs = offsetNs + (profile.MedianNs * RunSpread * SimulationRandom.For(seed, "run").NextNormal());
    }

    public LatencyProfile Profile => _profile;

    /// <summary>Nanoseconds from the edge to the rising response of a handler that nothing else holds up.</summary>
    public double NextNs()
    {
        var latency = _random.NextBool(_profile.TailProbability)
            ? _random.NextBetween(_profile.TailLowNs, _profile.TailHighNs)
            : _profile.FloorNs + ((_profile.MedianNs - _profile.FloorNs) * NearlyExp(_profile.Spread * _random.NextNormal()));
        foreach (var load in _loads)
        {
            if (_random.NextBool(load.Probability))
            {
                latency += _random.NextBetween(0, load.MaxNs);
            }
        }

        return Math.Max(_profile.IsrNs + _profile.CallNs, latency + _offsetNs);
    }

    /// <summary>Nanoseconds with the small scatter that the same code shows from call to call.</summary>
    public double Scatter(double ns) => ns * _random.NextBetween(0.97, 1.03);

    // (1 + x/16)^16: a skewed body without a logarithm, whose last bit differs between systems.
    private static double NearlyExp(double x)
    {
        var y = Math.Max(0, 1 + (x / 16));
        y *= y;
        y *= y;
        y *= y;
        return y * y;
    }
}

/// <summary>SYNTHETIC, as the profiles: how often a load holds the main task up, and for how long at most.</summary>
internal readonly record struct LoadPause(double Probability, double MaxNs)
{
    public static LoadPause For(SimulatedChip chip, string load) => (load, chip.Port) switch
    {
        ("gc", "esp8266") => new(0.03, 4_000_000),
        ("gc", "rp2") => new(0.03, 1_200_000),
        ("gc", _) => new(0.03, 2_000_000),
        ("cpu", _) => new(1, 60_000),
        ("uart", _) => new(0.25, 900_000),
        ("flash", _) => new(0.01, 45_000_000),
        ("wifi", "esp8266") => new(0.05, 4_000_000),
        ("wifi", _) => new(0.05, 900_000),
        _ => default,
    };
}
