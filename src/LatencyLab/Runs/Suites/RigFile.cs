namespace LatencyLab.Runs.Suites;

/// <summary>A bench rig as a file describes it: boards, wires and what must hold on it.</summary>
/// <param name="Name">For people.</param>
/// <param name="Target">Selector of the board under test.</param>
/// <param name="Sampler">Selector of the sampler.</param>
/// <param name="Pin">GPIO of the target that the stimulus wire leads to; null when runs name it.</param>
/// <param name="ResponsePin">GPIO of the target that the response wire comes from.</param>
/// <param name="FailOn">Gate for every run on this rig; null for none.</param>
public sealed record RigFile(string Name, string Target, string Sampler, int? Pin, int? ResponsePin, string? FailOn)
{
    private static readonly string[] Keys = ["name", "target", "sampler", "wires.pin", "wires.response_pin", "limits.fail_on"];

    /// <summary>Reads a rig file.</summary>
    /// <exception cref="LatencyLabException">It can't be read, or says something that can't be (kind storage or usage).</exception>
    public static RigFile Read(string path)
    {
        var file = TomlFile.Read(path);
        var failOn = file.Text("limits.fail_on");
        var rig = new RigFile(
            file.Text("name") ?? Path.GetFileNameWithoutExtension(path), file.Text("target") ?? "auto", file.Text("sampler") ?? "auto",
            file.Number("wires.pin", 0, 63), file.Number("wires.response_pin", 0, 63), failOn);
        file.RefuseUnknown(Keys);
        if (failOn is not null)
        {
            Comparison.GateParser.Parse(failOn);
        }

        return rig;
    }
}
