namespace LatencyLab.Reports;

/// <summary>The style sheet of reports: narrow and wide, light and dark, and A4.</summary>
internal static class HtmlStyle
{
    public static string Css(ReportColours colours) => $$"""
        :root { {{colours.Light}} }
        @media screen and (prefers-color-scheme: dark) { :root { {{colours.Dark}} } }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; }
        body { margin: 0; background: var(--ink-background); color: var(--ink-text); font: 15px/1.5 system-ui, "DejaVu Sans", Verdana, sans-serif; }
        main { max-width: 1040px; margin: 0 auto; padding: 24px 20px 64px; }
        h1 { font-size: 1.55rem; line-height: 1.25; margin: .4em 0 .6em; overflow-wrap: anywhere; }
        h2 { font-size: 1.3rem; margin: 2.4em 0 .6em; padding-top: .8em; border-top: 2px solid var(--ink-grid); overflow-wrap: anywhere; }
        h3 { font-size: 1.05rem; margin: 1.8em 0 .5em; }
        p { margin: .5em 0; max-width: 78ch; overflow-wrap: anywhere; }
        .verdict { display: flex; gap: 14px; align-items: flex-start; padding: 14px 16px; border: 1px solid var(--ink-grid); border-left: 6px solid var(--ink-first); border-radius: 6px; }
        .verdict p { margin: 0; font-size: 1.08rem; }
        .verdict.partial { border-left-color: var(--ink-warning); }
        .verdict.invalid { border-left-color: var(--ink-bad); }
        .chip { font-weight: 600; padding: 2px 10px; border-radius: 999px; background: var(--ink-first); color: var(--ink-background); }
        .partial .chip { background: var(--ink-warning); }
        .invalid .chip { background: var(--ink-bad); }
        .warnings { border: 1px solid var(--ink-warning); border-radius: 6px; padding: 8px 12px 8px 30px; overflow-wrap: anywhere; }
        .key { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 18px 0; }
        .key div { border: 1px solid var(--ink-grid); border-radius: 6px; padding: 10px 14px; }
        .key dt { color: var(--ink-muted); font-size: .86rem; }
        .key dd { margin: 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
        .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 0 32px; }
        .columns > div { min-width: 0; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .92rem; }
        caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
        th, td { text-align: left; vertical-align: top; padding: 4px 14px 4px 0; border-bottom: 1px solid var(--ink-grid); overflow-wrap: anywhere; }
        th { font-weight: 600; overflow-wrap: normal; }
        td:not(:last-child) { min-width: 5.5em; }
        thead th { color: var(--ink-muted); font-weight: 400; }
        thead th:empty { padding: 0; border: 0; }
        .runs thead th, .runs td:nth-child(n+3) { white-space: nowrap; overflow-wrap: normal; min-width: 0; }
        figure { margin: 18px 0; overflow-x: auto; }
        figure svg { display: block; width: 100%; min-width: 620px; height: auto; border: 1px solid var(--ink-grid); border-radius: 6px; }
        /* The page itself is stamped; its pictures keep their badge. */
        figure svg text[fill="var(--ink-bad)"][fill-opacity] { display: none; }
        figure svg.wiring { min-width: 0; max-width: 520px; border: 0; font-family: inherit; }
        figcaption { color: var(--ink-muted); font-size: .9rem; margin-top: 6px; }
        pre { background: var(--ink-grid); padding: 12px 14px; border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
        .simulated { margin: 0; max-width: none; padding: 8px 20px; background: var(--ink-bad); color: var(--ink-background); text-align: center; }
        .stamp { position: fixed; inset: 0; display: grid; place-items: center; font-size: 15vw; font-weight: 800; color: var(--ink-bad); opacity: .07; transform: rotate(-24deg); pointer-events: none; z-index: 2; }
        @page { size: A4; margin: 14mm; }
        @media print {
          body { font-size: 10pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
          main { max-width: none; padding: 0; }
          figure, .scroll, tr, .verdict, .key div, pre { break-inside: avoid; }
          h1, h2, h3, h3 + p { break-after: avoid; }
          .columns { display: block; }
          .scroll, figure { overflow: visible; }
          .runs { font-size: 8pt; }
          .runs th, .runs td { padding-right: 6px; }
          figure svg { min-width: 0; }
        }

        """;
}
