using System.Xml.Linq;
using LatencyLab.Boards;

namespace LatencyLab.Tests.Rules;

public sealed class DocumentationTests
{
    [Fact]
    public void Every_public_type_of_the_library_says_what_it_means()
    {
        var assembly = typeof(Chip).Assembly;
        var documented = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member")
            .Where(member => !string.IsNullOrWhiteSpace((string?)member.Element("summary")) || member.Element("inheritdoc") is not null)
            .Select(member => (string)member.Attribute("name")!)
            .ToHashSet(StringComparer.Ordinal);
        Assert.All(assembly.GetExportedTypes().Select(type => "T:" + type.FullName!.Replace('+', '.')), name => Assert.Contains(name, documented));
    }
}
