using System.Globalization;
using System.Numerics;
using System.Text;
using LatencyLab.Units;

namespace LatencyLab.Formats;

/// <summary>
/// The declarations of a value change dump (IEEE 1364-2005, 18.2.3). Timescales are any whole number of s to fs: the standard knows 1, 10 and 100 only,
/// some recorders write the time between two samples (5 ns).
/// </summary>
/// <param name="UnitsPerSecond">Units of time in a second; 0 where the file has no timescale.</param>
/// <param name="UnitMultiple">How many of these a time of the file is: 1, but for timescales that don't divide a second.</param>
/// <param name="SampleRateHz">The recorder's own rate where LatencyLab wrote the file.</param>
/// <param name="Variables">What is declared, in the file's order.</param>
internal sealed record VcdHeader(long UnitsPerSecond, long UnitMultiple, long? SampleRateHz, IReadOnlyList<VcdDeclaration> Variables)
{
    /// <summary>The comment by which LatencyLab's writer tells the tick rate when no timescale can.</summary>
    public const string RateComment = "latencylab:tick_hz=";

    private const int MaxVariables = 262_144;
    private const int MaxScopeLength = 4096;
    private const long MaxTimescale = 1_000_000_000;

    /// <summary>Reads up to and including <c>$enddefinitions $end</c>.</summary>
    public static VcdHeader Read(TextTokens tokens, InputFile file)
    {
        var (unitsPerSecond, multiple, sampleRateHz) = (0L, 1L, (long?)null);
        var variables = new List<VcdDeclaration>();
        var widths = new Dictionary<string, int>(StringComparer.Ordinal);
        VcdScope? scope = null;
        while (true)
        {
            var keyword = Next(tokens, file, "the declarations");
            var offset = tokens.TokenOffset;
            if (keyword is not ['$', ..])
            {
                throw file.Fault($"'{Shown(keyword)}' isn't a declaration.", offset);
            }

            if (keyword == "$end")
            {
                // Of "$scope module $end $end", which fst2vcd of GTKWave writes for a scope without a name.
                continue;
            }

            var words = Until(tokens, file);
            switch (keyword)
            {
                case "$enddefinitions":
                    return new VcdHeader(unitsPerSecond, multiple, sampleRateHz, variables);
                case "$timescale":
                    (unitsPerSecond, multiple) = Timescale(string.Concat(words), file, offset);
                    break;
                case "$scope":
                    // Some tools leave the name of the outermost scope away.
                    scope = new VcdScope(scope, words.Count > 1 ? words[1] : "");
                    if (scope.Length > MaxScopeLength)
                    {
                        throw file.Fault("The scopes are nested too deeply.", offset);
                    }

                    break;
                case "$upscope":
                    scope = scope is null ? throw file.Fault("A scope ends that never began.", offset) : scope.Outer;
                    break;
                case "$var":
                    var variable = VcdDeclaration.Parse(words, scope) ?? throw file.Fault($"'$var {Shown(string.Join(' ', words))}' doesn't declare a variable.", offset);
                    if (!widths.TryAdd(variable.Code, variable.Width) && widths[variable.Code] != variable.Width)
                    {
                        throw file.Fault($"The identifier '{Shown(variable.Code)}' is declared twice with different sizes.", offset);
                    }

                    variables.Add(variable);
                    if (variables.Count > MaxVariables)
                    {
                        throw file.Fault($"More than {MaxVariables} variables are declared.", offset);
                    }

                    break;
                case "$comment" when words is [var word] && word.StartsWith(RateComment, StringComparison.Ordinal):
                    sampleRateHz = long.TryParse(word.AsSpan(RateComment.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var hz) && hz is > 0 and <= TimeBase.MaxTickHz
                        ? hz
                        : throw file.Fault($"'{Shown(word)}' is no rate.", offset);
                    break;
            }
        }
    }

    private static (long UnitsPerSecond, long Multiple) Timescale(string text, InputFile file, long offset)
    {
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        var unitsPerSecond = digits < 0 ? 0 : text[digits..] switch
        {
            "s" => 1L,
            "ms" => 1_000,
            "us" => 1_000_000,
            "ns" => 1_000_000_000,
            "ps" => 1_000_000_000_000,
            "fs" => 1_000_000_000_000_000,
            _ => 0,
        };
        if (unitsPerSecond == 0 || !long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is 0 or > MaxTimescale)
        {
            throw file.Fault($"The timescale '{Shown(text)}' isn't a whole number of s, ms, us, ns, ps or fs.", offset);
        }

        var common = (long)BigInteger.GreatestCommonDivisor(number, unitsPerSecond);
        return (unitsPerSecond / common, number / common);
    }

    private static List<string> Until(TextTokens tokens, InputFile file)
    {
        var words = new List<string>();
        var length = 0;
        string word;
        while ((word = Next(tokens, file, "a declaration")) != "$end")
        {
            length += word.Length;
            if (length > 1_000_000)
            {
                throw file.Fault("A declaration has no end.", tokens.TokenOffset);
            }

            words.Add(word);
        }

        return words;
    }

    private static string Next(TextTokens tokens, InputFile file, string inside) =>
        tokens.TryNext(out var token) ? Encoding.UTF8.GetString(token) : throw file.Fault($"The file ends inside {inside}.", file.Length, "It may be truncated.");

    private static string Shown(string text) => text.Length > 40 ? text[..40] + "…" : text;
}
