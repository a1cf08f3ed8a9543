using LatencyLab.Formats;
using LatencyLab.Runs;

namespace LatencyLab.Cli.Pictures;
internal static class RunFolderFiles
{
    public static RunDocument ReadDocument(string path)
    {
        var file = Path.Combine(path, "run.json");
        try { return RunJson.ReadRun(File.ReadAllBytes(file), file); }
        catch (IOException e) { throw new LatencyLabException(FaultKind.Storage, e.Message, file, null, e); }
    }

    public static ICaptureSource OpenEdges(string path, ReadOptions options)
    {
        foreach (var f in Directory.GetFiles(path))
        {
            if (Path.GetFileName(f).StartsWith("edges", StringComparison.Ordinal)) { return CaptureFile.Open(f, options); }
        }

        throw new LatencyLabException(FaultKind.Storage, "no edges", path);
    }
}
internal static class ToolVersion { public static string Text => "0.1.0"; }
