namespace LatencyLab;

/// <summary>What kind of trouble ended the work; the command line maps each kind to one exit code.</summary>
public enum FaultKind
{
    /// <summary>An option, pin, channel, configuration or expression that can't be used.</summary>
    Usage,
    /// <summary>A board is missing, busy, not permitted, or not what was expected.</summary>
    Device,
    /// <summary>The measurement took place but its result can't be believed.</summary>
    Measurement,
    /// <summary>A limit that the user set is broken.</summary>
    Gate,
    /// <summary>A limit that the user set can't be decided with these data.</summary>
    GateInconclusive,
    /// <summary>A file or folder can't be read or written, or its content is damaged.</summary>
    Storage,
}

/// <summary>
/// The one root of everything that goes wrong without being a bug in LatencyLab: it says what happened, where, and what to try.
/// Any other exception type is a bug and keeps its stack.
/// </summary>
public class LatencyLabException(FaultKind kind, string what, string? where = null, string? @try = null, Exception? inner = null)
    : Exception(Short(what), inner)
{
    // Some messages quote what was read, and a property name of a damaged document can be as long as the document.
    private const int LongestMessage = 1000;

    public FaultKind Kind { get; } = kind;

    /// <summary>File and position, port, option or pin; null where the message names it already.</summary>
    public string? Where { get; } = where;

    /// <summary>A remedy as an imperative sentence; null where there is none to give.</summary>
    public string? Try { get; } = @try;

    private static string Short(string what) => what.Length <= LongestMessage ? what : string.Concat(what.AsSpan(0, LongestMessage / 2), " … ", what.AsSpan(what.Length - (LongestMessage / 2)));
}

/// <summary>A file, or a stream of bytes in a file format, that can't be read as what it claims to be.</summary>
public sealed class CaptureFormatException(string what, string file, long? byteOffset = null, string? @try = null, Exception? inner = null)
    : LatencyLabException(FaultKind.Storage, what, byteOffset is { } at ? $"{file}, byte {at}" : file, @try, inner)
{
    /// <summary>Offset of the first byte that doesn't fit, where it is known.</summary>
    public long? ByteOffset { get; } = byteOffset;
}

/// <summary>A board or its link failed: gone, silent, busy, or speaking another protocol.</summary>
public sealed class DeviceException(string what, string? where = null, string? @try = null, Exception? inner = null)
    : LatencyLabException(FaultKind.Device, what, where, @try, inner)
{
    /// <summary>True where the link itself broke: unplugged, closed from the other end, or a USB device that was reset.</summary>
    public bool LinkIsLost { get; init; }
}
