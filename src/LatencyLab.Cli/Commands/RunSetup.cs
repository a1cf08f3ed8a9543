using LatencyLab.Cli.Devices;

namespace LatencyLab.Cli.Commands;

/// <summary>What a target or a sampler has no use for. A user who gives such an option expects something of it, and would read the numbers as if it had been done.</summary>
internal static class RunSetup
{
    private static readonly HashSet<string> OfScript = ["--handler", "--script", "--idle", "--load", "--cpu-freq"];

    private static readonly HashSet<string> OfStimuli = ["--pin", "--response-pin", "--gap", "--burst", "--burst-gap", "--seed", "--force-pin"];

    /// <summary>Refuses options that were given and mean nothing to this target and sampler.</summary>
    /// <exception cref="LatencyLabException">There is one (kind usage).</exception>
    public static RunRequest Suited(this RunRequest request)
    {
        if (!request.FreeRunning)
        {
            return request;
        }

        foreach (var option in request.GivenOptions.Where(OfScript.Contains))
        {
            throw Refuse("With --target none nothing of LatencyLab's runs on the target", option, "name the board under test with --target");
        }

        if (request.Sampler is { } text && SamplerSelection.Parse(text) is { OnlyListens: true } listener)
        {
            RefuseOfStimuli(request, listener.Kind);
        }

        return request;
    }

    private static void RefuseOfStimuli(RunRequest request, string kind)
    {
        foreach (var option in request.GivenOptions.Where(OfStimuli.Contains))
        {
            throw Refuse($"A {kind} sampler only listens, and the stimuli come from elsewhere", option, "use a Pico as the sampler");
        }

        if (request.Rig is not null)
        {
            throw Refuse($"A {kind} sampler is named, which is no part of that rig", "--rig", "leave out --sampler");
        }

        if (request.Wait is not null)
        {
            throw Refuse($"A {kind} sampler is opened at once", "--wait", "use a Pico as the sampler");
        }

        if (request.Edge is not null && request.GivenOptions.Contains("--irq"))
        {
            throw Refuse("With --edge the edges of both sides are named", "--irq", "leave out --edge");
        }
    }

    private static LatencyLabException Refuse(string why, string option, string otherwise) =>
        new(FaultKind.Usage, $"{why}: {option} would do nothing.", option, $"Leave {option} out, or {otherwise}.");
}
