using System.Diagnostics;
using System.Globalization;
using LatencyLab.Statistics;

namespace LatencyLab.Tests.Fuzz;

/// <summary>What became of the mutants of one parser.</summary>
/// <param name="Mutants">How many were tried.</param>
/// <param name="Read">Still something valid.</param>
/// <param name="Refused">Ended in a typed error.</param>
/// <param name="Corpus">Inputs kept because they took a new way.</param>
/// <param name="Ways">Different ways through the code; 0 without coverage.</param>
/// <param name="MostBytes">Most bytes that one mutant took of the heap.</param>
/// <param name="SlowestMs">Longest time of one mutant.</param>
/// <param name="Faults">One mutant for each different fault.</param>
internal sealed record FuzzReport(long Mutants, long Read, long Refused, int Corpus, int Ways, long MostBytes, double SlowestMs, IReadOnlyList<FoundFault> Faults)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Mutants} mutants, {Read} read, {Refused} refused, {Faults.Count} faults; corpus {Corpus}, {Ways} ways; at most {MostBytes >> 10} KiB and {SlowestMs:F0} ms each");
}

/// <summary>A broken promise with the input that broke it.</summary>
internal sealed record FoundFault(string What, byte[] Input, long Number);

/// <summary>
/// Feeds mutants to a parser and holds it to its promises. With coverage, inputs that take a new way through the code become parents of further
/// mutants; without, all mutants descend from the seeds. Seeded: the same seed gives the same mutants.
/// </summary>
internal sealed class FuzzLoop(FuzzTarget target, int seed = 1, ICoverage? coverage = null)
{
    private const int MostFaults = 20;
    private const int LargestCorpus = 4000;
    private readonly Mutator _mutator = new(target.Words, target.Pieces);
    private readonly Dictionary<string, FoundFault> _faults = new(StringComparer.Ordinal);
    private long _read;
    private long _refused;
    private string? _lastRefusal;
    private long _mostBytes;
    private double _slowestMs;

    /// <summary>The input under test and its number, for a watcher that finds the loop stuck.</summary>
    public (long Number, byte[] Input) Current { get; private set; } = (-1, []);

    /// <summary>Inputs worth mutating.</summary>
    public List<byte[]> Corpus { get; } = [];

    /// <summary>Tries this many mutants, less when the token ends it.</summary>
    public FuzzReport Run(long mutants, IReadOnlyList<byte[]>? found = null, Action<FuzzReport>? progress = null, CancellationToken cancellationToken = default)
    {
        var seeds = target.Seeds();
        foreach (var input in seeds)
        {
            Try(input, -1);
            if (_read == 0)
            {
                throw new FuzzFault($"{target}: a seed isn't read ({_faults.Values.FirstOrDefault()?.What ?? _lastRefusal}); mutants of it prove nothing.");
            }

            _read = 0;
            Corpus.Add(input);
            coverage?.HasNew();
        }

        foreach (var input in found ?? [])
        {
            Try(input, -1);
            if (coverage?.HasNew() is not false)
            {
                Corpus.Add(input);
            }
        }

        (_read, _refused) = (0, 0);
        var number = 0L;
        for (; number < mutants && !cancellationToken.IsCancellationRequested && _faults.Count < MostFaults; number++)
        {
            // HashCode.Combine is another function in each process, and a mutant that fails must fail again.
            var random = new Random(unchecked((int)new SplitMix64(((ulong)(uint)seed << 40) ^ (ulong)number).Next()));
            var input = Mutant(random);
            Try(input, number);
            if (coverage?.HasNew() is true && Corpus.Count < LargestCorpus)
            {
                Corpus.Add(input);
            }

            if (progress is not null && (number + 1) % 100_000 == 0)
            {
                progress(Report(number + 1));
            }
        }

        return Report(number);
    }

    private FuzzReport Report(long number) => new(number, _read, _refused, Corpus.Count, coverage?.Seen ?? 0, _mostBytes, _slowestMs, [.. _faults.Values]);

    private byte[] Mutant(Random random)
    {
        // Young inputs lead on to the next new way more often than old ones.
        var parent = Corpus[random.Next(2) == 0 ? random.Next(Corpus.Count) : Corpus.Count - 1 - random.Next(Math.Min(Corpus.Count, 32))];
        var mutant = target.Restructure is not null && random.Next(3) == 0
            ? target.Restructure(parent, random)
            : _mutator.Mutate(parent, Corpus[random.Next(Corpus.Count)], random);
        mutant = target.Repair is not null && random.Next(4) > 0 ? target.Repair(mutant, random) : mutant;
        return mutant.Length > target.LongestInput ? mutant[..target.LongestInput] : mutant;
    }

    private void Try(byte[] input, long number)
    {
        Current = (number, input);
        coverage?.Clear();
        var began = Stopwatch.GetTimestamp();
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            if (target.Parse(input))
            {
                _read++;
            }
            else
            {
                _refused++;
            }
        }
        catch (LatencyLabException e)
        {
            _refused++;
            _lastRefusal = e.Message;
            if (!target.Kinds.Contains(e.Kind) || (target.NamesPlace && string.IsNullOrEmpty(e.Where)) || e.Message.Length is 0 or > 1100)
            {
                Note(new FuzzFault($"error of kind {e.Kind} at '{e.Where}': {e.Message}"), input, number);
            }
        }
        catch (Exception e)
        {
            Note(e, input, number);
        }

        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        _mostBytes = Math.Max(_mostBytes, bytes);
        _slowestMs = Math.Max(_slowestMs, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        if (bytes > target.MostBytes)
        {
            Note(new FuzzFault($"{bytes} bytes allocated"), input, number);
        }
    }

    private void Note(Exception e, byte[] input, long number)
    {
        // One mutant a place of origin is enough to look at.
        var origin = e.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("LatencyLab.", StringComparison.Ordinal)) ?? "";
        _faults.TryAdd(e.GetType().Name + origin + (e is FuzzFault ? e.Message[..Math.Min(30, e.Message.Length)] : ""), new FoundFault(e.ToString(), input, number));
    }
}
