using System.Buffers.Binary;
using System.IO.Hashing;

namespace LatencyLab.Samplers;

/// <summary>Where decoded frames go.</summary>
public interface IFrameSink
{
    /// <summary>One undamaged frame; the payload is only valid during the call.</summary>
    void Frame(FrameHeader header, ReadOnlySpan<byte> payload);

    /// <summary>Bytes between frames: talk of the interpreter, or the remains of a damaged frame.</summary>
    void Stray(ReadOnlySpan<byte> bytes);
}

/// <summary>
/// Bytes to frames, resumable at any byte. It looks for the magic, believes a frame only with its CRC, and otherwise goes on one byte later,
/// so that a damaged length never swallows good frames. Memory: two frames.
/// </summary>
public sealed class FrameDecoder(IFrameSink sink)
{
    private readonly byte[] _partial = new byte[FrameFormat.MaxFrameBytes];
    private int _partialBytes;

    /// <summary>Decodes what has come; returns how many bytes were used, which is fewer than given only when an END frame ended the stream.</summary>
    public int Feed(ReadOnlySpan<byte> bytes)
    {
        var used = 0;
        while (_partialBytes > 0 && used < bytes.Length && !Ended)
        {
            used += FeedPartial(bytes[used..]);
        }

        if (Ended || _partialBytes > 0)
        {
            return used;
        }

        used += Decode(bytes[used..]);
        if (!Ended)
        {
            var rest = bytes[used..];
            rest.CopyTo(_partial);
            _partialBytes = rest.Length;
            used = bytes.Length;
        }

        return used;
    }

    /// <summary>True after an END frame: what follows belongs to the raw REPL.</summary>
    public bool Ended { get; private set; }

    /// <summary>Tops up the partial frame; returns how many of the new bytes were used.</summary>
    private int FeedPartial(ReadOnlySpan<byte> bytes)
    {
        var before = _partialBytes;
        var take = Math.Min(bytes.Length, _partial.Length - before);
        bytes[..take].CopyTo(_partial.AsSpan(before));
        var decoded = Decode(_partial.AsSpan(0, before + take));
        if (decoded >= before)
        {
            _partialBytes = 0;
            return decoded - before;
        }

        // Nothing of the new bytes was used up: keep the rest and all of them.
        _partial.AsSpan(decoded, before + take - decoded).CopyTo(_partial);
        _partialBytes = before + take - decoded;
        return take;
    }

    /// <summary>Decodes whole frames; returns the index of the first byte that has to wait for more.</summary>
    private int Decode(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            var rest = bytes[at..];
            var magic = FindMagic(rest);
            if (magic > 0)
            {
                sink.Stray(rest[..magic]);
                at += magic;
                continue;
            }

            if (rest.Length < FrameFormat.HeaderBytes)
            {
                return at;
            }

            var state = Examine(rest, out var length);
            if (state == Whole.NotYet)
            {
                // A damaged length may promise bytes that never come: a good frame inside what is waited for unmasks it.
                var inside = FindWholeFrame(rest);
                if (inside < 0)
                {
                    return at;
                }

                sink.Stray(rest[..inside]);
                at += inside;
                continue;
            }

            if (state == Whole.Never)
            {
                sink.Stray(rest[..1]);
                at++;
                continue;
            }

            var header = new FrameHeader(
                (FrameType)rest[4], rest[5], BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]), BinaryPrimitives.ReadUInt32LittleEndian(rest[12..]));
            sink.Frame(header, rest.Slice(FrameFormat.HeaderBytes, length));
            at += FrameFormat.HeaderBytes + length + FrameFormat.CrcBytes;
            if (header.Type == FrameType.End)
            {
                Ended = true;
                return at;
            }
        }

        return at;
    }

    private enum Whole
    {
        NotYet,
        Never,
        Now,
    }

    /// <summary>Whether a frame begins here.</summary>
    private static Whole Examine(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (bytes.Length < FrameFormat.HeaderBytes)
        {
            return Whole.NotYet;
        }

        length = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]);
        if (length > FrameFormat.MaxPayloadBytes)
        {
            return Whole.Never;
        }

        var crcAt = FrameFormat.HeaderBytes + length;
        if (bytes.Length < crcAt + FrameFormat.CrcBytes)
        {
            return Whole.NotYet;
        }

        return Crc32.HashToUInt32(bytes[4..crcAt]) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[crcAt..]) ? Whole.Now : Whole.Never;
    }

    /// <summary>Index of the first whole frame behind the first byte; -1 when there is none.</summary>
    private static int FindWholeFrame(ReadOnlySpan<byte> bytes)
    {
        for (var at = 1; at < bytes.Length; at++)
        {
            var next = bytes[at..].IndexOf(FrameFormat.Magic);
            if (next < 0)
            {
                return -1;
            }

            at += next;
            if (Examine(bytes[at..], out _) == Whole.Now)
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>Index of the magic or of its beginning at the very end; the length when there is none.</summary>
    private static int FindMagic(ReadOnlySpan<byte> bytes)
    {
        var magic = FrameFormat.Magic;
        var at = bytes.IndexOf(magic);
        if (at >= 0)
        {
            return at;
        }

        for (var keep = Math.Min(magic.Length - 1, bytes.Length); keep > 0; keep--)
        {
            if (bytes[^keep..].SequenceEqual(magic[..keep]))
            {
                return bytes.Length - keep;
            }
        }

        return bytes.Length;
    }
}
