namespace LatencyLab.Tests.Rules;

public sealed class DependencyTests
{
    private static readonly IReadOnlyList<SourceFile> Sources = SourceTree.Files(["src"], ".cs");

    [Fact]
    public void Every_stage_knows_only_the_stages_before_it() => Assert.Empty(Sources.SelectMany(DependencyRules.Breaches));

    [Fact]
    public void Packages_stay_where_they_are_needed() => Assert.Empty(Sources.SelectMany(DependencyRules.PackageBreaches));

    [Fact]
    public void Only_the_choice_of_devices_and_the_sim_command_know_the_simulator()
    {
        // A run that can tell a simulated board from a real one proves nothing about the real one.
        string[] allowed = ["src/LatencyLab/Simulation/", "src/LatencyLab.Cli/Devices/Rig.cs", "src/LatencyLab.Cli/Devices/DeviceAccess.cs", "src/LatencyLab.Cli/Commands/Sim"];
        Assert.Empty(
            from file in Sources
            where !allowed.Any(place => file.Path.StartsWith(place, StringComparison.Ordinal))
            from reference in DependencyRules.References(file)
            where reference.Folder == "Simulation"
            select $"{file.Path}:{reference.Line}");
    }

    [Fact]
    public void Nothing_below_the_command_line_knows_a_console() =>
        Assert.Empty(
            from file in Sources
            where !file.Path.StartsWith("src/LatencyLab.Cli/", StringComparison.Ordinal)
            from line in file.Code
            where line.Text.Contains("Console.", StringComparison.Ordinal)
            select $"{file.Path}:{line.Number}");

    [Fact]
    public void Library_and_plots_do_not_reference_the_command_line()
    {
        var projects = SourceTree.Files(["src"], ".csproj").Where(project => !project.Path.Contains(".Cli", StringComparison.Ordinal));
        Assert.All(projects, project => Assert.DoesNotContain(project.Lines, line => line.Contains("ProjectReference", StringComparison.Ordinal) && line.Contains(".Cli", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("src/LatencyLab/Statistics/X.cs", "using LatencyLab.Signals;")]
    [InlineData("src/LatencyLab/Captures/X.cs", "    private readonly Samplers.FrameDecoder _decoder;")]
    [InlineData("src/LatencyLab/Runs/X.cs", "var board = new LatencyLab.Simulation.SimulatedBoard();")]
    [InlineData("src/LatencyLab/Wavelets/X.cs", "")]
    public void A_step_against_the_direction_is_found(string path, string line) => Assert.NotEmpty(DependencyRules.Breaches(new SourceFile(path, [line])));

    [Theory]
    [InlineData("src/LatencyLab/Captures/X.cs", "using LatencyLab.Signals;")]
    [InlineData("src/LatencyLab/Boards/X.cs", "// using LatencyLab.Signals;")]
    [InlineData("src/LatencyLab/X.cs", "using LatencyLab.Runs;")]
    public void A_step_along_the_direction_is_not(string path, string line) => Assert.Empty(DependencyRules.Breaches(new SourceFile(path, [line])));

    [Fact]
    public void A_package_in_the_wrong_place_is_found() =>
        Assert.NotEmpty(DependencyRules.PackageBreaches(new SourceFile("src/LatencyLab/Runs/X.cs", ["using ScottPlot.Plottables;"])));
}
