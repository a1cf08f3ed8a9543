using System.Globalization;

namespace LatencyLab.Formats;

/// <summary>One bit of a declared variable: a channel that may be wanted.</summary>
/// <param name="Code">Identifier code by which changes name the variable.</param>
/// <param name="Bit">Place of this bit in written values, from the right.</param>
/// <param name="Name">Name of the bit, with its scopes where the bare name isn't unique.</param>
internal sealed record VcdBit(string Code, int Bit, string Name);

/// <summary>The channels of a dump: every bit of every variable that has levels, or of a huge dump those that are asked for.</summary>
internal static class VcdBits
{
    private const int MaxBits = 65_536;

    // Deep scopes and wide vectors could make much text of a small file.
    private const long MaxNamesLength = 16 * 1024 * 1024;

    // What a message shows of a dump in which nothing that was asked for is found.
    private const int ShownBits = 64;

    public static IReadOnlyList<VcdBit> Of(VcdHeader header, ReadOptions options, InputFile file)
    {
        var names = Names(header.Variables, file);
        var count = header.Variables.Sum(v => (long)v.Width);
        if (count <= MaxBits)
        {
            return header.Variables.Zip(names, (v, n) => (long)v.Width * n.Length).Sum() <= MaxNamesLength
                ? All(header.Variables, names, MaxBits)
                : throw TooLong(file);
        }

        if (options.Channels is not { } wanted)
        {
            throw file.Fault($"The dump declares {count} channels, more than the {MaxBits} that are read at once.", remedy: "Name those that are wanted: --channels, or --pair.");
        }

        var bits = Wanted(header.Variables, names, [.. wanted, .. options.Renames.Keys], file);
        return bits.Count > 0 ? bits : All(header.Variables, names, ShownBits);
    }

    /// <summary>The bare names where they say enough; simulators dump the same net once for each scope that it passes through.</summary>
    private static string[] Names(IReadOnlyList<VcdDeclaration> variables, InputFile file)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var variable in variables)
        {
            counts[variable.Name] = counts.GetValueOrDefault(variable.Name) + 1;
        }

        var length = 0L;
        var names = new string[variables.Count];
        for (var i = 0; i < names.Length; i++)
        {
            var variable = variables[i];
            var isUnique = counts[variable.Name] == 1 || variable.Scope is null;
            length += isUnique ? 0 : variable.Scope!.Length + variable.Name.Length;
            if (length > MaxNamesLength)
            {
                throw TooLong(file);
            }

            names[i] = isUnique ? variable.Name : variable.Scope!.Prefix() + variable.Name;
        }

        return names;
    }

    private static List<VcdBit> All(IReadOnlyList<VcdDeclaration> variables, string[] names, int most)
    {
        var bits = new List<VcdBit>();
        for (var i = 0; i < names.Length; i++)
        {
            for (var bit = variables[i].Width - 1; bit >= 0 && bits.Count < most; bit--)
            {
                bits.Add(new VcdBit(variables[i].Code, bit, variables[i].NameOf(names[i], bit)));
            }
        }

        return bits;
    }

    private static List<VcdBit> Wanted(IReadOnlyList<VcdDeclaration> variables, string[] names, HashSet<string> wanted, InputFile file)
    {
        var indices = wanted.Select(Split).OfType<(string Name, int Index)>().ToLookup(w => w.Name, w => w.Index, StringComparer.Ordinal);
        var bits = new List<VcdBit>();
        for (var i = 0; i < names.Length; i++)
        {
            var variable = variables[i];
            if (variable.Width == 1 && wanted.Contains(names[i]))
            {
                bits.Add(new VcdBit(variable.Code, 0, names[i]));
            }
            else if (variable.Width > 1)
            {
                var found = indices[names[i]].Select(variable.BitAt).Where(b => b >= 0 && b < variable.Width).OrderDescending();
                bits.AddRange(found.Select(b => new VcdBit(variable.Code, (int)b, variable.NameOf(names[i], (int)b))));
            }

            if (bits.Count > MaxBits)
            {
                throw file.Fault($"More than {MaxBits} channels have the names that are wanted.");
            }
        }

        return bits;
    }

    private static CaptureFormatException TooLong(InputFile file) => file.Fault($"The names of all channels have more than {MaxNamesLength} characters.");

    // "bus[7]" as NameOf writes it.
    private static (string Name, int Index)? Split(string name)
    {
        var bracket = name.LastIndexOf('[');
        return bracket >= 0 && name[^1] == ']' && int.TryParse(name.AsSpan()[(bracket + 1)..^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index)
            ? (name[..bracket], index)
            : null;
    }
}
