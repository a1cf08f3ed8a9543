using System.Text;

namespace LatencyLab.Formats;

/// <summary>What a change of one variable means for the wanted channels.</summary>
/// <param name="Width">Bits of its values; 0 where it has no levels.</param>
/// <param name="Wanted">The bits that are wanted, from the right, and their channels.</param>
internal sealed record VcdVariable(int Width, (int Bit, int Channel)[] Wanted);

/// <summary>Variables by their identifier codes; the short codes that all but huge dumps use are looked up in a table.</summary>
internal sealed class VcdCodes
{
    private const int First = '!';
    private const int Radix = '~' - First + 1;

    // One printable character, then two.
    private readonly VcdVariable?[] _short = new VcdVariable?[Radix + (Radix * Radix)];
    private readonly Dictionary<string, VcdVariable> _long = new(StringComparer.Ordinal);

    public static VcdCodes Build(IReadOnlyList<VcdDeclaration> variables, IReadOnlyList<VcdBit> bits, IReadOnlyList<ChosenChannel> selection)
    {
        var targets = new Dictionary<string, (int Width, List<(int Bit, int Channel)> Wanted)>(StringComparer.Ordinal);
        foreach (var variable in variables)
        {
            targets.TryAdd(variable.Code, (variable.Width, []));
        }

        for (var channel = 0; channel < selection.Count; channel++)
        {
            var bit = bits[selection[channel].Source];
            targets[bit.Code].Wanted.Add((bit.Bit, channel));
        }

        var codes = new VcdCodes();
        foreach (var (code, (width, wanted)) in targets)
        {
            codes.Add(code, new VcdVariable(width, [.. wanted]));
        }

        return codes;
    }

    public VcdVariable? Find(ReadOnlySpan<byte> code)
    {
        var index = ShortIndex(code);
        return index >= 0 ? _short[index] : _long.GetValueOrDefault(Encoding.UTF8.GetString(code));
    }

    private void Add(string code, VcdVariable variable)
    {
        var index = ShortIndex(Encoding.UTF8.GetBytes(code));
        if (index >= 0)
        {
            _short[index] = variable;
        }
        else
        {
            _long[code] = variable;
        }
    }

    private static int ShortIndex(ReadOnlySpan<byte> code)
    {
        if (code.Length is 0 or > 2 || code[0] is < First or > (byte)'~' || code[^1] is < First or > (byte)'~')
        {
            return -1;
        }

        return code.Length == 1 ? code[0] - First : Radix + ((code[0] - First) * Radix) + (code[1] - First);
    }
}
