using System.Globalization;

namespace LatencyLab.Formats;

/// <summary>A scope of a value change dump, and those around it.</summary>
/// <param name="Outer">The scope around it; null for the outermost.</param>
/// <param name="Name">Its name; empty where the file gives none.</param>
internal sealed record VcdScope(VcdScope? Outer, string Name)
{
    /// <summary>At least the characters of <see cref="Prefix"/>, and at least 1 a scope.</summary>
    public int Length { get; } = (Outer?.Length ?? 0) + Name.Length + 1;

    /// <summary>What stands before the name of a variable: "top.cpu.".</summary>
    public string Prefix()
    {
        var names = new List<string>();
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            names.Add(scope.Name.Length > 0 ? scope.Name + "." : "");
        }

        names.Reverse();
        return string.Concat(names);
    }
}

/// <summary>A declared variable.</summary>
/// <param name="Code">Identifier code by which changes name it.</param>
/// <param name="Width">Bits; 0 for reals, events and strings, which have no levels.</param>
/// <param name="Scope">Where it was declared; null outside all scopes.</param>
/// <param name="Name">Its name without its scopes.</param>
/// <param name="Msb">Index of its leftmost bit.</param>
/// <param name="Lsb">Index of its rightmost bit.</param>
internal sealed record VcdDeclaration(string Code, int Width, VcdScope? Scope, string Name, int Msb, int Lsb)
{
    private static readonly string[] TypesWithoutLevel = ["real", "realtime", "shortreal", "real_parameter", "event", "string"];

    /// <summary>The variable of <c>$var type size code reference [range] $end</c>; null where the words between declare none.</summary>
    public static VcdDeclaration? Parse(List<string> words, VcdScope? scope)
    {
        // Strings of changing length are declared with no bits (fst2vcd of GTKWave).
        var hasLevel = words.Count > 0 && !TypesWithoutLevel.Contains(words[0]);
        if (words.Count < 4 || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var width) || (hasLevel && width < 1))
        {
            return null;
        }

        // A name may hold blanks. That of an escaped identifier begins after its backslash, and only a range that stands apart is one
        // (IEEE 1364-2005, 3.7.1): "\a[3:0]" is a name, "a[3:0]", "a [3:0]" and "\a [3:0]" are ranges.
        var name = string.Join(' ', words.Skip(3));
        var isEscaped = name.Length > 1 && name[0] == '\\';
        name = isEscaped ? name[1..] : name;
        var bracket = name.LastIndexOf('[');
        var (msb, lsb) = (width - 1, 0);
        if (bracket > 0 && name[^1] == ']' && (!isEscaped || name[bracket - 1] == ' ') && Range(name[(bracket + 1)..^1]) is var (left, right) &&
            Math.Abs((long)left - right) == width - 1)
        {
            name = name[..bracket].TrimEnd();
            (msb, lsb, name) = width == 1 ? (0, 0, $"{name}[{left}]") : (left, right, name);
        }

        return new VcdDeclaration(words[2], hasLevel ? width : 0, scope, name, msb, lsb);
    }

    /// <summary>What a bit is called where the variable is called <paramref name="name"/>.</summary>
    /// <param name="name">Of the variable.</param>
    /// <param name="bit">Place of the bit in written values, from the right.</param>
    public string NameOf(string name, int bit) => Width == 1 ? name : $"{name}[{(Msb >= Lsb ? Lsb + bit : Lsb - bit)}]";

    /// <summary>Place of the bit with an index; below 0 or from <see cref="Width"/> on where there is none.</summary>
    public long BitAt(int index) => Msb >= Lsb ? (long)index - Lsb : (long)Lsb - index;

    private static (int Left, int Right)? Range(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? Index(text) is { } only ? (only, only) : null
            : Index(text[..colon]) is { } left && Index(text[(colon + 1)..]) is { } right ? (left, right) : null;
    }

    private static int? Index(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var index)
            ? index
            : null;
}
