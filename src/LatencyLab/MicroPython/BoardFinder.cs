using LatencyLab.Links;

namespace LatencyLab.MicroPython;

/// <summary>
/// Finds the boards that selectors mean. Ports are found by what the system says of them; boards by asking. Where two fit, nobody
/// guesses. Only ports with a known USB device are ever opened unasked: a Ctrl-C typed into a stranger's instrument could do harm.
/// </summary>
public static class BoardFinder
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>Opens one board.</summary>
    /// <param name="selector">Which board.</param>
    /// <param name="role">What it is for; decides for <c>auto</c>.</param>
    /// <param name="access">How boards are reached.</param>
    /// <param name="cancellationToken">Ends the search; boards opened so far are left as they were found.</param>
    /// <exception cref="AmbiguousBoardException">Several fit.</exception>
    /// <exception cref="DeviceException">None fits, or the one that fits can't be used.</exception>
    public static async Task<BoardConnection> OpenAsync(DeviceSelector selector, BoardRole role, BoardAccess access, CancellationToken cancellationToken) =>
        await OpenAsync(selector, role, access, taken: [], cancellationToken);

    /// <summary>Opens target and sampler. What is named is opened first; <c>auto</c> takes from the rest.</summary>
    /// <inheritdoc cref="OpenAsync(DeviceSelector, BoardRole, BoardAccess, CancellationToken)"/>
    public static async Task<(BoardConnection Target, BoardConnection Sampler)> OpenRigAsync(
        DeviceSelector target, DeviceSelector sampler, BoardAccess access, CancellationToken cancellationToken)
    {
        if (target.Kind != SelectorKind.Auto || sampler.Kind != SelectorKind.Auto)
        {
            var targetFirst = target.Kind != SelectorKind.Auto;
            var (selector, role) = targetFirst ? (target, BoardRole.Target) : (sampler, BoardRole.Sampler);
            var first = await OpenAsync(selector, role, access, cancellationToken);
            try
            {
                var second = await OpenAsync(targetFirst ? sampler : target, targetFirst ? BoardRole.Sampler : BoardRole.Target, access, [first], cancellationToken);
                return targetFirst ? (first, second) : (second, first);
            }
            catch
            {
                await first.DisposeAsync();
                throw;
            }
        }

        // Both unnamed: every board is asked once, and exactly one RP2 and one other board make a rig.
        var boards = await OpenAllAsync(DeviceSelector.Auto, access, [], cancellationToken);
        var keep = new List<BoardConnection>();
        try
        {
            if (boards.Count == 0)
            {
                throw NoBoard(DeviceSelector.Auto);
            }

            var (samplers, targets) = (boards.Where(IsRp2).ToArray(), boards.Where(b => !IsRp2(b)).ToArray());
            if (samplers.Length > 1 || targets.Length > 1)
            {
                throw samplers.Length > 1 ? SeveralFit(BoardRole.Sampler, samplers) : SeveralFit(BoardRole.Target, targets);
            }

            if (samplers.Length == 0 || targets.Length == 0)
            {
                throw new DeviceException(
                    $"Only one board of a rig is connected: {Candidate(boards[0])}.", null,
                    samplers.Length == 0 ? "Connect a Raspberry Pi Pico with MicroPython as the sampler, or use --sampler." : "Connect the board under test, or use --target.");
            }

            keep.AddRange([targets[0], samplers[0]]);
            return (targets[0], samplers[0]);
        }
        finally
        {
            await CloseAsync(boards.Except(keep));
        }
    }

    private static async Task<BoardConnection> OpenAsync(
        DeviceSelector selector, BoardRole role, BoardAccess access, IReadOnlyList<BoardConnection> taken, CancellationToken cancellationToken)
    {
        if (selector.Kind is SelectorKind.Tcp or SelectorKind.Rfc2217 or SelectorKind.Simulated)
        {
            return await BoardConnection.OpenAsync(selector, role, access, cancellationToken);
        }

        if (selector.Kind == SelectorKind.Path)
        {
            await WaitForAsync(() => access.Wait == TimeSpan.Zero || Path.Exists(selector.Value) || access.ListPorts().Any(selector.Matches), selector, access, cancellationToken);
            return await BoardConnection.OpenAsync(selector, role, access, cancellationToken);
        }

        if (selector.Kind is SelectorKind.UsbSerial or SelectorKind.UsbIds or SelectorKind.Topology)
        {
            var ports = await FindPortsAsync(selector, access, taken, cancellationToken);
            return ports.Count switch
            {
                0 => throw NoBoard(selector),
                1 => await BoardConnection.OpenAsync(ByPath(ports[0]), role, access, cancellationToken),
                _ => throw new AmbiguousBoardException(role, $"Several ports are '{selector.Text}'", [.. ports.Select(p => $"{p.Path} ({p.Topology ?? p.Product})")]),
            };
        }

        var boards = await OpenAllAsync(selector, access, taken, cancellationToken);
        BoardConnection? chosen = null;
        try
        {
            return chosen = Choose(selector, role, boards, taken.Count > 0);
        }
        finally
        {
            await CloseAsync(boards.Where(b => b != chosen));
        }
    }

    private static BoardConnection Choose(DeviceSelector selector, BoardRole role, IReadOnlyList<BoardConnection> boards, bool otherIsTaken)
    {
        var fitting = selector.Kind == SelectorKind.UniqueId
            ? boards.Where(b => b.Identity.UniqueId == selector.Value).ToArray()
            : boards.Where(b => role == BoardRole.Alone || IsRp2(b) == (role == BoardRole.Sampler)).ToArray();
        if (fitting.Length == 0 && selector.Kind == SelectorKind.Auto && role == BoardRole.Target && otherIsTaken)
        {
            // The sampler is known, so a second RP2 can only be the target.
            fitting = [.. boards];
        }

        return fitting.Length switch
        {
            0 => throw NoBoard(selector, boards),
            1 => fitting[0],
            _ => throw SeveralFit(role, fitting),
        };
    }

    private static AmbiguousBoardException SeveralFit(BoardRole role, IReadOnlyList<BoardConnection> boards) =>
        new(role, $"Several boards could be the {(role == BoardRole.Sampler ? "sampler" : "target")}", [.. boards.Select(Candidate)]);

    private static async Task<List<BoardConnection>> OpenAllAsync(DeviceSelector selector, BoardAccess access, IReadOnlyList<BoardConnection> taken, CancellationToken cancellationToken)
    {
        var boards = new List<BoardConnection>();
        var faults = new List<DeviceException>();
        try
        {
            foreach (var port in await FindPortsAsync(selector, access, taken, cancellationToken))
            {
                try
                {
                    boards.Add(await BoardConnection.OpenAsync(ByPath(port), BoardRole.Target, access, cancellationToken));
                }
                catch (DeviceException e)
                {
                    faults.Add(e);
                    access.Say($"{port.Path}: {e.Message}");
                }
            }
        }
        catch
        {
            await CloseAsync(boards);
            throw;
        }

        // With nothing usable the reason matters more than the count.
        return boards.Count == 0 && faults.Count > 0 ? throw faults[0] : boards;
    }

    private static async Task<IReadOnlyList<SerialPortInfo>> FindPortsAsync(DeviceSelector selector, BoardAccess access, IReadOnlyList<BoardConnection> taken, CancellationToken cancellationToken)
    {
        var takenPaths = taken.Select(b => PortHolder.ResolveLinks(b.Name)).ToHashSet(StringComparer.Ordinal);
        IReadOnlyList<SerialPortInfo> ports = [];
        await WaitForAsync(
            () =>
            {
                ports = [.. access.ListPorts().Where(p => selector.Matches(p) && !takenPaths.Contains(PortHolder.ResolveLinks(p.Path)))];
                return ports.Count > 0;
            },
            selector, access, cancellationToken);
        return ports;
    }

    private static async Task WaitForAsync(Func<bool> found, DeviceSelector selector, BoardAccess access, CancellationToken cancellationToken)
    {
        var clock = access.Limits.Clock;
        var began = clock.GetTimestamp();
        var said = false;
        while (!found() && clock.GetElapsedTime(began) < access.Wait)
        {
            if (!said)
            {
                access.Say($"Waiting for {selector.Text} …");
                said = true;
            }

            await Task.Delay(PollInterval, clock, cancellationToken);
        }
    }

    private static DeviceSelector ByPath(SerialPortInfo port) => new(SelectorKind.Path, port.Path, port.Path);

    private static bool IsRp2(BoardConnection board) => board.Identity.Chip?.StartsWith("rp2", StringComparison.Ordinal) is true;

    private static string Candidate(BoardConnection board) => $"{board.Name} ({board.Description})";

    private static DeviceException NoBoard(DeviceSelector selector, IReadOnlyList<BoardConnection>? others = null) =>
        new(
            selector.Kind == SelectorKind.Auto && others is not { Count: > 0 } ? "No board is connected." : $"No connected board is '{selector.Text}'.",
            others is { Count: > 0 } ? string.Join("; ", others.Select(Candidate)) : null,
            "Connect it, or wait for it with --wait 30s; 'latencylab devices' lists the ports, and --rig sim needs no board.");

    private static async Task CloseAsync(IEnumerable<BoardConnection> boards)
    {
        foreach (var board in boards)
        {
            await board.DisposeAsync();
        }
    }
}
