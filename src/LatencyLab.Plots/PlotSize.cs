namespace LatencyLab.Plots;

/// <summary>Width and height of a picture in pixels.</summary>
public readonly record struct PlotSize(int WidthPx, int HeightPx);
