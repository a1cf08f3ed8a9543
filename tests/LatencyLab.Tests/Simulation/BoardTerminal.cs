using System.Text;
using LatencyLab.Links;
using LatencyLab.Simulation;

namespace LatencyLab.Tests.Simulation;

/// <summary>A client that types bytes and reads everything that comes until the board is quiet. Latin-1: one character a byte.</summary>
internal sealed class BoardTerminal(SimulatedBoard board, int bufferBytes = 1 << 16) : IAsyncDisposable
{
    private readonly ILink _link = board.Open();

    public async Task<string> TypeAsync(string bytes)
    {
        await _link.WriteAsync(Encoding.Latin1.GetBytes(bytes), TestContext.Current.CancellationToken);
        return await ReadAsync();
    }

    public async Task TypeWithoutReadingAsync(string bytes) =>
        await _link.WriteAsync(Encoding.Latin1.GetBytes(bytes), TestContext.Current.CancellationToken);

    /// <summary>What the last read had got when it failed.</summary>
    public byte[] SoFar { get; private set; } = [];

    /// <summary>What the board says until it has nothing more to say.</summary>
    public async Task<string> ReadAsync() => Encoding.Latin1.GetString(await ReadBytesAsync(int.MaxValue));

    /// <summary>What the board says next, until it is quiet or about so many bytes are there.</summary>
    public async Task<byte[]> ReadBytesAsync(int enough)
    {
        using var said = new MemoryStream();
        var buffer = new byte[bufferBytes];
        while (said.Length < enough)
        {
            using var quiet = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            var read = _link.ReadAsync(buffer, quiet.Token).AsTask();
            if (!read.IsCompleted)
            {
                // The board runs on its reader's thread: a read that isn't done at once waits for input.
                await quiet.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
                break;
            }

            SoFar = said.ToArray();
            said.Write(buffer, 0, await read);
        }

        return said.ToArray();
    }

    public ValueTask DisposeAsync() => _link.DisposeAsync();
}
