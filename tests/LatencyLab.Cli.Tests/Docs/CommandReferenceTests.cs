using System.CommandLine;
using System.Text;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Docs;

/// <summary>docs/cli.md is made from the command definitions.</summary>
public sealed class CommandReferenceTests
{
    [Fact]
    public void Command_reference_is_current()
    {
        var text = new StringBuilder("""
            # Command reference

            Made from the command definitions; `LATENCYLAB_UPDATE_DOCS=1 dotnet test --filter CommandReference` rewrites it. Times carry a unit
            (`250us`, `2ms`). Every command knows `--json`, `--verbose` and `--help`.

            """.ReplaceLineEndings("\n"));
        var root = CommandLine.CreateRoot(new Output(TextWriter.Null, TextWriter.Null, false, false));
        foreach (var command in root.Subcommands.Where(command => !command.Hidden).OrderBy(command => command.Name, StringComparer.Ordinal))
        {
            Write(text, command, "latencylab " + command.Name);
        }

        GeneratedFile.AssertCurrent("docs/cli.md", text.ToString());
    }

    [Fact]
    public void One_command_alone_is_the_same_as_in_the_whole_tree()
    {
        var output = new Output(TextWriter.Null, TextWriter.Null, false, false);
        foreach (var command in CommandLine.CreateRoot(output).Subcommands)
        {
            var alone = Assert.Single(CommandLine.CreateRoot(output, command.Name).Subcommands);
            Assert.Equal(command.Name, alone.Name);
            Assert.Equal(command.Options.Select(o => o.Name), alone.Options.Select(o => o.Name));
        }

        Assert.True(CommandLine.CreateRoot(output, "analyse").Subcommands.Count > 1);
    }

    private static void Write(StringBuilder text, Command command, string path)
    {
        var arguments = command.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues == 0 ? $" [{argument.Name}]" : $" {argument.Name}");
        text.Append($"\n## {path}\n\n{command.Description}\n\n    {path}{string.Concat(arguments)}{(command.Options.Any(Shown) ? " [options]" : "")}\n");
        var rows = command.Arguments.Select(argument => (Name: argument.Name, argument.Description))
            .Concat(command.Options.Where(Shown).Select(option => (Name: Names(option), option.Description)))
            .ToArray();
        if (rows.Length > 0)
        {
            text.Append("\n| | |\n|---|---|\n");
            foreach (var (name, description) in rows)
            {
                text.Append($"| `{name}` | {description?.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
            }
        }

        foreach (var child in command.Subcommands.Where(child => !child.Hidden).OrderBy(child => child.Name, StringComparer.Ordinal))
        {
            Write(text, child, $"{path} {child.Name}");
        }
    }

    private static bool Shown(Option option) => !option.Hidden && option is not System.CommandLine.Help.HelpOption;

    private static string Names(Option option) => string.Join(", ", option.Aliases.Prepend(option.Name).Distinct(StringComparer.Ordinal));
}
