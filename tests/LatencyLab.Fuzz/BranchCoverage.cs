using System.Numerics;
using System.Runtime.InteropServices;
using LatencyLab.Tests.Fuzz;
using SharpFuzz.Common;

namespace LatencyLab.Fuzz;

/// <summary>AFL's map of branches: how often each was taken, in classes of 1, 2, 3, 4-7, 8-15 and so on.</summary>
internal sealed unsafe class BranchCoverage : ICoverage
{
    private const int Size = 1 << 16;
    private static readonly byte[] Classes = [.. Enumerable.Range(0, 256).Select(ClassOf)];
    private readonly byte* _counts = (byte*)NativeMemory.AllocZeroed(Size);
    private readonly byte[] _seen = new byte[Size];

    public BranchCoverage() => Trace.SharedMem = _counts;

    public int Seen { get; private set; }

    public void Clear()
    {
        new Span<byte>(_counts, Size).Clear();
        Trace.PrevLocation = 0;
    }

    public bool HasNew()
    {
        var isNew = false;
        var words = new ReadOnlySpan<ulong>(_counts, Size / 8);
        for (var word = words.IndexOfAnyExcept(0ul); word >= 0;)
        {
            for (var at = word * 8; at < (word * 8) + 8; at++)
            {
                var taken = Classes[_counts[at]];
                if ((taken & ~_seen[at]) != 0)
                {
                    isNew = true;
                    Seen += BitOperations.PopCount((uint)(taken & ~_seen[at]));
                    _seen[at] |= taken;
                }
            }

            var next = words[(word + 1)..].IndexOfAnyExcept(0ul);
            word = next < 0 ? -1 : word + 1 + next;
        }

        return isNew;
    }

    private static byte ClassOf(int count) => count switch
    {
        0 => 0, 1 => 1, 2 => 2, 3 => 4, < 8 => 8, < 16 => 16, < 32 => 32, < 128 => 64, _ => 128,
    };
}
