using System.Globalization;
using System.Text;

namespace LatencyLab.Formats;

/// <summary>One bit of a declared variable: a channel that may be wanted.</summary>
/// <param name="Code">Identifier code by which changes name the variable.</param>
/// <param name="Width">Bits of the variable.</param>
/// <param name="Bit">Place of this bit in written values, from the right.</param>
/// <param name="Name">Name of the bit, with its scopes where the bare name isn't unique.</param>
internal sealed record VcdBit(string Code, int Width, int Bit, string Name);

/// <summary>The declarations of a value change dump (IEEE 1364-2005, 18.2.3).</summary>
/// <param name="UnitsPerSecond">Times of the file in a second; 0 where it has no timescale.</param>
/// <param name="UnitMultiple">How many of these a time of the file is: 1, but for timescales of 10 and 100 s.</param>
/// <param name="SampleRateHz">The recorder's own rate where LatencyLab wrote the file.</param>
/// <param name="Bits">All bits of all variables that have levels.</param>
/// <param name="CodesWithoutLevel">Codes of reals, events and strings, whose changes are passed over.</param>
internal sealed record VcdHeader(long UnitsPerSecond, long UnitMultiple, long? SampleRateHz, IReadOnlyList<VcdBit> Bits, IReadOnlySet<string> CodesWithoutLevel)
{
    /// <summary>The comment by which LatencyLab's writer tells the tick rate when no timescale can.</summary>
    public const string RateComment = "latencylab:tick_hz=";

    private const int MaxBits = 65_536;
    private const int MaxScopeLength = 4096;

    private static readonly string[] TypesWithoutLevel = ["real", "realtime", "shortreal", "real_parameter", "event", "string"];

    /// <summary>Reads up to and including <c>$enddefinitions $end</c>.</summary>
    public static VcdHeader Read(TextTokens tokens, InputFile file)
    {
        var (unitsPerSecond, multiple, sampleRateHz) = (0L, 1L, (long?)null);
        var variables = new List<Variable>();
        var scopes = new List<string>();
        var scope = "";
        var bits = 0;
        while (true)
        {
            var keyword = Next(tokens, file, "the declarations");
            var offset = tokens.TokenOffset;
            if (keyword is ['#', ..] || keyword is not ['$', ..])
            {
                throw file.Fault($"'{Shown(keyword)}' isn't a declaration.", offset);
            }

            var words = Until(tokens, file);
            switch (keyword)
            {
                case "$enddefinitions":
                    return new VcdHeader(unitsPerSecond, multiple, sampleRateHz, Name(variables), CodesWithout(variables, file));
                case "$timescale":
                    (unitsPerSecond, multiple) = Timescale(string.Concat(words), file, offset);
                    break;
                case "$scope" when words.Count >= 2:
                    scopes.Add(words[1]);
                    scope = string.Concat(scopes.Select(s => s + "."));
                    if (scope.Length > MaxScopeLength)
                    {
                        throw file.Fault("The scopes are nested too deeply.", offset);
                    }

                    break;
                case "$upscope" when scopes.Count > 0:
                    scopes.RemoveAt(scopes.Count - 1);
                    scope = string.Concat(scopes.Select(s => s + "."));
                    break;
                case "$var":
                    var variable = Declare(words, scope, file, offset);
                    bits += variable.Width;
                    if (bits > MaxBits)
                    {
                        throw file.Fault($"More than {MaxBits} channels are declared.", offset);
                    }

                    variables.Add(variable);
                    break;
                case "$comment" when words is [var word] && word.StartsWith(RateComment, StringComparison.Ordinal):
                    sampleRateHz = long.TryParse(word.AsSpan(RateComment.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var hz) && hz is > 0 and <= Units.TimeBase.MaxTickHz
                        ? hz
                        : throw file.Fault($"'{Shown(word)}' is no rate.", offset);
                    break;
                case "$scope" or "$upscope":
                    throw file.Fault($"A scope {(keyword == "$scope" ? "without a name" : "ends that never began")}.", offset);
            }
        }
    }

    private static Variable Declare(List<string> words, string scope, InputFile file, long offset)
    {
        // Strings of changing length are declared with no bits (fst2vcd of GTKWave).
        var hasLevel = words.Count > 0 && !TypesWithoutLevel.Contains(words[0]);
        if (words.Count < 4 || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var width) || width > MaxBits || (hasLevel && width < 1))
        {
            throw file.Fault($"'$var {Shown(string.Join(' ', words))}' doesn't declare a variable of 1 to {MaxBits} bits.", offset);
        }

        // "data [3:0]", "data[3:0]" and "data 3:0" occur; a name may hold blanks.
        var name = string.Join(' ', words.Skip(3));
        var bracket = name.LastIndexOf('[');
        var (msb, lsb) = (width - 1, 0);
        var colon = bracket > 0 && name[^1] == ']' ? name.IndexOf(':', bracket) : -1;
        if (colon > 0 && width > 1 &&
            int.TryParse(name.AsSpan(bracket + 1, colon - bracket - 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left) &&
            int.TryParse(name.AsSpan(colon + 1, name.Length - colon - 2), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var right) &&
            Math.Abs((long)left - right) == width - 1)
        {
            (msb, lsb, name) = (left, right, name[..bracket].TrimEnd());
        }

        return new Variable(words[2], hasLevel ? width : 0, scope, name, msb, lsb);
    }

    private static List<VcdBit> Name(List<Variable> variables)
    {
        // The bare name where it says enough; simulators dump the same net once for each scope that it passes through.
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var variable in variables)
        {
            counts[variable.Name] = counts.GetValueOrDefault(variable.Name) + 1;
        }

        var bits = new List<VcdBit>();
        foreach (var variable in variables)
        {
            var name = counts[variable.Name] == 1 ? variable.Name : variable.Scope + variable.Name;
            var step = variable.Msb >= variable.Lsb ? 1 : -1;
            for (var bit = variable.Width - 1; bit >= 0; bit--)
            {
                bits.Add(new VcdBit(variable.Code, variable.Width, bit, variable.Width == 1 ? name : $"{name}[{variable.Lsb + (step * bit)}]"));
            }
        }

        return bits;
    }

    private static HashSet<string> CodesWithout(List<Variable> variables, InputFile file)
    {
        var widths = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var variable in variables)
        {
            if (!widths.TryAdd(variable.Code, variable.Width) && widths[variable.Code] != variable.Width)
            {
                throw file.Fault($"The identifier '{Shown(variable.Code)}' is declared twice with different sizes.", 0);
            }
        }

        return [.. widths.Where(w => w.Value == 0).Select(w => w.Key)];
    }

    private static (long UnitsPerSecond, long Multiple) Timescale(string text, InputFile file, long offset)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var exponent = text[digits..] switch { "s" => 0, "ms" => 3, "us" => 6, "ns" => 9, "ps" => 12, "fs" => 15, _ => -1 };
        var zeros = text[..digits] switch { "1" => 0, "10" => 1, "100" => 2, _ => -1 };
        if (exponent < 0 || zeros < 0)
        {
            throw file.Fault($"The timescale '{Shown(text)}' isn't 1, 10 or 100 of s, ms, us, ns, ps or fs.", offset);
        }

        var power = exponent - zeros;
        return power >= 0 ? (PowerOfTen(power), 1) : (1, PowerOfTen(-power));
    }

    private static long PowerOfTen(int power) => (long)Math.Pow(10, power);

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

    private sealed record Variable(string Code, int Width, string Scope, string Name, int Msb, int Lsb);
}
