using System.Text.Json;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Firmware;

/// <summary>MicroPython's own compiler on every part: what the interpreter in these tests can't run is at least proven to compile.</summary>
public sealed class CompiledScriptTests
{
    // ESP8266, ESP32 and S2/S3, RP2040, RP2350.
    private static readonly string[] Machines = ["xtensa", "xtensawin", "armv6m", "armv7emsp"];

    private static readonly string[] MachineCode =
    [
        "target/native", "target/viper", "target/poll_native", "target/poll_viper", "target/toggle_native", "target/toggle_viper",
    ];

    [Fact]
    public async Task Native_and_viper_handlers_compile_for_every_kind_of_chip()
    {
        var results = await CompileAsync(
            from part in MachineCode
            from machine in Machines
            select new Job(part, Source(part), machine));
        Assert.Equal(MachineCode.Length * Machines.Length, results.Length);
        Assert.All(results, result => Assert.True(result.Status == 0 && result.Bytes > 100, $"{result.Name} for {result.Arch}: {result.Error}"));
    }

    [Fact]
    public async Task Everything_else_compiles_to_bytecode()
    {
        var folder = Repository.Path("firmware");
        var parts = Directory.GetFiles(folder, "*.py", SearchOption.AllDirectories)
            .Select(file => Path.ChangeExtension(Path.GetRelativePath(folder, file), null).Replace('\\', '/')).Except([.. MachineCode, "core"]).Append("target/core").ToArray();
        var results = await CompileAsync(parts.Select(part => new Job(part, Source(part), "")));
        Assert.All(results, result => Assert.True(result.Status == 0, $"{result.Name}: {result.Error}"));
    }

    [Fact]
    public async Task A_literal_that_viper_cannot_take_is_found()
    {
        var source = Source("target/viper").Replace("port[0] = mask", "port[0] = 1 << 31", StringComparison.Ordinal);
        var result = Assert.Single(await CompileAsync([new Job("target/viper", source, "xtensawin")]));
        Assert.NotEqual(0, result.Status);
        Assert.Contains("ViperTypeError", result.Error, StringComparison.Ordinal);
    }

    private static string Source(string part) => FirmwareText.Of(part);

    private static async Task<Result[]> CompileAsync(IEnumerable<Job> jobs)
    {
        var input = JsonSerializer.Serialize(jobs, JsonSerializerOptions.Web);
        var output = await NodePackages.RunAsync(["--no-experimental-fetch", "compile.mjs"], input, TestContext.Current.CancellationToken);
        return JsonSerializer.Deserialize<Result[]>(output, JsonSerializerOptions.Web)!;
    }

    private sealed record Job(string Name, string Source, string Arch);

    private sealed record Result(string Name, string Arch, int Status, int Bytes, string Error);
}
