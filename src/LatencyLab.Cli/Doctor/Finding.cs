namespace LatencyLab.Cli.Doctor;

/// <summary>How bad a finding is.</summary>
internal enum Health
{
    Good,
    Note,
    Bad,
}

/// <summary>One thing that <c>latencylab doctor</c> has looked at.</summary>
/// <param name="Subject">What was looked at, in a word or two.</param>
/// <param name="Health">How bad it is.</param>
/// <param name="What">What was found.</param>
/// <param name="Try">What to do about it; null when nothing need be done.</param>
internal sealed record Finding(string Subject, Health Health, string What, string? Try = null);
