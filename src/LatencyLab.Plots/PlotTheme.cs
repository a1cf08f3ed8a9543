namespace LatencyLab.Plots;

/// <summary>What a colour is used for. Pictures name inks, themes give them colours, so that an SVG can change its theme afterwards.</summary>
public enum Ink
{
    Background,
    Text,
    Muted,
    Frame,
    Grid,

    /// <summary>The data of the first (or only) run.</summary>
    First,

    /// <summary>The data of the run that is compared with it.</summary>
    Second,

    /// <summary>Missed responses and broken limits.</summary>
    Bad,

    /// <summary>Late responses, and values beyond the end of an axis.</summary>
    Warning,

    /// <summary>Spans in which edges may have been lost.</summary>
    Gap,

    /// <summary>What a person put there: cursors, marks, limits.</summary>
    Mark,
}

/// <summary>Colours of a picture as #RRGGBB, one an ink, all different.</summary>
public sealed record PlotTheme(string Name, IReadOnlyDictionary<Ink, string> Colours)
{
    public static PlotTheme Light { get; } = new("light", new Dictionary<Ink, string>
    {
        [Ink.Background] = "#FFFFFF",
        [Ink.Text] = "#1B1F24",
        [Ink.Muted] = "#57606A",
        [Ink.Frame] = "#8C959F",
        [Ink.Grid] = "#E4E7EB",
        [Ink.First] = "#2463C8",
        [Ink.Second] = "#C2570C",
        [Ink.Bad] = "#C62233",
        [Ink.Warning] = "#9A6B00",
        [Ink.Gap] = "#7A828C",
        [Ink.Mark] = "#6B3FA0",
    });

    public static PlotTheme Dark { get; } = new("dark", new Dictionary<Ink, string>
    {
        [Ink.Background] = "#14171C",
        [Ink.Text] = "#E7EAEE",
        [Ink.Muted] = "#9BA5B0",
        [Ink.Frame] = "#5C6671",
        [Ink.Grid] = "#272C34",
        [Ink.First] = "#6EA5FF",
        [Ink.Second] = "#FF9D52",
        [Ink.Bad] = "#FF7078",
        [Ink.Warning] = "#E2B340",
        [Ink.Gap] = "#808A96",
        [Ink.Mark] = "#C39BF5",
    });

    /// <summary>The colours as declarations of the CSS variables that inline pictures use: "--ink-text: #1B1F24; …".</summary>
    public string ToCss() => string.Join(' ', Colours.OrderBy(c => c.Key).Select(c => $"{CssName(c.Key)}: {c.Value};"));

    internal static string CssName(Ink ink) => "--ink-" + ink.ToString().ToLowerInvariant();
}

/// <summary>How a picture looks, whatever it shows.</summary>
/// <param name="Theme">Light or dark.</param>
/// <param name="Size">Null for the size that suits the kind of picture.</param>
/// <param name="Simulated">Stamps SIMULATED across the picture: no board was measured.</param>
/// <param name="SelfTimed">A badge says SELF-TIMED: the board stamped itself, so nothing is pin to pin.</param>
public sealed record PlotStyle(PlotTheme Theme, PlotSize? Size = null, bool Simulated = false, bool SelfTimed = false)
{
    public static PlotStyle Light { get; } = new(PlotTheme.Light);

    public static PlotStyle Dark { get; } = new(PlotTheme.Dark);
}

/// <summary>The lines above a picture.</summary>
/// <param name="Title">What was measured: "IRQ response time, pin to pin".</param>
/// <param name="Subtitle">On what, and how many: "esp32, MicroPython 1.27.0, GPIO4 rising, n 1000"; empty for none.</param>
public sealed record PlotHeading(string Title, string Subtitle = "");
