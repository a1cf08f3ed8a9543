using System.Globalization;
using System.Text;

namespace LatencyLab.Cli;

/// <summary>
/// A way out that may be full, closed or taken away. A result that can't be written is a fault of storage, as in any file; talk that can't be written is left
/// unsaid, since no measurement shall end for want of words.
/// </summary>
/// <param name="inner">The way out.</param>
/// <param name="name">What it is called where it carries the result; null for talk.</param>
internal sealed class GuardedWriter(TextWriter inner, string? name) : TextWriter(CultureInfo.InvariantCulture)
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Guard(() => inner.Write(value));

    public override void Write(string? value) => Guard(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Guard(() => inner.Write(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    // The line end of the way out, not of this system: a caller's writer decides.
    public override void WriteLine() => Guard(inner.WriteLine);

    public override void WriteLine(string? value) => Guard(() => inner.WriteLine(value));

    public override void Flush() => Guard(inner.Flush);

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            if (name is not null)
            {
                throw new LatencyLabException(FaultKind.Storage, $"The result can't be written: {e.Message}", name, "Make room, or send it elsewhere; the files of a run are kept.", e);
            }
        }
    }
}
