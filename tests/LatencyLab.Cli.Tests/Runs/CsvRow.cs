namespace LatencyLab.Cli.Tests.Runs;

/// <summary>One row of a file whose cells hold neither commas nor quotes, such as latency.csv and the truth file.</summary>
internal sealed record CsvRow(IReadOnlyDictionary<string, string> Cells)
{
    public string this[string column] => Cells[column];

    public double Number(string column) => double.Parse(Cells[column]);

    public bool Has(string column) => Cells[column].Length > 0;

    public static IReadOnlyList<CsvRow> Read(string path)
    {
        var lines = File.ReadAllLines(path);
        var heads = lines[0].Split(',');
        return [.. lines.Skip(1).Select(line => new CsvRow(heads.Zip(line.Split(',')).ToDictionary(p => p.First, p => p.Second)))];
    }
}
