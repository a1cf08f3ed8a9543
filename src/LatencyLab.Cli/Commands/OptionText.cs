using System.CommandLine.Parsing;
using LatencyLab.Runs;
using LatencyLab.Units;

namespace LatencyLab.Cli.Commands;

/// <summary>Parsers for option values with units.</summary>
internal static class OptionText
{
    public static Duration? Duration(ArgumentResult argument)
    {
        if (Units.Duration.TryParse(argument.Tokens[0].Value, out var duration, out var error) && duration >= Units.Duration.Zero)
        {
            return duration;
        }

        argument.AddError(error ?? $"'{argument.Tokens[0].Value}' is negative.");
        return null;
    }

    /// <summary>A time in a capture, which may begin before its zero.</summary>
    public static Duration? SignedDuration(ArgumentResult argument)
    {
        if (Units.Duration.TryParse(argument.Tokens[0].Value, out var duration, out var error))
        {
            return duration;
        }

        argument.AddError(error);
        return null;
    }

    /// <summary>A name that can be found again.</summary>
    public static string? Label(ArgumentResult argument)
    {
        var label = argument.Tokens[0].Value.Trim();
        if (label.Length == 0)
        {
            argument.AddError("The label is empty: give it a name such as --label v1.27, or leave it out.");
        }
        else if (label.Any(char.IsControl))
        {
            argument.AddError("The label has a line end or another control character in it: a label is one line of text.");
        }

        return label;
    }

    public static RandomTime RandomTime(ArgumentResult argument)
    {
        try
        {
            return Runs.RandomTime.Parse(argument.Tokens[0].Value);
        }
        catch (LatencyLabException e)
        {
            argument.AddError(e.Message);
            return default;
        }
    }

    public static Duration[] Durations(ArgumentResult argument)
    {
        var durations = new List<Duration>();
        foreach (var token in argument.Tokens)
        {
            if (Units.Duration.TryParse(token.Value, out var duration, out var error))
            {
                durations.Add(duration);
            }
            else
            {
                argument.AddError(error);
            }
        }

        return [.. durations];
    }

    public static long? Hertz(ArgumentResult argument)
    {
        if (UnitText.ParseHertz(argument.Tokens[0].Value) is { } hertz)
        {
            return hertz;
        }

        argument.AddError($"'{argument.Tokens[0].Value}' is not a whole number of hertz; write 24MHz, 500k or 12000000.");
        return null;
    }
}
