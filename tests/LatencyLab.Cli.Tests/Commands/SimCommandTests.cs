using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LatencyLab.Cli.Tests.Commands;

public sealed class SimCommandTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Served_boards_have_names_of_their_own_until_the_command_is_stopped()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pseudoterminals for serial ports");
        var directory = Directory.CreateTempSubdirectory("latencylab-sim-");
        try
        {
            using var stop = new CancellationTokenSource();
            var (stdout, serving) = Serve(stop.Token, "--pty", directory.FullName, "--rig", "sim:esp8266");
            Assert.Equal("ready", await stdout.FirstLine.WaitAsync(Patience, TestContext.Current.CancellationToken));
            foreach (var name in new[] { "target", "sampler" })
            {
                var link = new FileInfo(Path.Combine(directory.FullName, name));
                Assert.StartsWith("/dev/", link.LinkTarget, StringComparison.Ordinal);
                if (!OperatingSystem.IsWindows())
                {
                    Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(link.LinkTarget!));
                }
            }

            await stop.CancelAsync();
            Assert.Equal(0, await serving.WaitAsync(Patience, TestContext.Current.CancellationToken));
            Assert.Empty(directory.EnumerateFileSystemInfos());
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_file_in_the_place_of_a_port_is_left_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pseudoterminals for serial ports");
        var directory = Directory.CreateTempSubdirectory("latencylab-sim-");
        try
        {
            var mine = Path.Combine(directory.FullName, "sampler");
            await File.WriteAllTextAsync(mine, "mine", TestContext.Current.CancellationToken);
            var (_, serving) = Serve(TestContext.Current.CancellationToken, "--pty", directory.FullName);
            Assert.Equal((int)ExitCode.Usage, await serving.WaitAsync(Patience, TestContext.Current.CancellationToken));
            Assert.Equal("mine", await File.ReadAllTextAsync(mine, TestContext.Current.CancellationToken));
            Assert.Single(directory.EnumerateFileSystemInfos());
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Tcp_ports_are_named_on_the_line_that_says_ready()
    {
        using var stop = new CancellationTokenSource();
        var (stdout, serving) = Serve(stop.Token, "--tcp", "0");
        var words = (await stdout.FirstLine.WaitAsync(Patience, TestContext.Current.CancellationToken)).Split(' ');
        Assert.Equal(["ready", "tcp", "tcp"], words.Select(w => w.Split(':')[0]));
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(words[2]["tcp://".Length..]), TestContext.Current.CancellationToken);
        var said = new byte[11];
        await client.GetStream().ReadExactlyAsync(said, TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal("MicroPython", Encoding.ASCII.GetString(said));
        await stop.CancelAsync();
        Assert.Equal(0, await serving.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("nothing to serve on")]
    [InlineData("There is no chip 'z80'", "--tcp", "0", "--rig", "sim:z80")]
    [InlineData("is a Pico", "--tcp", "0", "--sampler", "sim:esp32")]
    [InlineData("not a TCP port", "--tcp", "http")]
    public async Task What_cannot_be_served_is_a_usage_error(string expected, params string[] arguments)
    {
        var stderr = new StringWriter();
        Assert.Equal(
            (int)ExitCode.Usage,
            await CommandLine.RunAsync(["sim", "serve", .. arguments], new StringWriter(), stderr, TestContext.Current.CancellationToken));
        Assert.Contains(expected, stderr.ToString(), StringComparison.Ordinal);
    }

    private static (FirstLineWriter Stdout, Task<int> Serving) Serve(CancellationToken stop, params string[] arguments)
    {
        var stdout = new FirstLineWriter();
        return (stdout, Task.Run(() => CommandLine.RunAsync(["sim", "serve", .. arguments], stdout, new StringWriter(), stop), CancellationToken.None));
    }

    private sealed class FirstLineWriter : StringWriter
    {
        private readonly TaskCompletionSource<string> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> FirstLine => _line.Task;

        public override void Write(string? value)
        {
            base.Write(value);
            Note();
        }

        public override void Write(ReadOnlySpan<char> buffer)
        {
            base.Write(buffer);
            Note();
        }

        public override void WriteLine()
        {
            base.WriteLine();
            Note();
        }

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            Note();
        }

        // A line is there with its end, however it was put together.
        private void Note()
        {
            var text = ToString();
            var end = text.IndexOf('\n', StringComparison.Ordinal);
            if (end >= 0)
            {
                _line.TrySetResult(text[..end].TrimEnd('\r'));
            }
        }
    }
}
