using System.Globalization;
using System.Numerics;
using System.Text;

namespace LatencyLab.Simulation;

/// <summary>A value that simulated boards can print: None, a boolean, a whole number, text, bytes, a tuple or a list.</summary>
internal abstract record PythonValue
{
    /// <summary><c>repr(x)</c> as MicroPython prints it.</summary>
    public abstract string Repr();

    /// <summary><c>str(x)</c>: what <c>print</c> shows.</summary>
    public virtual string Text() => Repr();

    public sealed record None : PythonValue
    {
        public override string Repr() => "None";
    }

    public sealed record Boolean(bool Value) : PythonValue
    {
        public override string Repr() => Value ? "True" : "False";
    }

    public sealed record Integer(BigInteger Value) : PythonValue
    {
        public override string Repr() => Value.ToString(CultureInfo.InvariantCulture);
    }

    public sealed record String(string Value) : PythonValue
    {
        public override string Repr() => Quote(Value.Select(c => (int)c), "");

        public override string Text() => Value;
    }

    public sealed record Bytes(byte[] Value) : PythonValue
    {
        public override string Repr() => Quote(Value.Select(b => (int)b), "b");
    }

    public sealed record Sequence(IReadOnlyList<PythonValue> Items, bool IsTuple) : PythonValue
    {
        public override string Repr()
        {
            var items = string.Join(", ", Items.Select(i => i.Repr()));
            return IsTuple ? $"({items}{(Items.Count == 1 ? "," : "")})" : $"[{items}]";
        }
    }

    // mp_str_print_quoted of py/objstr.c.
    private static string Quote(IEnumerable<int> values, string prefix)
    {
        var codes = values.ToArray();
        var quote = codes.Contains('\'') && !codes.Contains('"') ? '"' : '\'';
        var text = new StringBuilder(prefix).Append(quote);
        foreach (var code in codes)
        {
            text.Append(code switch
            {
                _ when code == quote => "\\" + quote,
                '\\' => "\\\\",
                >= 32 and <= 126 => ((char)code).ToString(),
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < 256 when prefix.Length > 0 || code < 128 => $"\\x{code:x2}",
                _ => ((char)code).ToString(),
            });
        }

        return text.Append(quote).ToString();
    }
}
