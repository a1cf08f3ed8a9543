using System.IO.Compression;

namespace LatencyLab.Benchmarks;

/// <summary>The yardstick: a .NET process that inflates every member of a session on one thread and does nothing else.</summary>
internal static class Inflate
{
    public static int Run(string[] args)
    {
        using var archive = ZipFile.OpenRead(args[0]);
        var buffer = new byte[256 * 1024];
        var total = 0L;
        foreach (var entry in archive.Entries)
        {
            using var stream = entry.Open();
            int count;
            while ((count = stream.Read(buffer)) > 0)
            {
                total += count;
            }
        }

        Console.WriteLine(total);
        return 0;
    }
}
