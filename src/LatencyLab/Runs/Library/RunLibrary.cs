using System.Globalization;
using LatencyLab.Runs.Documents;

namespace LatencyLab.Runs.Library;

/// <summary>A run folder and what its document says.</summary>
public sealed record StoredRun(string Folder, RunDocument Document);

/// <summary>The runs below one root, and what users may call them.</summary>
/// <param name="root">Folder with run folders, by default captures.</param>
public sealed class RunLibrary(string root)
{
    private const int MostCandidates = 8;
    private const string BaselinePrefix = "baseline:";
    private IReadOnlyList<StoredRun>? _runs;

    public string Root { get; } = root;

    /// <summary>All readable runs directly below the root, oldest first.</summary>
    public IReadOnlyList<StoredRun> Runs => _runs ??= Below(Root);

    /// <summary>The runs that an operand means: the first of folder, run-id prefix, latest, baseline:NAME, label or version that fits.</summary>
    /// <exception cref="LatencyLabException">None fits, or several do (kind usage), with the candidates.</exception>
    public IReadOnlyList<StoredRun> Resolve(string operand)
    {
        if (Directory.Exists(operand) && !RunFolder.IsRun(operand))
        {
            return Below(operand) is { Count: > 0 } inside ? inside : throw Nothing(operand, "The folder holds no run.");
        }

        return [.. Folders(operand).Select(f => new StoredRun(f, ComparedRunReader.ReadDocument(f)))];
    }

    /// <summary>The one run that an operand means, also where its run.json is damaged or not yet written.</summary>
    /// <exception cref="LatencyLabException">None fits, or several do (kind usage), with the candidates.</exception>
    public RunFolder Find(string operand) => Folders(operand) switch
    {
        [var one] => RunFolder.Open(one),
        var several => throw new LatencyLabException(
            FaultKind.Usage, $"'{operand}' means {several.Count} runs, and one is wanted.", Root, $"Name one of them: {Candidates(several.Select(RunId))}."),
    };

    /// <summary>The folders of the runs that an operand means, whatever state they are in.</summary>
    /// <exception cref="LatencyLabException">None fits, or a prefix fits several (kind usage), with the candidates.</exception>
    public IReadOnlyList<string> Folders(string operand)
    {
        if (Directory.Exists(operand))
        {
            return RunFolder.IsRun(operand) ? [operand] : RunListing.Names(operand) is { Length: > 0 } inside ? inside : throw Nothing(operand, "The folder holds no run.");
        }

        var names = RunListing.Names(Root);
        var byId = operand.Length == 0 ? [] : names.Where(n => RunId(n).StartsWith(operand, StringComparison.Ordinal)).ToArray();
        if (byId.Length > 0)
        {
            return byId.Length == 1 ? byId
                : byId.FirstOrDefault(n => RunId(n) == operand) is { } exact ? [exact]
                : throw new LatencyLabException(FaultKind.Usage, $"'{operand}' fits {byId.Length} runs.", operand, $"Write more of one of them: {Candidates(byId.Select(RunId))}.");
        }

        if (operand == "latest")
        {
            return names.Length > 0 ? [names[^1]] : throw Nothing(operand, $"There is no run in {Root}.");
        }

        if (operand.StartsWith(BaselinePrefix, StringComparison.Ordinal))
        {
            return [.. OfBaseline(operand[BaselinePrefix.Length..]).Select(r => r.Folder)];
        }

        return Named(operand) is { Length: > 0 } named ? [.. named.Select(r => r.Folder)] : throw Unfinished(operand) ?? Nothing(Root, $"'{operand}' is no file or folder, and no run, baseline, label or version.");
    }

    /// <summary>True where an operand means runs of this root, though perhaps too many or ones that are gone.</summary>
    public bool Knows(string operand) =>
        operand == "latest" || operand.StartsWith(BaselinePrefix, StringComparison.Ordinal)
        || (operand.Length > 0 && RunListing.Names(Root).Any(n => RunId(n).StartsWith(operand, StringComparison.Ordinal))) || Named(operand).Length > 0;

    // A label is the user's own word, so it goes before a version that reads the same.
    private StoredRun[] Named(string operand)
    {
        var complete = Runs.Where(r => r.Document.Status == RunStatus.Complete).ToArray();
        StoredRun[] labelled = [.. complete.Where(r => r.Document.Plan.Label == operand)];
        return labelled.Length > 0 ? labelled : [.. complete.Where(r => IsVersion(r.Document, operand))];
    }

    // A label means complete runs only; one that has others alone is known all the same.
    private LatencyLabException? Unfinished(string operand)
    {
        StoredRun[] others = [.. Runs.Where(r => r.Document.Status != RunStatus.Complete && (r.Document.Plan.Label == operand || IsVersion(r.Document, operand)))];
        return others.Length == 0 ? null : new LatencyLabException(
            FaultKind.Usage, $"No run of '{operand}' is complete: {(others.Length == 1 ? "its only run is" : $"all {others.Length.ToString(CultureInfo.InvariantCulture)} are")} partial or invalid.", Root,
            $"Name one by its id to look at it: {Candidates(others.Select(r => r.Document.RunId))}.");
    }

    private static string RunId(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));

    private static string Candidates(IEnumerable<string> names) => string.Join(", ", names.Take(MostCandidates));

    private StoredRun[] OfBaseline(string name)
    {
        var ids = Baselines.Load(Root).Find(name);
        return [.. ids.Select(id => Stored(id) ?? throw new LatencyLabException(
            FaultKind.Storage, $"The run {id} of the baseline '{name}' is gone.", Root, $"Set the baseline anew: latencylab baseline set {name} RUN…"))];
    }

    // What baselines.json says may be anything: only a name directly below the root is a run.
    private StoredRun? Stored(string id) =>
        id.Length > 0 && Path.GetFileName(id) == id && id is not ("." or "..") && Path.Combine(Root, id) is var folder && File.Exists(Path.Combine(folder, "run.json")) ? TryRead(folder) : null;

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
            // Reading is waiting for the disk and taking JSON apart, each run on its own.
            return [.. Directory.GetDirectories(folder).AsParallel().Where(f => File.Exists(Path.Combine(f, "run.json")))
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
        var candidates = Runs.TakeLast(3).Select(r => r.Document.RunId).Concat(Runs.Select(r => r.Document.Plan.Label ?? ComparedRunReader.VersionOf(r.Document)).OfType<string>().Distinct(StringComparer.Ordinal)).Take(MostCandidates).ToArray();
        return new LatencyLabException(FaultKind.Usage, what, operand, candidates.Length > 0 ? $"There are {string.Join(", ", candidates)}." : $"Make runs first: latencylab run -o {Root} …");
    }
}
