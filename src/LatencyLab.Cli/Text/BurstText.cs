using System.Globalization;
using LatencyLab.Runs.Documents;
using LatencyLab.Units;

namespace LatencyLab.Cli.Text;

/// <summary>What trains of stimuli say, as text.</summary>
internal static class BurstText
{
    /// <summary>How many trains, how many answers they got, and how many interrupts can wait.</summary>
    public static void Write(TextWriter writer, BurstDocument burst, PlanDocument plan)
    {
        var excluded = burst.ExcludedTrains > 0 ? $", {burst.ExcludedTrains} excluded" : "";
        writer.WriteLine($"trains of {burst.TrainLength}, pulses and gaps of {UnitText.Time(plan.BurstGapNs ?? 0)}: {burst.Trains} counted{excluded}, {burst.LossyTrains} lost interrupts");
        foreach (var (from, to, answered) in Stretches(burst.Positions))
        {
            var place = from == to ? $"{from}" : $"{from} to {to}";
            writer.WriteLine($"  position {place,-10} answered in {answered} of {burst.Trains} trains");
        }

        if (burst.AnsweredBeforeLoss is { } before && burst.AnsweredBeforeLossShare is { } share)
        {
            writer.WriteLine($"  first lost   after {before} answers of a train, in {Share(share)} that lost one");
        }

        writer.WriteLine(burst.QueueDepth is { } depth && burst.QueueDepthShare is { } agree
            ? $"  queue depth  {depth}: so many interrupts waited when one was lost, beside the one being served, in {Share(agree)} that show it"
            : $"  queue depth  -   {burst.NullReasons.GetValueOrDefault("queue_depth", "")}");
    }

    private static string Share(BurstShare share) => string.Create(
        CultureInfo.InvariantCulture, $"{share.Trains} of {share.OfTrains} trains [{100 * share.Ci95.Low:0.#} %, {100 * share.Ci95.High:0.#} %]");

    private static IEnumerable<(int From, int To, long Answered)> Stretches(IReadOnlyList<BurstPosition> positions)
    {
        for (var i = 0; i < positions.Count;)
        {
            var from = i;
            while (i < positions.Count && positions[i].Answered == positions[from].Answered)
            {
                i++;
            }

            yield return (positions[from].Position, positions[i - 1].Position, positions[from].Answered);
        }
    }
}
