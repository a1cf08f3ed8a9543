using LatencyLab.Benchmarks;

// One file a benchmark, one line each here.
var benchmarks = new (string Name, string What, Func<string[], int> Run)[]
{
    ("hot-loops", "[ROUNDS]: frames to edges and edges to pairs on one core", HotLoops.Run),
    ("serial-path", "[SECONDS [BYTES_PER_SECOND]]: a sampler's frames over a pseudo terminal, paced or as fast as it goes", SerialPath.Run),
    ("generate", "FOLDER: write the 100-million-sample sessions that the others read", SrGenerator.Run),
    ("pictures", "FOLDER LATENCYLAB.DLL: reports and waveforms of small and large runs, a table with ratios", PictureCost.Run),
    ("read", "FILE [CHANNEL…]: read a capture and count its edges", ReadCapture.Run),
    ("numpy", "[LATENCIES [ROUNDS [PYTHON]]]: exact quantiles, moments and pairing beside numpy, a table with ratios", NumpyBeside.Run),
    ("compare", "[SAMPLES]: a comparison of 2 x 10 runs beside the reading of their files", CompareCost.Run),
    ("parquet", "compare [EDGES [ROUNDS]]: the same table of edges by LatencyLab and by ParquetSharp", ParquetWriting.Run),
};

var chosen = Array.Find(benchmarks, b => b.Name == args.FirstOrDefault());
if (chosen.Run is null)
{
    Console.Error.WriteLine("usage: dotnet run -c Release --project tests/LatencyLab.Benchmarks -- NAME …");
    foreach (var (name, what, _) in benchmarks)
    {
        Console.Error.WriteLine($"  {name,-14} {what}");
    }

    return 2;
}

return chosen.Run(args[1..]);
