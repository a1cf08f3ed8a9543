using System.Reflection;
using System.Runtime.Loader;
using SharpFuzz;

namespace LatencyLab.Fuzz;

/// <summary>
/// Loads this program a second time, beside a copy of LatencyLab.dll into which SharpFuzz has put a counter at every branch. Nothing on disk is
/// changed, and no outside fuzzer is needed: the loop runs in this process.
/// </summary>
internal sealed class Instrumentation : AssemblyLoadContext
{
    private readonly byte[] _instrumented;

    private Instrumentation(byte[] instrumented)
        : base("instrumented") => _instrumented = instrumented;

    /// <summary>The method of the same name and type in the second copy.</summary>
    public static Func<string[], int> Load(Type type, string method)
    {
        var own = type.Assembly.Location;
        var copy = Path.Combine(Path.GetTempPath(), $"latencylab-fuzz-{Guid.NewGuid():N}.dll");
        File.Copy(Path.Combine(Path.GetDirectoryName(own)!, "LatencyLab.dll"), copy);
        byte[] instrumented;
        try
        {
            foreach (var _ in Fuzzer.Instrument(copy, _ => true, Options.Value))
            {
            }

            instrumented = File.ReadAllBytes(copy);
        }
        finally
        {
            File.Delete(copy);
        }

        var second = new Instrumentation(instrumented).LoadFromAssemblyPath(own).GetType(type.FullName!)!;
        return second.GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!.CreateDelegate<Func<string[], int>>();
    }

    protected override Assembly? Load(AssemblyName assemblyName) =>
        assemblyName.Name == "LatencyLab" ? LoadFromStream(new MemoryStream(_instrumented)) : null;
}
