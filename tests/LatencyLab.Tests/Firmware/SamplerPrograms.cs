using System.Text.Json;
using System.Text.Json.Serialization;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Firmware;

/// <summary>The two PIO programs as the tests' own assembler makes them out of firmware/sampler/pio.py; assembled once a test run.</summary>
internal static class SamplerPrograms
{
    private static readonly Lazy<Task<Assembled>> Once = new(AssembleAsync);

    public static async Task<PioProgram> EdgeTsAsync() => (await GetAsync()).EdgeTs.Program;

    public static async Task<PioProgram> StimAsync() => (await GetAsync()).Stim.Program;

    public static Task<Assembled> GetAsync()
    {
        NodePackages.Require(); // a skip belongs to the test that asks
        return Once.Value;
    }

    private static async Task<Assembled> AssembleAsync() =>
        JsonSerializer.Deserialize<Assembled>(await NodePackages.RunAsync(["assemble.mjs"], "", CancellationToken.None))!;

    internal sealed record Assembled([property: JsonPropertyName("edge_ts")] Part EdgeTs, [property: JsonPropertyName("stim")] Part Stim);

    internal sealed record Part(
        [property: JsonPropertyName("words")] ushort[] Words,
        [property: JsonPropertyName("wrap_target")] int WrapTarget,
        [property: JsonPropertyName("wrap")] int Wrap,
        [property: JsonPropertyName("options")] JsonElement Options)
    {
        public PioProgram Program => new(Words, WrapTarget, Wrap);
    }
}
