namespace LatencyLab.Runs;

/// <summary>A run folder and what its document says.</summary>
public sealed record StoredRun(string Folder, RunDocument Document);

/// <summary>The runs below one root, and what users may call them.</summary>
/// <param name="root">Folder with run folders, by default captures.</param>
public sealed class RunLibrary(string root)
{
    private const int MostCandidates = 8;
    private IReadOnlyList<StoredRun>? _runs;

    public string Root { get; } = root;

    /// <summary>All readable runs directly below the root, oldest first.</summary>
    public IReadOnlyList<StoredRun> Runs => _runs ??= Below(Root);

    /// <summary>The run folders that an operand means: the first of folder, run-id prefix, latest, baseline:NAME, label or version that fits.</summary>
    /// <exception cref="LatencyLabException">None fits, or several do (kind usage), with the candidates.</exception>
    public IReadOnlyList<StoredRun> Resolve(string operand)
    {
        if (Directory.Exists(operand))
        {
            return File.Exists(Path.Combine(operand, "run.json"))
                ? [new StoredRun(operand, ComparedRunReader.ReadDocument(operand))]
                : Below(operand) is { Count: > 0 } inside ? inside : throw Nothing(operand, "The folder holds no run.");
        }

        var byId = Runs.Where(r => r.Document.RunId.StartsWith(operand, StringComparison.Ordinal)).ToArray();
        if (byId.Length > 0)
        {
            return byId.Length == 1 || byId.Any(r => r.Document.RunId == operand)
                ? [byId.FirstOrDefault(r => r.Document.RunId == operand) ?? byId[0]]
                : throw new LatencyLabException(
                    FaultKind.Usage, $"'{operand}' fits {byId.Length} runs: {string.Join(", ", byId.Take(MostCandidates).Select(r => r.Document.RunId))}.", operand, "Write more of the run id.");
        }

        if (operand == "latest")
        {
            return Runs.Count > 0 ? [Runs[^1]] : throw Nothing(operand, $"There is no run in {Root}.");
        }

        const string prefix = "baseline:";
        if (operand.StartsWith(prefix, StringComparison.Ordinal))
        {
            return OfBaseline(operand[prefix.Length..]);
        }

        // A label is the user's own word, so it goes before a version that reads the same.
        var complete = Runs.Where(r => r.Document.Status == RunStatus.Complete).ToArray();
        StoredRun[] named = [.. complete.Where(r => r.Document.Plan.Label == operand)];
        named = named.Length > 0 ? named : [.. complete.Where(r => IsVersion(r.Document, operand))];
        return named.Length > 0 ? named : throw Nothing(operand, $"'{operand}' is no folder, run, baseline, label or version.");
    }

    private StoredRun[] OfBaseline(string name)
    {
        var ids = Baselines.Load(Root).Find(name);
        return [.. ids.Select(id => Runs.FirstOrDefault(r => r.Document.RunId == id) ?? throw new LatencyLabException(
            FaultKind.Storage, $"The run {id} of the baseline '{name}' is gone.", Root, $"Set the baseline anew: latencylab baseline set {name} RUN…"))];
    }

    // v1.25 means 1.25.0 and 1.25.1, not 1.250.
    private static bool IsVersion(RunDocument run, string operand)
    {
        var version = ComparedRunReader.VersionOf(run);
        var wanted = operand.StartsWith('v') ? operand : "v" + operand;
        return version is not null && (version == wanted || version.StartsWith(wanted + ".", StringComparison.Ordinal) || version.StartsWith(wanted + "-", StringComparison.Ordinal));
    }

    private static IReadOnlyList<StoredRun> Below(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        try
        {
            return [.. Directory.EnumerateDirectories(folder).Where(f => File.Exists(Path.Combine(f, "run.json")))
                .Select(TryRead).OfType<StoredRun>().OrderBy(r => r.Document.CreatedUtc).ThenBy(r => r.Document.RunId, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LatencyLabException(FaultKind.Storage, $"The folder can't be read: {e.Message}", folder, null, e);
        }
    }

    // One damaged run must not hide all others; it is missing, and 'runs verify' says why.
    private static StoredRun? TryRead(string folder)
    {
        try
        {
            return new StoredRun(folder, ComparedRunReader.ReadDocument(folder));
        }
        catch (LatencyLabException)
        {
            return null;
        }
    }

    private LatencyLabException Nothing(string operand, string what)
    {
        var candidates = Runs.TakeLast(3).Select(r => r.Document.RunId).Concat(Runs.Select(r => ComparedRunReader.FirmwareOf(r.Document)).Distinct(StringComparer.Ordinal)).Take(MostCandidates).ToArray();
        return new LatencyLabException(FaultKind.Usage, what, operand, candidates.Length > 0 ? $"There are {string.Join(", ", candidates)}." : $"Make runs first: latencylab run -o {Root} …");
    }
}
