using System.IO.Compression;
using System.Text.Json.Nodes;
using LatencyLab.Cli.Doctor;
using LatencyLab.Links;
using LatencyLab.Samplers;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Doctor;

public sealed class DoctorTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("latencylab-root").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Meddling_programs_holders_and_wsl_are_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The tree is that of Linux.");
        var port = Put("dev/ttyUSB0", "");
        Put("proc/version", "Linux version 5.15.90.1-microsoft-standard-WSL2");
        Put("proc/77/comm", "ModemManager\n");
        Put("proc/78/comm", "brltty\n");
        Put("proc/4121/comm", "screen\n");
        Directory.CreateDirectory(Path.Combine(_root, "proc/4121/fd"));
        File.CreateSymbolicLink(Path.Combine(_root, "proc/4121/fd/3"), port);
        var findings = Look(new SerialPortInfo(port, 0x1a86, 0x7523), new SerialPortInfo(Put("dev/ttyACM0", ""), 0x303a, 0x0002));
        Assert.Contains(findings, f => f is { Subject: "WSL", Health: Health.Note });
        Assert.Contains(findings, f => f is { Subject: "ModemManager", Health: Health.Note });
        Assert.Contains(findings, f => f is { Subject: "brltty", Health: Health.Bad });
        Assert.Contains(findings, f => f.What.Contains("screen (pid 4121)", StringComparison.Ordinal));
        Assert.Contains(findings, f => f.What.Contains("bootloader", StringComparison.Ordinal));
        Assert.Contains(findings, f => f is { Subject: "udev rule", Health: Health.Note });
    }

    [Fact]
    public void An_installed_rule_quietens_the_findings()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The tree is that of Linux.");
        Put("etc/udev/rules.d/60-latencylab.rules", "");
        Put("proc/77/comm", "ModemManager\n");
        Assert.All(Look(), f => Assert.True(f.Health == Health.Good || f.Subject == "ports"));
    }

    [Fact]
    public void A_missing_right_names_the_command_that_gives_it()
    {
        Put("etc/group", "root:x:0:\nuucp:x:14:\n");
        Assert.Contains("usermod -aG uucp", SerialRights.Remedy(Path.Combine(_root, "etc/group")), StringComparison.Ordinal);
        Put("etc/group", "dialout:x:20:\nuucp:x:10:\n");
        Assert.Contains("usermod -aG dialout", SerialRights.Remedy(Path.Combine(_root, "etc/group")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tool_carries_the_udev_rule_and_tells_how_to_install_it()
    {
        var stdout = new StringWriter();
        Assert.Equal(0, await CommandLine.RunAsync(["doctor", "--udev"], stdout, TextWriter.Null, TestContext.Current.CancellationToken));
        Assert.Equal(File.ReadAllText(Repository.Path("firmware", "udev", "60-latencylab.rules")).ReplaceLineEndings("\n"), stdout.ToString());
        Assert.Contains("latencylab doctor --udev", SerialRights.Remedy(Path.Combine(_root, "none")), StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
        {
            Assert.Contains(Look(), f => f.Subject == "udev rule" && f.Try!.StartsWith("latencylab doctor --udev | sudo tee /etc/udev/rules.d/60-latencylab.rules", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_udev_rule_knows_every_board_and_bridge_of_the_table()
    {
        var rule = File.ReadAllText(Repository.Path("firmware", "udev", "60-latencylab.rules"));
        foreach (var device in UsbDevice.All.Where(d => d.Role is UsbRole.Sampler or UsbRole.Target or UsbRole.Bridge))
        {
            var line = rule.Split('\n').FirstOrDefault(l => l.StartsWith("ATTRS", StringComparison.Ordinal) && l.Contains($"{device.VendorId:x4}", StringComparison.Ordinal));
            Assert.True(line is not null && (!line.Contains("idProduct", StringComparison.Ordinal) || line.Contains($"{device.ProductId:x4}", StringComparison.Ordinal)), device.Name);
        }
    }

    [Fact]
    public async Task A_sound_simulated_sampler_passes_and_a_lossy_one_does_not()
    {
        var (stdout, stderr) = (new StringWriter(), new StringWriter());
        Assert.Equal(0, await CommandLine.RunAsync(["doctor", "--sampler", "sim:pico", "--json"], stdout, stderr, Stop));
        var findings = JsonNode.Parse(stdout.ToString())!["findings"]!.AsArray();
        Assert.Contains(findings, f => f!["subject"]!.GetValue<string>() == "self-test" && f["health"]!.GetValue<string>() == "good");
        Assert.Contains(findings, f => f!["subject"]!.GetValue<string>() == "wrap" && f["what"]!.GetValue<string>().Contains("1 wrap", StringComparison.Ordinal));
        Assert.Equal(3, await CommandLine.RunAsync(["doctor", "--sampler", "sim:pico?fault=drop:0.3&seed=1"], new StringWriter(), stderr, Stop));
        Assert.Equal(2, await CommandLine.RunAsync(["doctor", "--sampler", "sim:pico", "--clock", "5s"], new StringWriter(), stderr, Stop));
        Assert.Equal(2, await CommandLine.RunAsync(["doctor", "--clock", "60s"], new StringWriter(), stderr, Stop));
    }

    [Fact]
    public void A_bundle_names_nobody()
    {
        var text = SupportBundle.Anonymous(
            "/home/ada/x ada@vm vmlinux e6614103e7174022 a0b765112233 tcp://bench.example:3333 v1.28.0-preview.12.gabc12345 on 2026-11-23 1a86:7523", "/home/ada", "vm", "ada");
        Assert.StartsWith("HOME/x USER@HOST vmlinux ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("6614103e7174022", text, StringComparison.Ordinal);
        Assert.DoesNotContain("b765112233", text, StringComparison.Ordinal);
        Assert.DoesNotContain("bench.example", text, StringComparison.Ordinal);
        Assert.Contains("gabc12345 on 2026-11-23 1a86:7523", text, StringComparison.Ordinal);

        var file = Path.Combine(_root, "bundle.zip");
        SupportBundle.Write(
            file,
            [
                new Finding("sampler", Health.Good, "/dev/serial/by-id/usb-MicroPython_Board_in_FS_mode_e6614103e7174022-if00: uid e6614103e7174022"),
                new Finding("/dev/cu.usbserial-A50285BI", Health.Bad, "tcp://[fe80::17]:4000 is silent", "Look at rfc2217://lab.example:4001."),
            ],
            [new SerialPortInfo("/dev/ttyACM0", 0x2e8a, 5, "E6614103E7174022"), new SerialPortInfo("/dev/cu.usbserial-A50285BI", 0x0403, 0x6001, "A50285BI")]);
        using var zip = ZipFile.OpenRead(file);
        foreach (var entry in zip.Entries)
        {
            using var reader = new StreamReader(entry.Open());
            var all = reader.ReadToEnd();
            Assert.All(["6614103E7174022", "A50285BI", "fe80", "lab.example"], word => Assert.DoesNotContain(word, all, StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public void A_bundle_that_can_not_be_written_is_a_storage_fault() =>
        Assert.Equal(FaultKind.Storage, Assert.Throws<LatencyLabException>(() => SupportBundle.Write(Path.Combine(_root, "no", "b.zip"), [], [])).Kind);

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"clock_ppm\": \"x\"}")]
    [InlineData("{\"uid\": \"aabb\", \"clock_ppm\": 1e300, \"uncertainty_ppm\": 1, \"utc\": \"2026-01-01T00:00:00Z\"}")]
    [InlineData("{\"uid\": \"another\", \"clock_ppm\": 1, \"uncertainty_ppm\": 1, \"utc\": \"2026-01-01T00:00:00Z\"}")]
    [InlineData("{\"uid\": \"aabb\", \"clock_ppm\": 1, \"uncertainty_ppm\": 1, \"utc\": \"yesterday\"}")]
    [InlineData("nonsense")]
    public void A_calibration_reads_back_and_a_damaged_one_counts_as_none(string damaged)
    {
        var store = new CalibrationStore(Path.Combine(_root, "calibration"));
        Assert.Null(store.Read("aa"));
        var path = store.Write("aa/../bb", new ClockCalibration(-12.3456, 0.4, 60.2, DateTimeOffset.UnixEpoch, true));
        Assert.Equal("aabb.json", Path.GetFileName(path));
        Assert.Equal(new ClockCalibration(-12.346, 0.4, 60.2, DateTimeOffset.UnixEpoch, true), store.Read("aabb"));
        File.WriteAllText(path, damaged);
        Assert.Null(store.Read("aabb"));
    }

    private IReadOnlyList<Finding> Look(params SerialPortInfo[] ports) => [.. new SystemCheck(_root, ports).Look()];

    private string Put(string path, string text)
    {
        var file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return file;
    }
}
