using System.IO.Compression;
using System.IO.Hashing;

namespace LatencyLab.Formats;

/// <summary>The unpacked bytes of one ZIP member, in order. Length and CRC-32 are checked: what comes out is what was put in, or an error.</summary>
internal sealed class ZipMemberReader : IDisposable
{
    private readonly InputFile _file;
    private readonly ZipMember _member;
    private readonly long _dataOffset;
    private readonly Stream _stream;
    private readonly Crc32 _crc = new();
    private long _position;

    public ZipMemberReader(InputFile file, ZipMember member)
    {
        _file = file;
        _member = member;
        _dataOffset = ZipDirectory.DataOffset(file, member);
        var packed = new InputFileStream(file, _dataOffset, member.PackedLength);
        _stream = member.Deflated ? new DeflateStream(packed, CompressionMode.Decompress) : packed;
    }

    /// <summary>All of a small member.</summary>
    public static byte[] ReadAll(InputFile file, ZipMember member, int maxLength)
    {
        if (member.Length > maxLength)
        {
            throw file.Fault($"The member '{member.Name}' has {member.Length} bytes; at most {maxLength} make sense.", member.HeaderOffset);
        }

        using var reader = new ZipMemberReader(file, member);
        var bytes = new byte[member.Length];
        reader.Fill(bytes);
        return bytes;
    }

    /// <summary>Fills the buffer; fewer bytes only at the end of the member, whose length and checksum are then known to be right.</summary>
    public int Fill(Span<byte> buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, _member.Length - _position);
        var filled = 0;
        try
        {
            while (filled < wanted)
            {
                var count = _stream.Read(buffer[filled..wanted]);
                if (count == 0)
                {
                    throw Damaged($"holds {_position + filled} bytes where {_member.Length} were promised");
                }

                filled += count;
            }

            _crc.Append(buffer[..filled]);
            _position += filled;
            if (_position == _member.Length)
            {
                RequireEnd();
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Damaged("can't be inflated", e);
        }

        return filled;
    }

    public void Dispose() => _stream.Dispose();

    private void RequireEnd()
    {
        Span<byte> surplus = stackalloc byte[1];
        if (_stream.Read(surplus) != 0)
        {
            throw Damaged($"holds more than the {_member.Length} bytes that were promised");
        }

        if (_crc.GetCurrentHashAsUInt32() != _member.Crc)
        {
            throw Damaged("doesn't match its checksum");
        }
    }

    private CaptureFormatException Damaged(string how, Exception? inner = null) =>
        _file.Fault($"The member '{_member.Name}' {how}.", _dataOffset, "The file is damaged: copy or export it again.", inner);
}
