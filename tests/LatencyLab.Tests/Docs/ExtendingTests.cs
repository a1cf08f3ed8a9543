using System.Text.Json;
using System.Text.RegularExpressions;
using LatencyLab.Boards;
using LatencyLab.TestSupport;
using LatencyLab.Tests.Rules;

namespace LatencyLab.Tests.Docs;

/// <summary>What the pages show works, and the tests that they name exist.</summary>
public sealed partial class ExtendingTests
{
    [Fact]
    public void The_smallest_chip_file_of_the_page_loads_and_answers()
    {
        var page = File.ReadAllText(Repository.Path("docs", "extending.md"));
        var example = Example().Match(page).Groups["json"].Value;
        var chip = JsonSerializer.Deserialize(example, BoardJson.Default.Chip)!;
        Assert.Equal(PinPermission.Allowed, PinRules.Ask(chip, 4, PinUse.IrqInput).Permission);
        Assert.Equal(5, PinRules.DefaultResponsePin(chip, 4));
        Assert.Contains("flash", PinRules.Ask(chip, 15, PinUse.IrqInput).Why, StringComparison.Ordinal);
        Assert.Null(BoardCatalog.Find(chip.Id));
    }

    [Fact]
    public void A_pin_that_must_be_low_at_reset_says_so() =>
        Assert.Contains("low", BoardCatalog.Get("esp8266").Pin(15)!.Why, StringComparison.Ordinal);

    [Fact]
    public void Every_test_that_the_fault_table_names_exists()
    {
        var tests = string.Join('\n', SourceTree.Files(["tests"], ".cs").SelectMany(file => file.Lines));
        var named = TestName().Matches(File.ReadAllText(Repository.Path("docs", "faults.md"))).Select(match => match.Groups["name"].Value).ToArray();
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains($" {name}(", tests, StringComparison.Ordinal));
    }

    [GeneratedRegex("```json\n(?<json>.*?)```", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Example();

    [GeneratedRegex("`(?<name>[A-Z][a-z]*_[a-z_A-Z0-9]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TestName();
}
