namespace LatencyLab.Plots;

/// <summary>Width and height of a picture in CSS pixels (1/96 inch); a PNG has <see cref="Picture.PngScale"/> times as many dots each way.</summary>
public readonly record struct PlotSize(int WidthPx, int HeightPx)
{
    /// <summary>Fits a report's column and a README.</summary>
    public static PlotSize Default { get; } = new(960, 480);
}
