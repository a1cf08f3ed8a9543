using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>Nowhere to write, or no room: said as that, and what was measured until then is kept.</summary>
public sealed class BadStorageTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_in_the_place_of_the_root_is_an_error_of_storage()
    {
        await File.WriteAllTextAsync(_folder.File("captures"), "mine", TestContext.Current.CancellationToken);
        var outcome = await RunAsync(_folder.File("captures"), "--samples", "100");
        AssertStorage(outcome);
        Assert.Equal("mine", await File.ReadAllTextAsync(_folder.File("captures"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_read_only_root_is_an_error_of_storage()
    {
        await using var disk = await SmallDisk.MountAsync(_folder.File("disk"), "ro,size=1m");
        AssertStorage(await RunAsync(disk.Path, "--samples", "100"));
    }

    [Theory]
    [InlineData("8k")]
    [InlineData("48k")]
    [InlineData("160k")]
    public async Task A_full_disk_is_an_error_of_storage_and_what_is_there_can_be_read(string size)
    {
        await using var disk = await SmallDisk.MountAsync(_folder.File("disk"), "size=" + size);
        AssertStorage(await RunAsync(disk.Path, "--samples", "4000"));
        foreach (var run in Directory.GetDirectories(disk.Path))
        {
            // Recovery needs room of its own; without it, it must say so as well.
            var recovered = await CommandOutcome.OfAsync("runs", "recover", run, "--json");
            Assert.True(recovered.Code is 0 or 6, recovered.Said);
        }
    }

    [Fact]
    public async Task A_disk_that_is_full_from_the_start_takes_no_run()
    {
        await using var disk = await SmallDisk.MountAsync(_folder.File("disk"), "size=8k");
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(disk.Path, "full"), new byte[16384], TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // As wanted.
        }

        AssertStorage(await RunAsync(disk.Path, "--samples", "100"));
    }

    private static Task<CommandOutcome> RunAsync(string root, params string[] options) =>
        CommandOutcome.OfAsync(["run", "--pin", "4", "--rig", "sim", "--json", "-o", root, .. options]);

    private static void AssertStorage(CommandOutcome outcome)
    {
        Assert.True(outcome.Code == 6, outcome.Said);
        Assert.Equal("latencylab.error/1", (string?)outcome.Json["schema"]);
        Assert.NotNull((string?)outcome.Json["where"]);
        BadInputTests.AssertPlain(outcome.Stdout);
    }

    /// <summary>A file system in memory, mounted as root.</summary>
    private sealed class SmallDisk : IAsyncDisposable
    {
        private SmallDisk(string path) => Path = path;

        public string Path { get; }

        public static async Task<SmallDisk> MountAsync(string path, string options)
        {
            Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root on Linux can mount a small disk.");
            Directory.CreateDirectory(path);
            var (code, _, said) = await ToolUnderTest.RunAsync(Tool.Require("mount"), ["-t", "tmpfs", "-o", options, "latencylab-test", path]);
            Assert.SkipUnless(code == 0, $"This machine doesn't mount a small disk: {said}");
            return new SmallDisk(path);
        }

        public async ValueTask DisposeAsync() => Assert.Equal(0, (await ToolUnderTest.RunAsync(Tool.Require("umount"), ["--lazy", Path])).Code);
    }
}
