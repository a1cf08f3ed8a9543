using LatencyLab.Boards;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Docs;

public sealed class PinsArticleTests
{
    [Fact]
    public void Page_and_chip_data_list_the_same_corrections()
    {
        var rows = File.ReadLines(Repository.Path("docs", "pins-article.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| the article", StringComparison.Ordinal))
            .ToHashSet(StringComparer.Ordinal);
        var expected = BoardCatalog.Chips.SelectMany(chip => chip.Corrections).Select(c => $"| {c.Article} | {c.Right} |").ToHashSet(StringComparer.Ordinal);
        Assert.Equal(expected.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }
}
