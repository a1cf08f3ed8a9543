using LatencyLab.Links;

namespace LatencyLab.MicroPython;

/// <summary>
/// A board that is open, in the raw REPL, known by name and locked against other processes. Disposing leaves it as it was found: its
/// friendly REPL, or its main.py started again if opening had stopped that.
/// </summary>
public sealed class BoardConnection : IAsyncDisposable
{
    private readonly List<BoardLock> _locks;
    private readonly ReturningPort? _port;

    private BoardConnection(ILink link, RawRepl repl, BoardIdentity identity, List<BoardLock> locks, ReturningPort? port)
    {
        _port = port;
        Link = link;
        Repl = repl;
        Identity = identity;
        _locks = locks;
    }

    /// <summary>What the user calls it: the port path, tcp://host:port or sim:esp32.</summary>
    public string Name => Link.Name;

    public ILink Link { get; }

    public RawRepl Repl { get; }

    public BoardIdentity Identity { get; }

    /// <summary>"Raspberry Pi Pico with RP2040, MicroPython 1.28.0, uid e66…", for messages.</summary>
    public string Description => $"{Identity.Machine}, MicroPython {Identity.Version}{(Identity.UniqueId is { } uid ? $", uid {uid}" : "")}";

    /// <summary>
    /// Opens what a selector names exactly: a path, a network address or a simulated board. A board whose USB is its own and that vanishes while it is opened, since
    /// opening or interrupting it has reset it, is opened once more when it is back, under whatever name it has then.
    /// </summary>
    /// <exception cref="DeviceException">The board is missing, busy, forbidden, silent, or runs no MicroPython.</exception>
    public static async Task<BoardConnection> OpenAsync(DeviceSelector selector, BoardRole role, BoardAccess access, CancellationToken cancellationToken)
    {
        var port = selector.Kind == SelectorKind.Path ? ReturningPort.Of(selector, role, access) : null;
        try
        {
            return await OpenAsync(selector, role, access, port, cancellationToken);
        }
        catch (DeviceException e) when (e.LinkIsLost && port is not null)
        {
            return await port.OpenAgainAsync(e, cancellationToken);
        }
    }

    /// <summary>Opens the board again after a soft reset that has taken its USB device away with it; this connection is closed.</summary>
    /// <param name="loss">How the link was lost; thrown where this board's link doesn't come back.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="DeviceException">It doesn't come back.</exception>
    public async Task<BoardConnection> ReopenAsync(DeviceException loss, CancellationToken cancellationToken)
    {
        if (_port is null)
        {
            throw loss;
        }

        await DisposeAsync();
        var again = await _port.OpenAgainAsync(loss, cancellationToken);
        if (again.Identity.UniqueId == Identity.UniqueId)
        {
            return again;
        }

        await again.DisposeAsync();
        throw loss;
    }

    internal static async Task<BoardConnection> OpenAsync(DeviceSelector selector, BoardRole role, BoardAccess access, ReturningPort? port, CancellationToken cancellationToken)
    {
        var locks = new List<BoardLock>();
        ILink? link = null;
        RawRepl? repl = null;
        try
        {
            var isSimulated = selector.Kind == SelectorKind.Simulated;
            if (!isSimulated)
            {
                // Before the board's id is known: asking would already disturb a measurement that runs on it.
                locks.Add(BoardLock.Take("port " + PortKey(selector), selector.Text, access.LockFolder));
            }

            link = await OpenLinkAsync(selector, role, access, cancellationToken);
            repl = await RawRepl.EnterAsync(link, access.Limits, cancellationToken);
            if (repl.Interrupted is { File: { } file })
            {
                access.Say($"{link.Name}: {file} was running and is stopped; it is started again at the end.");
            }

            var identity = await BoardIdentity.ReadAsync(repl, cancellationToken);
            if (!isSimulated && identity.UniqueId is { } uid)
            {
                locks.Add(BoardLock.Take("uid " + uid, selector.Text, access.LockFolder));
            }

            return new BoardConnection(link, repl, identity, locks, port);
        }
        catch
        {
            await CloseAsync(link, repl, locks);
            throw;
        }
    }

    /// <summary>Opens the byte stream alone, for devices that speak something other than MicroPython.</summary>
    /// <exception cref="DeviceException">The device is missing, busy or forbidden.</exception>
    public static async Task<ILink> OpenLinkAsync(DeviceSelector selector, BoardRole role, BoardAccess access, CancellationToken cancellationToken)
    {
        switch (selector.Kind)
        {
            case SelectorKind.Path:
                return access.OpenPort(selector.Value);
            case SelectorKind.Tcp:
                return await TcpLink.ConnectAsync(selector.Host, selector.Port, cancellationToken);
            case SelectorKind.Rfc2217:
                var link = await Rfc2217Link.ConnectAsync(selector.Host, selector.Port, SerialLink.DefaultBaud, access.Limits, cancellationToken);
                foreach (var warning in link.Warnings)
                {
                    access.Say(warning);
                }

                return link;
            case SelectorKind.Simulated when access.OpenSimulated is { } open:
                return await open(selector.Value, role, cancellationToken);
            default:
                throw new LatencyLabException(FaultKind.Usage, $"'{selector.Text}' doesn't name one device here.", null, "Give the port's path; 'latencylab devices' lists them.");
        }
    }

    /// <summary>Opens the byte stream alone and keeps other LatencyLab processes off the port until it is disposed of.</summary>
    /// <exception cref="DeviceException">The device is missing, busy or forbidden.</exception>
    public static async Task<ILink> OpenLockedLinkAsync(DeviceSelector selector, BoardAccess access, CancellationToken cancellationToken)
    {
        var exact = selector.Kind is SelectorKind.UsbSerial or SelectorKind.UsbIds or SelectorKind.Topology && access.ListPorts().Where(selector.Matches).ToArray() is [var port]
            ? DeviceSelector.Parse(port.Path)
            : selector;
        var taken = BoardLock.Take("port " + PortKey(exact), selector.Text, access.LockFolder);
        try
        {
            return new LockedLink(await OpenLinkAsync(exact, BoardRole.Sampler, access, cancellationToken), taken);
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync(Link, Repl, _locks);

    private static string PortKey(DeviceSelector selector) =>
        selector.Kind == SelectorKind.Path ? PortHolder.ResolveLinks(selector.Value) : $"{selector.Host}:{selector.Port}";

    private static async Task CloseAsync(ILink? link, RawRepl? repl, List<BoardLock> locks)
    {
        if (repl is not null)
        {
            await repl.DisposeAsync();
        }

        if (link is not null)
        {
            await link.DisposeAsync();
        }

        foreach (var taken in locks)
        {
            taken.Dispose();
        }
    }
}
