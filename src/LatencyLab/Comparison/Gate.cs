using System.Globalization;
using LatencyLab.Units;

namespace LatencyLab.Comparison;

/// <summary>What a gate says about runs.</summary>
public enum GateOutcome
{
    /// <summary>The condition that must not hold surely doesn't.</summary>
    Passed,

    /// <summary>These runs can't tell.</summary>
    Inconclusive,

    /// <summary>The condition that must not hold holds.</summary>
    Failed,
}

/// <summary>What a limit counts in.</summary>
public enum GateUnit
{
    /// <summary>Nanoseconds.</summary>
    Time,

    /// <summary>A share, from 0 to 1.</summary>
    Share,

    /// <summary>A number of stimuli.</summary>
    Count,
}

/// <summary>A condition under which a build shall fail: "p99 > +5% or missed > 0 or p50 > 120us".</summary>
public abstract record Gate
{
    /// <summary>True when a limit is relative to a base, so that one run alone can't be judged.</summary>
    public abstract bool NeedsBase { get; }

    /// <summary>Limits of a gate, from left to right.</summary>
    public abstract IEnumerable<GateLimit> Limits { get; }
}

/// <summary>One comparison of a statistic with a limit.</summary>
/// <param name="Metric">p50, p90, p99, p99_9, p99_99, min, max, mean, sd, missed or over_limit.</param>
/// <param name="Above">True for "greater than", false for "less than".</param>
/// <param name="OrEqual">True where the limit itself breaks the gate.</param>
/// <param name="IsRelative">True for a limit with a sign: a change against the base.</param>
/// <param name="Value">In the unit.</param>
/// <param name="Unit">Of the value.</param>
/// <param name="Text">As the user wrote it.</param>
public sealed record GateLimit(string Metric, bool Above, bool OrEqual, bool IsRelative, double Value, GateUnit Unit, string Text) : Gate
{
    public override bool NeedsBase => IsRelative;

    public override IEnumerable<GateLimit> Limits => [this];
}

/// <summary>Breaks when one of its parts breaks.</summary>
public sealed record GateAny(IReadOnlyList<Gate> Parts) : Gate
{
    public override bool NeedsBase => Parts.Any(p => p.NeedsBase);

    public override IEnumerable<GateLimit> Limits => Parts.SelectMany(p => p.Limits);
}

/// <summary>Breaks when all of its parts break.</summary>
public sealed record GateAll(IReadOnlyList<Gate> Parts) : Gate
{
    public override bool NeedsBase => Parts.Any(p => p.NeedsBase);

    public override IEnumerable<GateLimit> Limits => Parts.SelectMany(p => p.Limits);
}

/// <summary>Reads gate expressions: limits joined by "or" and "and", of which "and" binds tighter.</summary>
public static class GateParser
{
    private static readonly string[] Quantities = ["p50", "p90", "p99", "p99_9", "p99_99", "min", "max", "mean", "sd"];
    private static readonly string[] Units = ["ps", "ns", "us", "µs", "μs", "ms", "s", "min", "m", "h", "%"];
    private static readonly string[] Shares = ["missed", "over_limit"];

    /// <summary>Reads an expression.</summary>
    /// <exception cref="LatencyLabException">It doesn't parse; the column is named (kind usage).</exception>
    public static Gate Parse(string text)
    {
        var at = 0;
        var gate = Any();
        return at == text.Length ? gate : throw Wrong(at, "expected 'or', 'and' or the end");

        Gate Any() => Joined("or", All, parts => new GateAny(parts));

        Gate All() => Joined("and", Limit, parts => new GateAll(parts));

        Gate Joined(string word, Func<Gate> part, Func<IReadOnlyList<Gate>, Gate> join)
        {
            var parts = new List<Gate> { part() };
            while (Take(word))
            {
                parts.Add(part());
            }

            return parts.Count == 1 ? parts[0] : join(parts);
        }

        Gate Limit()
        {
            SkipSpace();
            var start = at;
            var metric = Word(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.').Replace('.', '_').ToLowerInvariant();
            if (!Quantities.Contains(metric) && !Shares.Contains(metric))
            {
                throw Wrong(start, metric.Length == 0 ? "expected a statistic" : $"'{text[start..at]}' is no statistic", string.Join(", ", [.. Quantities, .. Shares]));
            }

            SkipSpace();
            var operatorAt = at;
            var comparison = Word(c => c is '<' or '>' or '=');
            if (comparison is not (">" or ">=" or "<" or "<="))
            {
                throw Wrong(operatorAt, "expected >, >=, < or <=");
            }

            SkipSpace();
            var valueAt = at;
            var isRelative = at < text.Length && text[at] is '+' or '-';
            var value = Word(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.' or '%' or 'µ' or 'μ');
            value += UnitAfterSpace(value);
            var (number, unit) = Value(metric, value, isRelative, valueAt);
            return new GateLimit(metric, comparison[0] == '>', comparison.Length == 2, isRelative, number, unit, text[start..at].Trim());
        }

        (double Number, GateUnit Unit) Value(string metric, string value, bool isRelative, int valueAt)
        {
            var isShare = Shares.Contains(metric);
            if (value.Length == 0)
            {
                throw Wrong(valueAt, "expected a limit", isShare ? "0, 0.1% or +0.1%" : "120us, +5us or +5%");
            }

            if (value.EndsWith('%') && TryNumber(value[..^1], out var percent))
            {
                return !isShare && !isRelative
                    ? throw Wrong(valueAt, $"'{value}' of what? A change against the base has a sign", $"+{value}")
                    : (percent / 100, GateUnit.Share);
            }

            if (isShare)
            {
                return !isRelative && TryNumber(value, out var count) && count >= 0
                    ? (count, GateUnit.Count)
                    : throw Wrong(valueAt, $"'{value}' is no number of stimuli and no share", "0, 0.1% or +0.1%");
            }

            return Duration.TryParse(value.TrimStart('+'), out var duration, out var error)
                ? (duration.Nanoseconds, GateUnit.Time)
                : throw Wrong(valueAt, error, "120us, +5us or +5%");
        }

        // "2 ms" is one limit, "0 or" isn't.
        string UnitAfterSpace(string value)
        {
            var before = at;
            SkipSpace();
            var unit = Word(c => char.IsLetter(c) || c == '%');
            if (TryNumber(value, out _) && Units.Contains(unit))
            {
                return unit;
            }

            at = before;
            return "";
        }

        bool Take(string word)
        {
            SkipSpace();
            if (at + word.Length > text.Length || !text.AsSpan(at, word.Length).Equals(word, StringComparison.OrdinalIgnoreCase)
                || (at + word.Length < text.Length && char.IsAsciiLetterOrDigit(text[at + word.Length])))
            {
                return false;
            }

            at += word.Length;
            return true;
        }

        string Word(Func<char, bool> belongs)
        {
            var start = at;
            while (at < text.Length && belongs(text[at]))
            {
                at++;
            }

            return text[start..at];
        }

        void SkipSpace()
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }
        }

        LatencyLabException Wrong(int column, string what, string? expected = null) => new(
            FaultKind.Usage, $"The gate doesn't parse at column {column + 1}: {what.TrimEnd('.')}.",
            string.Create(CultureInfo.InvariantCulture, $"--fail-on, column {column + 1}: {Excerpt(column)}"), expected is null ? null : $"Write {expected}.");

        string Excerpt(int column) => column < text.Length ? text[column..Math.Min(text.Length, column + 20)] : "the end";
    }

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
