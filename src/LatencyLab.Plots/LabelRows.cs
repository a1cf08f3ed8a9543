namespace LatencyLab.Plots;

/// <summary>Gives labels places in rows so that none overlaps another: first row that is free there, and a new row when none is.</summary>
internal sealed class LabelRows(float leftPx, float rightPx, float firstY, float rowHeight)
{
    private const float Space = 10;
    private readonly List<List<(float Left, float Right)>> _rows = [];

    public int Count => _rows.Count;

    /// <summary>Left end and middle height of a label that should begin at <paramref name="wantedLeft"/>; pushed inwards at the right end.</summary>
    public (float Left, float Y) Place(float wantedLeft, float widthPx)
    {
        var left = Math.Max(leftPx, Math.Min(wantedLeft, rightPx - widthPx));
        var row = _rows.FindIndex(taken => taken.TrueForAll(t => left > t.Right + Space || left + widthPx < t.Left - Space));
        if (row < 0)
        {
            _rows.Add([]);
            row = _rows.Count - 1;
        }

        _rows[row].Add((left, left + widthPx));
        return (left, firstY + (row * rowHeight));
    }
}
