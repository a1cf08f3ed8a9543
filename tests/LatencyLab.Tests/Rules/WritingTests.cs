using System.Text.RegularExpressions;

namespace LatencyLab.Tests.Rules;

/// <summary>How the sources are written: size, words, units in names.</summary>
public sealed partial class WritingTests
{
    private const int LongestFile = 400;

    private static readonly IReadOnlyList<SourceFile> Code = SourceTree.Files(["src", "tests", "firmware"], ".cs", ".py", ".js", ".mjs");
    private static readonly IReadOnlyList<SourceFile> Sources = SourceTree.Files(["src"], ".cs");

    [Fact]
    public void No_file_is_longer_than_a_reader_can_hold() =>
        Assert.Empty(Code.Where(file => file.Lines.Length > LongestFile).Select(file => $"{file.Path}: {file.Lines.Length} lines"));

    [Fact]
    public void Folders_are_namespaces() =>
        Assert.Empty(
            from file in Sources
            let project = file.Below("src")[0]
            let folders = file.Below("src")[1..^1]
            let expected = string.Join('.', folders.Prepend(project))
            from line in file.Lines
            where line.StartsWith("namespace ", StringComparison.Ordinal) && line != $"namespace {expected};"
            select $"{file.Path}: {line}, not {expected}");

    [Fact]
    public void Work_is_finished_or_not_begun() =>
        Assert.Empty(
            from file in SourceTree.Files(["src", "firmware", "tests"], ".cs", ".py").Where(file => !file.Path.EndsWith("WritingTests.cs", StringComparison.Ordinal))
            from line in file.Lines.Select((text, index) => (Text: text, Number: index + 1))
            where Unfinished().IsMatch(line.Text)
            select $"{file.Path}:{line.Number}: {line.Text.Trim()}");

    [Fact]
    public void The_words_of_the_glossary_are_used_and_no_others() =>
        Assert.Empty(
            from file in SourceTree.Files(["src", "firmware", "docs"], ".cs", ".py", ".md").Concat(SourceTree.Files(["."], ".md").Where(file => !file.Path.Contains('/', StringComparison.Ordinal)))
            from line in file.Lines.Select((text, index) => (Text: text, Number: index + 1))
            where ForeignWord().IsMatch(line.Text)
            select $"{file.Path}:{line.Number}: {line.Text.Trim()}");

    [Fact]
    public void Types_say_what_they_are() =>
        Assert.Empty(
            from file in Sources
            from line in file.Code
            where VagueType().IsMatch(line.Text)
            select $"{file.Path}:{line.Number}: {line.Text.Trim()}");

    [Fact]
    public void Quantities_carry_their_unit_in_the_name() =>
        Assert.Empty(
            from file in Sources
            // Statistics sees numbers only: the caller knows their unit. The members below details_ns have it in that name.
            where !file.Path.StartsWith("src/LatencyLab/Statistics/", StringComparison.Ordinal) && !file.Path.EndsWith("/LatencyDetails.cs", StringComparison.Ordinal)
            from line in file.Code
            where BareQuantity().IsMatch(line.Text)
            select $"{file.Path}:{line.Number}: {line.Text.Trim()}");

    [Theory]
    [InlineData("public double Latency { get; }")]
    [InlineData("double time,")]
    [InlineData("long delay = 3;")]
    public void A_bare_quantity_is_found(string line) => Assert.Matches(BareQuantity(), line);

    [Theory]
    [InlineData("the DUT answers")]
    [InlineData("count the echoes")]
    public void A_foreign_word_is_found(string line) => Assert.Matches(ForeignWord(), line);

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Unfinished();

    // The target answers with a response; "DUT" and "echo pulse" are other tools' words for the same things. A REPL's echo keeps its name.
    [GeneratedRegex(@"\b(DUT|[Ee]choes|[Ee]cho[ _](pulse|pin|edge|wire|latency|count|time)s?)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ForeignWord();

    [GeneratedRegex(@"\b(class|record|struct|interface)\s+\w*(Helper|Manager|Util|Utils|Utilities)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VagueType();

    [GeneratedRegex(@"\b(double|float|decimal|long|int)\??\s+([Tt]ime|[Ll]atency|[Dd]elay|[Pp]eriod|[Dd]uration|[Ff]requency|[Jj]itter|[Tt]imeout)\b(?!\()", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BareQuantity();
}
