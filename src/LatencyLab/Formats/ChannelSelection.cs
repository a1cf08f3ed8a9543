using LatencyLab.Signals;

namespace LatencyLab.Formats;

/// <summary>A channel that is decoded.</summary>
/// <param name="Source">Its index among the file's channels.</param>
/// <param name="Name">What it is called from here on.</param>
internal sealed record ChosenChannel(int Source, string Name);

/// <summary>Which of a file's channels are decoded, and what they are called afterwards.</summary>
internal static class ChannelSelection
{
    /// <summary>Indices into <paramref name="names"/> in the file's order, with the name that each channel gets.</summary>
    /// <exception cref="LatencyLabException">A wanted or renamed channel isn't there, or its name isn't unique.</exception>
    public static IReadOnlyList<ChosenChannel> Resolve(IReadOnlyList<string> names, ReadOptions options, string path)
    {
        foreach (var old in options.Renames.Keys)
        {
            RequireOne(names, old, path, "--map");
        }

        var renamed = names.Select(n => options.Renames.GetValueOrDefault(n, n)).ToArray();
        foreach (var name in options.Renames.Values)
        {
            if (renamed.Count(n => n == name) > 1)
            {
                throw new LatencyLabException(
                    FaultKind.Usage, $"Two channels would both be called '{name}': the file has one of that name already.", $"{path}, --map", "Give each a name of its own.");
            }
        }

        if (options.Channels is not { } wanted)
        {
            return [.. renamed.Select((name, index) => new ChosenChannel(index, name))];
        }

        var chosen = new bool[renamed.Length];
        foreach (var name in wanted)
        {
            var byNewName = renamed.Count(n => n == name);
            chosen[byNewName == 1 ? Array.IndexOf(renamed, name) : RequireOne(byNewName > 1 ? renamed : names, name, path, null)] = true;
        }

        return [.. renamed.Select((name, index) => new ChosenChannel(index, name)).Where(c => chosen[c.Source])];
    }

    /// <summary>The channels of a header, numbered from 0 in the order of the selection.</summary>
    public static Channel[] ToChannels(IReadOnlyList<ChosenChannel> selection, Func<int, bool?> initialLevelOfSource) =>
        [.. selection.Select((s, index) => new Channel(index, s.Name, initialLevelOfSource(s.Source)))];

    private static int RequireOne(IReadOnlyList<string> names, string name, string path, string? option)
    {
        var count = names.Count(n => n == name);
        if (count == 1)
        {
            return names.Index().First(n => n.Item == name).Index;
        }

        var shown = string.Join(", ", names.Take(64).Select(n => $"'{n}'")) + (names.Count > 64 ? ", …" : "");
        throw new LatencyLabException(
            FaultKind.Usage,
            count == 0 ? $"There is no channel '{name}'." : $"{count} channels are called '{name}'.",
            option is null ? path : $"{path}, {option}",
            $"Choose from {shown}.");
    }
}
