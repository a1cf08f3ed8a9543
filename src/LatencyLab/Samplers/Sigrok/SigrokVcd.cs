using System.Buffers.Text;
using System.Text;
using LatencyLab.Units;

namespace LatencyLab.Samplers.Sigrok;

/// <summary>
/// The value changes that sigrok-cli prints while it records, to samples: times are rounded to its time scale and go back to the sample they came from.
/// Takes bytes in any split. Total: any bytes end in samples or in <see cref="Fault"/>.
/// </summary>
/// <param name="names">Channels that are wanted, in order.</param>
/// <param name="begin">Gets the sample rate when the head is over, and returns who takes samples.</param>
internal sealed class SigrokVcd(IReadOnlyList<string> names, Func<long, SampleEdges> begin)
{
    // The longest word that sigrok prints is a channel's name.
    private const int LongestWord = 4096;

    private readonly byte[] _word = new byte[LongestWord];
    private readonly List<string> _head = [];
    private readonly Dictionary<string, int> _bitByCode = new(StringComparer.Ordinal);
    private int _length;
    private bool _inHead = true;
    private SampleEdges? _edges;
    private Int128 _samplesPerUnit = 1;
    private Int128 _unitsDivisor = 1;
    private uint _sample;
    private long _at;
    private bool _hasTime;

    /// <summary>Says what isn't a dump of sigrok's; null while all is well.</summary>
    public string? Fault { get; private set; }

    /// <summary>Samples a second as sigrok says; 0 until it has.</summary>
    public long RateHz { get; private set; }

    /// <summary>Samples delivered: the last time that was printed.</summary>
    public long Samples => _hasTime ? _at : 0;

    /// <summary>Takes the next bytes of the output.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (value is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            {
                EndWord();
            }
            else if (_length < LongestWord)
            {
                _word[_length++] = value;
            }
            else
            {
                Fault ??= "a word is longer than any of sigrok's";
            }

            if (Fault is not null)
            {
                return;
            }
        }
    }

    /// <summary>Nothing more will come.</summary>
    /// <param name="isWhole">True where the output came to its end, so that what stands after the last blank is a word.</param>
    public void Finish(bool isWhole)
    {
        if (isWhole)
        {
            EndWord();
        }

        // The sample before the closing time lasts until it.
        Hold(_at);
    }

    private void EndWord()
    {
        if (_length == 0 || Fault is not null)
        {
            return;
        }

        var word = _word.AsSpan(0, _length);
        _length = 0;
        if (_inHead)
        {
            Head(Encoding.UTF8.GetString(word));
        }
        else if (word[0] == (byte)'#')
        {
            MoveTo(word[1..]);
        }
        else if (word[0] is (byte)'0' or (byte)'1' && _hasTime)
        {
            if (_bitByCode.TryGetValue(Encoding.ASCII.GetString(word[1..]), out var bit))
            {
                _sample = word[0] == (byte)'1' ? _sample | (1u << bit) : _sample & ~(1u << bit);
            }
        }
        else if (word[0] != (byte)'$')
        {
            Fault = $"{AnalyserTalk.Show(word)} stands where a time or a level must";
        }
    }

    private void Head(string word)
    {
        if (word != "$enddefinitions")
        {
            _head.Add(word);
            Fault = _head.Count > 10_000 || (_head.Count == 1 && word[0] != '$') ? "it doesn't begin as a value change dump" : null;
            return;
        }

        _inHead = false;
        if (Scale() is not { } picoseconds || Rate() is not { } rate || rate <= 0)
        {
            Fault = "its head says no time scale or no sample rate";
            return;
        }

        for (var i = 0; i + 5 < _head.Count; i++)
        {
            if (_head[i] == "$var" && names.ToList().IndexOf(_head[i + 4]) is >= 0 and var index)
            {
                _bitByCode[_head[i + 3]] = index;
            }
        }

        if (names.FirstOrDefault(n => !_bitByCode.ContainsValue(names.ToList().IndexOf(n))) is { } missing)
        {
            Fault = $"the channel '{missing}' isn't in it";
            return;
        }

        RateHz = rate;
        (_samplesPerUnit, _unitsDivisor) = ((Int128)picoseconds * rate, 1_000_000_000_000);
        _edges = begin(rate);
    }

    private void MoveTo(ReadOnlySpan<byte> digits)
    {
        if (!Utf8Parser.TryParse(digits, out long units, out var used) || used != digits.Length || units < 0 || units > long.MaxValue / 2 * _unitsDivisor / _samplesPerUnit)
        {
            Fault = $"'#{AnalyserTalk.Show(digits)}' is no time";
            return;
        }

        var tick = (long)(((units * _samplesPerUnit) + (_unitsDivisor / 2)) / _unitsDivisor);
        if (tick < _at || (tick == 0 && _hasTime))
        {
            Fault = "time goes back";
            return;
        }

        Hold(tick);
        (_at, _hasTime) = (tick, true);
    }

    private void Hold(long untilTick)
    {
        if (_edges is not null && _hasTime && untilTick > _edges.Tick)
        {
            _edges.Add(_sample, untilTick - _edges.Tick);
        }
    }

    private long? Scale()
    {
        var at = _head.IndexOf("$timescale");
        if (at < 0)
        {
            return null;
        }

        var text = string.Concat(_head.Skip(at + 1).TakeWhile(w => w != "$end").Take(2));
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var unit = text[digits..] switch { "ps" => 1L, "ns" => 1_000, "us" => 1_000_000, "ms" => 1_000_000_000, "s" => 1_000_000_000_000, _ => 0 };
        var picoseconds = digits is > 0 and < 4 ? long.Parse(text[..digits], System.Globalization.CultureInfo.InvariantCulture) * unit : 0;
        return picoseconds > 0 ? picoseconds : null;
    }

    /// <summary>"Acquisition with 2/8 channels at 24 MHz" in the comment.</summary>
    private long? Rate()
    {
        var at = _head.LastIndexOf("at");
        return at < 0 ? null : UnitText.ParseHertz(string.Concat(_head.Skip(at + 1).TakeWhile(w => w != "$end").Take(2)));
    }
}
