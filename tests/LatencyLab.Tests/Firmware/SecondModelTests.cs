using System.Text.Json;
using CsCheck;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Firmware;

/// <summary>The cycle model of these tests against the PIO of rp2040js, which others wrote from the same datasheet.</summary>
public sealed class SecondModelTests
{
    [Fact]
    public async Task Two_models_of_the_PIO_give_the_same_stamps()
    {
        var part = (await SamplerPrograms.GetAsync()).EdgeTs;
        var trains = Gen.Frequency((4, Gen.Int[1, 12]), (1, Gen.Int[1, 700])).Array[1, 120].Array[80].Single().Select(spacings =>
        {
            var at = 4L;
            return spacings.Select(spacing => at += spacing).ToArray();
        }).ToArray();
        var input = JsonSerializer.Serialize(new { words = part.Words, wrap_target = part.WrapTarget, wrap = part.Wrap, trains });
        var output = await NodePackages.RunAsync(["second-model.mjs"], input, TestContext.Current.CancellationToken);
        var stored = JsonSerializer.Deserialize<uint[][]>(output)!;
        Assert.Equal(trains.Length, stored.Length);
        Assert.All(trains.Zip(stored), pair => Assert.Equal(pair.Second, PioCapture.Run(part.Program, pair.First)));
    }
}
