namespace LatencyLab.Cli.Tests.Live;

/// <summary>
/// What a terminal shows of the bytes that it gets: carriage return, line feed, cursor up, and the two ways of clearing that the display uses. Anything else
/// that moves the cursor is refused, and so is a line that would wrap.
/// </summary>
internal sealed class TerminalScreen(int columns)
{
    private readonly List<char[]> _rows = [NewRow(columns)];
    private int _row;
    private int _column;

    /// <summary>Most columns that any line has used.</summary>
    public int WidestLine { get; private set; }

    public IReadOnlyList<string> Lines => [.. _rows.Select(r => new string(r).TrimEnd())];

    public void Write(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\r':
                    _column = 0;
                    break;
                case '\n':
                    Down();
                    break;
                case '\u001b':
                    i = Control(text, i);
                    break;
                default:
                    Assert.True(_column < columns, $"a line wraps: {new string(_rows[_row])}");
                    _rows[_row][_column++] = text[i];
                    WidestLine = Math.Max(WidestLine, _column);
                    break;
            }
        }
    }

    private int Control(string text, int at)
    {
        Assert.Equal('[', text[at + 1]);
        var end = at + 2;
        while (char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        var number = end > at + 2 ? int.Parse(text[(at + 2)..end]) : 0;
        switch (text[end])
        {
            case 'A':
                _row -= Math.Max(1, number);
                Assert.True(_row >= 0, "the cursor leaves the screen");
                break;
            case 'K':
                Array.Fill(_rows[_row], ' ', _column, columns - _column);
                break;
            case 'J':
                Array.Fill(_rows[_row], ' ', _column, columns - _column);
                for (var row = _row + 1; row < _rows.Count; row++)
                {
                    Array.Fill(_rows[row], ' ');
                }

                break;
            default:
                Assert.Fail($"an unknown sequence: {text[(at + 1)..(end + 1)]}");
                break;
        }

        return end;
    }

    // The kernel's terminal line turns \n into \r\n; a bare one only goes down.
    private void Down()
    {
        if (++_row == _rows.Count)
        {
            _rows.Add(NewRow(columns));
        }
    }

    private static char[] NewRow(int columns)
    {
        var row = new char[columns];
        Array.Fill(row, ' ');
        return row;
    }
}
