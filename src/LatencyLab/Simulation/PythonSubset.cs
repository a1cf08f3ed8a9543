using System.Globalization;
using System.Numerics;
using System.Text;

namespace LatencyLab.Simulation;

/// <summary>The source is Python, but not the little that simulated boards understand.</summary>
internal sealed class NotSimulatedException() : Exception("not simulated");

/// <summary>An exception of the board's program, in the words of its traceback.</summary>
internal sealed class PythonException(string text) : Exception(text);

/// <summary>
/// Not an interpreter: statements on one line each that print or assign literals and integer expressions, so that a first
/// "does it answer" works from any client. Everything else is <see cref="NotSimulatedException"/>.
/// </summary>
internal sealed class PythonSubset(string line, IDictionary<string, PythonValue> globals)
{
    // No client asks a board for more, and a power must not eat the host's memory.
    private const int MaxBits = 8192;
    private const int MaxDepth = 40;
    private const int MaxNames = 256;

    private int _at;
    private int _depth;

    /// <summary>Runs the statements of one line and returns what they print.</summary>
    /// <param name="line">One line of source, without its line end.</param>
    /// <param name="globals">The board's names.</param>
    /// <param name="echo">True at the friendly prompt, which shows the value of an expression.</param>
    public static string Run(string line, IDictionary<string, PythonValue> globals, bool echo)
    {
        var parser = new PythonSubset(line, globals);
        var printed = new StringBuilder();
        while (true)
        {
            parser.SkipSpace();
            if (parser.AtEnd)
            {
                return printed.ToString();
            }

            parser.Statement(printed, echo);
            parser.SkipSpace();
            if (!parser.AtEnd && !parser.Take(";"))
            {
                throw new NotSimulatedException();
            }
        }
    }

    /// <summary>The literals of a call <c>name(a, b)</c> that stands alone on its line; null where the line is something else.</summary>
    public static IReadOnlyList<PythonValue>? CallArguments(string line, string name)
    {
        var parser = new PythonSubset(line, new Dictionary<string, PythonValue>());
        try
        {
            parser.SkipSpace();
            if (!parser.Take(name + "("))
            {
                return null;
            }

            var arguments = parser.Items(")");
            parser.SkipSpace();
            return parser.AtEnd ? arguments : null;
        }
        catch (Exception e) when (e is NotSimulatedException or PythonException)
        {
            return null;
        }
    }

    private bool AtEnd => _at >= line.Length || line[_at] == '#';

    private char Current => _at < line.Length ? line[_at] : '\0';

    private void Statement(StringBuilder printed, bool echo)
    {
        var start = _at;
        var name = Name();
        SkipSpace();
        if (name == "print" && Take("("))
        {
            printed.Append(string.Join(' ', Items(")").Select(i => i.Text()))).Append('\n');
            return;
        }

        if (name == "pass")
        {
            return;
        }

        if (name.Length > 0 && Current == '=' && (_at + 1 >= line.Length || line[_at + 1] != '='))
        {
            _at++;
            if (globals.Count >= MaxNames)
            {
                throw new PythonException("MemoryError: ");
            }

            globals[name] = Expression();
            return;
        }

        _at = start;
        var value = Expression();
        if (echo && value is not PythonValue.None)
        {
            printed.Append(value.Repr()).Append('\n');
        }
    }

    private List<PythonValue> Items(string close)
    {
        var items = new List<PythonValue>();
        while (true)
        {
            SkipSpace();
            if (Take(close))
            {
                return items;
            }

            items.Add(Expression());
            SkipSpace();
            if (!Take(","))
            {
                return Take(close) ? items : throw new NotSimulatedException();
            }
        }
    }

    private PythonValue Expression()
    {
        if (++_depth > MaxDepth)
        {
            throw new PythonException("RuntimeError: maximum recursion depth exceeded");
        }

        var left = Term();
        while (true)
        {
            SkipSpace();
            if (Current is not ('+' or '-'))
            {
                _depth--;
                return left;
            }

            var minus = line[_at++] == '-';
            var (a, b) = (Number(left), Number(Term()));
            left = Whole(minus ? a - b : a + b);
        }
    }

    private PythonValue Term()
    {
        var left = Factor();
        while (true)
        {
            SkipSpace();
            if (line.AsSpan(_at).StartsWith("**") || Current is not ('*' or '/' or '%'))
            {
                return left;
            }

            var operation = Take("//") ? '|' : line[_at++];
            var (a, b) = (Number(left), Number(Factor()));
            if (operation != '*' && b.IsZero)
            {
                throw new PythonException("ZeroDivisionError: divide by zero");
            }

            // Python rounds a quotient down and gives the rest the divisor's sign.
            var rest = operation is '*' or '/' ? default : ((a % b) + b) % b;
            left = operation switch
            {
                '*' => Whole(a * b),
                '|' => Whole((a - rest) / b),
                '%' => Whole(rest),
                _ => throw new NotSimulatedException(),
            };
        }
    }

    private PythonValue Factor()
    {
        if (++_depth > MaxDepth)
        {
            throw new PythonException("RuntimeError: maximum recursion depth exceeded");
        }

        SkipSpace();
        var value = Current is '-' or '+' ? Signed() : Power();
        _depth--;
        return value;
    }

    private PythonValue.Integer Signed()
    {
        var minus = line[_at++] == '-';
        var value = Number(Factor());
        return Whole(minus ? -value : value);
    }

    private PythonValue Power()
    {
        var left = Atom();
        SkipSpace();
        if (!Take("**"))
        {
            return left;
        }

        var (a, b) = (Number(left), Number(Factor()));
        if (b.Sign < 0)
        {
            throw new NotSimulatedException();
        }

        if (b > MaxBits)
        {
            // Powers of -1, 0 and 1 only know whether the exponent is even.
            return BigInteger.Abs(a) <= 1 ? Whole(BigInteger.Pow(a, b.IsEven ? 2 : 1)) : throw new PythonException("MemoryError: ");
        }

        return a.GetBitLength() * (long)b > MaxBits ? throw new PythonException("MemoryError: ") : Whole(BigInteger.Pow(a, (int)b));
    }

    private PythonValue Atom()
    {
        SkipSpace();
        if (Take("("))
        {
            SkipSpace();
            if (Take(")"))
            {
                return new PythonValue.Sequence([], IsTuple: true);
            }

            var first = Expression();
            SkipSpace();
            return Take(")") ? first
                : Take(",") ? new PythonValue.Sequence([first, .. Items(")")], IsTuple: true)
                : throw new NotSimulatedException();
        }

        if (Take("["))
        {
            return new PythonValue.Sequence(Items("]"), IsTuple: false);
        }

        if (Current is '\'' or '"')
        {
            return new PythonValue.String(Quoted(isBytes: false));
        }

        if (Current == 'b' && _at + 1 < line.Length && line[_at + 1] is '\'' or '"')
        {
            _at++;
            return new PythonValue.Bytes(Encoding.Latin1.GetBytes(Quoted(isBytes: true)));
        }

        return char.IsAsciiDigit(Current) ? Whole(Digits()) : Named();
    }

    private PythonValue Named()
    {
        var name = Name();
        SkipSpace();
        return name switch
        {
            "" => throw new NotSimulatedException(),
            "None" => new PythonValue.None(),
            "True" => new PythonValue.Boolean(true),
            "False" => new PythonValue.Boolean(false),
            _ when globals.TryGetValue(name, out var value) => value,
            _ => throw new NotSimulatedException(),
        };
    }

    private BigInteger Digits()
    {
        var start = _at;
        while (char.IsAsciiLetterOrDigit(Current) || Current is '_' or '.')
        {
            _at++;
        }

        var text = line[start.._at].Replace("_", "", StringComparison.Ordinal);
        var hexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (text.Length > MaxBits / 4
            || !BigInteger.TryParse(
                hexadecimal ? "0" + text[2..] : text,
                hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var value))
        {
            throw new NotSimulatedException();
        }

        return value;
    }

    private string Quoted(bool isBytes)
    {
        var quote = line[_at++];
        var text = new StringBuilder();
        while (true)
        {
            var c = _at < line.Length ? line[_at++] : throw new PythonException("SyntaxError: invalid syntax");
            if (c == quote)
            {
                return text.ToString();
            }

            text.Append(c == '\\' ? Escaped(isBytes) : c);
        }
    }

    private string Escaped(bool isBytes)
    {
        var c = _at < line.Length ? line[_at++] : throw new PythonException("SyntaxError: invalid syntax");
        return c switch
        {
            'n' => "\n",
            'r' => "\r",
            't' => "\t",
            '0' => "\0",
            '\\' or '\'' or '"' => c.ToString(),
            'x' => Code(2),
            'u' when !isBytes => Code(4),
            _ => throw new NotSimulatedException(),
        };
    }

    private string Code(int digits)
    {
        if (_at + digits > line.Length
            || !ushort.TryParse(line.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            throw new PythonException("SyntaxError: invalid syntax");
        }

        _at += digits;
        return ((char)code).ToString();
    }

    private string Name()
    {
        var start = _at;
        while (char.IsAsciiLetter(Current) || Current == '_' || (_at > start && char.IsAsciiDigit(Current)))
        {
            _at++;
        }

        return line[start.._at];
    }

    private static BigInteger Number(PythonValue value) => value switch
    {
        PythonValue.Integer i => i.Value,
        PythonValue.Boolean b => b.Value ? 1 : 0,
        _ => throw new NotSimulatedException(),
    };

    private static PythonValue.Integer Whole(BigInteger value) =>
        value.GetBitLength() > MaxBits ? throw new PythonException("MemoryError: ") : new PythonValue.Integer(value);

    private void SkipSpace()
    {
        while (Current is ' ' or '\t')
        {
            _at++;
        }
    }

    private bool Take(string text)
    {
        if (!line.AsSpan(_at).StartsWith(text))
        {
            return false;
        }

        _at += text.Length;
        return true;
    }
}
