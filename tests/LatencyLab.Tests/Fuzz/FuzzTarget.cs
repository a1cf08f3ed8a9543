namespace LatencyLab.Tests.Fuzz;

/// <summary>A parser of bytes from outside, and what a fuzzer has to know to get deep into it.</summary>
/// <param name="Name">What the command line of the harness calls it.</param>
/// <param name="Seeds">Valid inputs, all of which must be read; small, so that mutants are fast.</param>
/// <param name="Parse">
/// Parses an input and checks what it can about the outcome. A refusal is a <see cref="LatencyLabException"/>, or false where the parser has no
/// exceptions; a broken promise is a <see cref="FuzzFault"/>; any other exception is a fault too.
/// </param>
internal sealed record FuzzTarget(string Name, Func<IReadOnlyList<byte[]>> Seeds, Func<byte[], bool> Parse)
{
    /// <summary>Puts lengths and checksums right after damage, so that it gets past the first check.</summary>
    public Func<byte[], Random, byte[]>? Repair { get; init; }

    /// <summary>A change that keeps the outer structure whole: of a member of an archive, a field of a record.</summary>
    public Func<byte[], Random, byte[]>? Restructure { get; init; }

    /// <summary>Where a new piece begins: mutants lose, double and exchange whole pieces. Lines by default.</summary>
    public Func<byte[], List<int>> Pieces { get; init; } = ByteStructure.Lines;

    /// <summary>Words of the format.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Kinds of errors that this parser may end in.</summary>
    public IReadOnlyList<FaultKind> Kinds { get; init; } = [FaultKind.Storage, FaultKind.Usage];

    /// <summary>True where each error has to name a place.</summary>
    public bool NamesPlace { get; init; } = true;

    /// <summary>Longer mutants are cut.</summary>
    public int LongestInput { get; init; } = 4096;

    /// <summary>A reader that believes a lying count would take gigabytes at once. Of the parsing thread alone: others may run beside.</summary>
    public long MostBytes { get; init; } = 32 << 20;

    public override string ToString() => Name;
}

/// <summary>A promise that a parser didn't keep.</summary>
internal sealed class FuzzFault(string what) : Exception(what);

/// <summary>Which ways through the code an input took; the loop keeps inputs that took new ones.</summary>
internal interface ICoverage
{
    /// <summary>Forgets the ways of the last input.</summary>
    void Clear();

    /// <summary>True where the last input took a way that none took before.</summary>
    bool HasNew();

    /// <summary>Different ways seen.</summary>
    int Seen { get; }
}
