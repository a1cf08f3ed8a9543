using System.Buffers.Binary;
using LatencyLab.Tests.MicroPython;

namespace LatencyLab.Tests.Fuzz;

/// <summary>
/// What a board says, as bytes that can be mutated: for each answer, after how many bytes of the host it comes (u16), its length (u16) and the
/// answer. Any bytes are some conversation: a length that leads outside is cut.
/// </summary>
internal sealed class ReplAnswers
{
    private readonly List<(int After, byte[] Bytes)> _answers = [];

    public ReplAnswers()
    {
    }

    public ReplAnswers(byte[] bytes)
    {
        foreach (var at in Starts(bytes))
        {
            var length = Length(bytes, at);
            _answers.Add((BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at)), bytes[(at + 4)..(at + 4 + length)]));
        }
    }

    /// <summary>Where each answer begins.</summary>
    public static List<int> Starts(byte[] bytes)
    {
        var starts = new List<int>();
        for (var at = 0; at + 4 <= bytes.Length; at += 4 + Length(bytes, at))
        {
            starts.Add(at);
        }

        return starts;
    }

    public byte[] Note(int after, byte[] answer)
    {
        _answers.Add((after, answer));
        return answer;
    }

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        Span<byte> head = stackalloc byte[4];
        foreach (var (after, answer) in _answers)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(head, (ushort)after);
            BinaryPrimitives.WriteUInt16LittleEndian(head[2..], (ushort)answer.Length);
            bytes.Write(head);
            bytes.Write(answer);
        }

        return bytes.ToArray();
    }

    /// <summary>The board answers when the host has sent enough; then it is silent, or gone where the last answer is empty.</summary>
    public void PlayInto(VirtualLink link)
    {
        var next = 0;
        link.OnByte = _ =>
        {
            while (next < _answers.Count && _answers[next].After <= link.Sent.Count)
            {
                Say();
            }
        };
        link.OnIdle = () => link.Unplugged = next == _answers.Count && _answers is [.., { Bytes.Length: 0 }];

        void Say() => link.Answer(_answers[next++].Bytes, TimeSpan.FromMilliseconds(1));
    }

    private static int Length(byte[] bytes, int at) => Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at + 2)), bytes.Length - at - 4);
}
