namespace LatencyLab.Cli.Doctor;

/// <summary>The rule that gives the right to open boards and keeps ModemManager away from them. The tool carries it: who installed it has no working copy.</summary>
internal static class UdevRule
{
    public const string FileName = "60-latencylab.rules";

    /// <summary>The commands to paste.</summary>
    public const string Installation =
        $"latencylab doctor --udev | sudo tee /etc/udev/rules.d/{FileName} && sudo udevadm control --reload && sudo udevadm trigger";

    /// <summary>The rule itself, as firmware/udev has it.</summary>
    public static string Text
    {
        get
        {
            using var reader = new StreamReader(typeof(UdevRule).Assembly.GetManifestResourceStream(FileName)!);
            return reader.ReadToEnd().ReplaceLineEndings("\n");
        }
    }
}
