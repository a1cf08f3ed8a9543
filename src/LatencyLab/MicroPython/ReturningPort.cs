using LatencyLab.Links;

namespace LatencyLab.MicroPython;

/// <summary>
/// A serial port that may go and come back: a board with USB of its own takes its port with it when it is reset, and gets it back after a second or two, often under
/// another name. It is known again by its USB ids and serial number, or by its socket.
/// </summary>
internal sealed class ReturningPort
{
    private static readonly TimeSpan ReturnWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);

    private readonly DeviceSelector _selector;
    private readonly BoardRole _role;
    private readonly BoardAccess _access;
    private readonly SerialPortInfo? _known;

    private ReturningPort(DeviceSelector selector, BoardRole role, BoardAccess access)
    {
        (_selector, _role, _access) = (selector, role, access);
        _known = access.ListPorts().FirstOrDefault(selector.Matches);
    }

    /// <summary>A port as it is before it is opened.</summary>
    public static ReturningPort Of(DeviceSelector selector, BoardRole role, BoardAccess access) => new(selector, role, access);

    /// <summary>Waits for the port and opens it once more.</summary>
    /// <exception cref="DeviceException">It doesn't come back in time (<paramref name="loss"/>), or what came back can't be used.</exception>
    public async Task<BoardConnection> OpenAgainAsync(DeviceException loss, CancellationToken cancellationToken)
    {
        var clock = _access.Limits.Clock;
        var began = clock.GetTimestamp();
        while (clock.GetElapsedTime(began) < _access.Limits.Of(ReturnWait))
        {
            // Its old node may stand for a moment longer than the device behind it.
            await Task.Delay(LookAgain, clock, cancellationToken);
            if (Find() is not { } back)
            {
                continue;
            }

            try
            {
                var board = await BoardConnection.OpenAsync(back, _role, _access, this, cancellationToken);
                _access.Say($"{_selector.Text} was reset while it was opened{(back.Value == _selector.Value ? "" : $", and is {back.Value} now")}.");
                return board;
            }
            catch (DeviceException e) when (e.LinkIsLost || !IsThere(back))
            {
                // Not yet.
            }
        }

        throw loss;
    }

    private DeviceSelector? Find()
    {
        if (_known?.UsbIds is null)
        {
            return Path.Exists(_selector.Value) ? _selector : null;
        }

        var back = _access.ListPorts().Where(IsKnown).ToArray();
        return back.Length == 1 ? new DeviceSelector(SelectorKind.Path, back[0].Path, back[0].Path) : null;
    }

    private bool IsKnown(SerialPortInfo port) => port.UsbIds == _known!.UsbIds
        && (_known.SerialNumber is { } serial ? port.SerialNumber == serial : _known.Topology is { } socket ? port.Topology == socket : port.Path == _known.Path);

    private bool IsThere(DeviceSelector port) => _known?.UsbIds is null ? Path.Exists(port.Value) : _access.ListPorts().Any(port.Matches);
}
