using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary><c>latencylab sim serve</c> in a process of its own, with a folder for its ports and for the locks of those who use them.</summary>
internal sealed class ServedRig : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly ToolProcess _server;

    private ServedRig(TempFolder folder, ToolProcess server, string target, string sampler)
    {
        (_folder, _server) = (folder, server);
        (Target, Sampler) = (target, sampler);
    }

    /// <summary>Selector of the target: a path or tcp://.</summary>
    public string Target { get; }

    public string Sampler { get; }

    /// <summary>Temporary files of the tools that share these boards: their locks.</summary>
    public string LockFolder => _folder.Path;

    /// <summary>Serves on pseudoterminals, or on TCP where the arguments say so.</summary>
    public static async Task<ServedRig> StartAsync(params string[] args)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has neither pseudoterminals for serial ports nor signals.");
        var folder = new TempFolder();
        var overTcp = args.Contains("--tcp");
        var server = ToolProcess.Start(folder.Path, ["sim", "serve", .. args, .. overTcp ? Array.Empty<string>() : ["--pty", folder.File("ports")]]);
        var ready = (await server.FirstLine.WaitAsync(TestContext.Current.CancellationToken)).Split(' ');
        if (ready[0] != "ready")
        {
            Assert.Fail($"The boards are not served: {(await server.OutcomeAsync()).Said}");
        }

        return overTcp
            ? new ServedRig(folder, server, ready[1], ready[2])
            : new ServedRig(folder, server, Path.Combine(folder.File("ports"), "target"), Path.Combine(folder.File("ports"), "sampler"));
    }

    /// <summary>Runs the tool to its end.</summary>
    public Task<CommandOutcome> LatencyLabAsync(params string[] args) => ToolProcess.RunAsync(LockFolder, args);

    /// <summary>Starts a measurement on these boards.</summary>
    public ToolProcess StartRun(params string[] options) => ToolProcess.Start(LockFolder, RunArguments(options));

    /// <summary>Measures on these boards.</summary>
    public Task<CommandOutcome> RunAsync(params string[] options) => LatencyLabAsync(RunArguments(options));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private string[] RunArguments(string[] options) => ["run", "--pin", "4", "--target", Target, "--sampler", Sampler, "--timeout", "10x", "-o", _folder.File("captures"), .. options];
}
