using CsCheck;
using LatencyLab.Comparison;
using LatencyLab.Statistics;

namespace LatencyLab.Tests.Comparison;

public sealed class GateTests
{
    [Theory]
    [InlineData("p99 > +5% or missed > 0 or p50 > 120us", 3, true)]
    [InlineData("p50>120us", 1, false)]
    [InlineData("p99.9 >= 2 ms", 1, false)]
    [InlineData("max > 1ms and missed > 0.1%", 2, false)]
    [InlineData("missed > +0.1%", 1, true)]
    [InlineData("P50 < -3%", 1, true)]
    [InlineData("mean > +250ns", 1, true)]
    public void Reads_what_the_manual_shows(string text, int limits, bool needsBase)
    {
        var gate = GateParser.Parse(text);
        Assert.Equal(limits, gate.Limits.Count());
        Assert.Equal(needsBase, gate.NeedsBase);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("p98 > 5us", 1)]
    [InlineData("p99 5us", 5)]
    [InlineData("p99 = 5us", 5)]
    [InlineData("p99 > 5", 7)]
    [InlineData("p99 > 5%", 7)]
    [InlineData("missed > 3us", 10)]
    [InlineData("p50 > 1us or", 13)]
    [InlineData("p50 > 1us p99 > 2us", 11)]
    [InlineData("p50 > 1us orr p99 > 2us", 11)]
    public void A_wrong_expression_names_its_column(string text, int column)
    {
        var fault = Assert.Throws<LatencyLabException>(() => GateParser.Parse(text));
        Assert.Equal(FaultKind.Usage, fault.Kind);
        Assert.Contains($"column {column}:", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_is_read_or_refused_and_nothing_else() =>
        Gen.String[Gen.Char["p059 ><=+-%._usmnorand1µ\t\"é"], 0, 30].Sample(text =>
        {
            try
            {
                return GateParser.Parse(text).Limits.Any();
            }
            catch (LatencyLabException e)
            {
                return e.Kind == FaultKind.Usage;
            }
        });

    // 62.5 MHz: 1000 ticks are 16 us.
    [Theory]
    [InlineData("p50 > 17us", GateOutcome.Passed)]
    [InlineData("p50 > 15us", GateOutcome.Failed)]
    [InlineData("p50 < 15us", GateOutcome.Passed)]
    [InlineData("mean > 16.045us", GateOutcome.Inconclusive)]
    [InlineData("missed > 0", GateOutcome.Passed)]
    [InlineData("missed > 0.001%", GateOutcome.Inconclusive)]
    [InlineData("missed > 2%", GateOutcome.Passed)]
    [InlineData("p99_99 > 1s", GateOutcome.Inconclusive)]
    [InlineData("max > 1ms", GateOutcome.Passed)]
    [InlineData("min >= 1us", GateOutcome.Failed)]
    [InlineData("sd > 1us", GateOutcome.Passed)]
    [InlineData("mean > 20us", GateOutcome.Passed)]
    [InlineData("over_limit > 0", GateOutcome.Inconclusive)]
    [InlineData("p50 > 15us and missed > 0", GateOutcome.Passed)]
    [InlineData("p50 > 15us or p50 > 16us", GateOutcome.Failed)]
    [InlineData("p50 > 15us and mean > 16.045us", GateOutcome.Inconclusive)]
    [InlineData("p50 > 17us or mean > 16.045us", GateOutcome.Inconclusive)]
    public void One_run_is_judged_by_its_interval(string gate, GateOutcome outcome) =>
        Assert.Equal(outcome, GateEvaluation.Evaluate(GateParser.Parse(gate), [Run()], new ComparisonOptions()).Outcome);

    [Fact]
    public void Late_stimuli_count_as_missed_and_lie_beyond_every_latency()
    {
        var run = Run() with { Late = 30 };
        Assert.Equal(GateOutcome.Failed, GateEvaluation.Evaluate(GateParser.Parse("missed > 0"), [run], new ComparisonOptions()).Outcome);
        Assert.Equal(GateOutcome.Inconclusive, GateEvaluation.Evaluate(GateParser.Parse("max > 1ms"), [run], new ComparisonOptions()).Outcome);
        Assert.NotEqual(GateOutcome.Passed, GateEvaluation.Evaluate(GateParser.Parse("p99 > 1ms"), [run], new ComparisonOptions()).Outcome);
    }

    [Fact]
    public void A_relative_limit_without_a_base_is_a_mistake_of_usage()
    {
        var fault = Assert.Throws<LatencyLabException>(() => GateEvaluation.Evaluate(GateParser.Parse("p50 > +5%"), [Run()], new ComparisonOptions()));
        Assert.Equal(FaultKind.Usage, fault.Kind);
        Assert.Contains("--baseline", fault.Try, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, 0, "p50 > +5%", GateOutcome.Passed)]
    [InlineData(8, 100, "p50 > +5%", GateOutcome.Failed)]
    [InlineData(8, 50, "p50 > +5%", GateOutcome.Inconclusive)]
    [InlineData(8, 100, "p50 > +1us", GateOutcome.Failed)]
    [InlineData(8, 0, "missed > +1%", GateOutcome.Passed)]
    [InlineData(3, 0, "p50 > +5%", GateOutcome.Inconclusive)]
    [InlineData(3, 100, "p50 > +5%", GateOutcome.Failed)]
    [InlineData(1, 0, "p50 > +5%", GateOutcome.Inconclusive)]
    [InlineData(8, 0, "mean > +5%", GateOutcome.Passed)]
    [InlineData(8, 100, "mean > +5%", GateOutcome.Failed)]
    [InlineData(8, 100, "min > +5%", GateOutcome.Failed)]
    [InlineData(8, 0, "sd > +200%", GateOutcome.Passed)]
    [InlineData(8, 0, "max > +100%", GateOutcome.Passed)]
    [InlineData(8, 0, "p99_9 > +5%", GateOutcome.Inconclusive)]
    [InlineData(8, 0, "over_limit > +5%", GateOutcome.Inconclusive)]
    [InlineData(8, 0, "missed > 0", GateOutcome.Passed)]
    [InlineData(3, 0, "missed > 0", GateOutcome.Inconclusive)]
    [InlineData(3, 0, "p50 > 120us", GateOutcome.Inconclusive)]
    [InlineData(3, 0, "p50 > 1us", GateOutcome.Failed)]
    public void A_comparison_is_judged_by_the_interval_of_its_difference(int runs, double shift, string gate, GateOutcome outcome)
    {
        var random = new SplitMix64(9);
        var comparison = Comparer.Compare(
            SimulatedRuns.Draw(random, "a", runs, 1000, 1, 0), SimulatedRuns.Draw(random, "b", runs, 1000, 1, shift, 1), new ComparisonOptions());
        Assert.Equal(outcome, GateEvaluation.Evaluate(GateParser.Parse(gate), comparison).Outcome);
    }

    [Fact]
    public void Shares_that_scatter_from_run_to_run_pass_no_limit_on_the_strength_of_their_sum()
    {
        // 40 of 8,000 is 0.5 %, surely below 0.8 % if all stimuli were alike; but one run of eight has all of them.
        var random = new SplitMix64(5);
        ComparedRun[] even = [.. SimulatedRuns.Draw(random, "a", 8, 1000, 0, 0).Select(r => r with { Missed = 5 })];
        ComparedRun[] uneven = [.. even.Select((r, i) => r with { Missed = i == 3 ? 40 : 0 })];
        var gate = GateParser.Parse("missed > 0.8%");
        Assert.Equal(GateOutcome.Passed, GateEvaluation.Evaluate(gate, even, new ComparisonOptions()).Outcome);
        Assert.Equal(GateOutcome.Inconclusive, GateEvaluation.Evaluate(gate, uneven, new ComparisonOptions()).Outcome);
    }

    [Fact]
    public void One_run_of_latencies_that_resemble_their_neighbours_passes_no_limit_as_if_they_were_independent()
    {
        var run = Run();
        var gate = GateParser.Parse("mean > 16.07us");
        Assert.Equal(GateOutcome.Passed, GateEvaluation.Evaluate(gate, [run], new ComparisonOptions()).Outcome);
        var worth = new EffectiveSize(40, 40, 40, 40, 40, 40);
        Assert.Equal(GateOutcome.Inconclusive, GateEvaluation.Evaluate(gate, [run with { Effective = worth }], new ComparisonOptions()).Outcome);
    }

    [Fact]
    public void An_undecided_limit_says_to_the_build_server_how_many_more_runs_it_takes()
    {
        var random = new SplitMix64(9);
        var comparison = Comparer.Compare(
            SimulatedRuns.Draw(random, "a", 3, 1000, 1, 0), SimulatedRuns.Draw(random, "b", 3, 1000, 1, 0, 1), new ComparisonOptions());
        var cases = LatencyLab.Reports.ComparisonMarkdown.Cases([comparison], [GateEvaluation.Evaluate(GateParser.Parse("p50 > +5%"), comparison)], simulated: false);
        var document = System.Xml.Linq.XDocument.Parse(LatencyLab.Reports.JUnitReport.Write(cases, DateTimeOffset.UnixEpoch));
        Assert.Matches("about [0-9]+ more runs? a side would tell", document.Descendants("skipped").Single().Attribute("message")!.Value);
    }

    private static ComparedRun Run() => SimulatedRuns.Draw(new SplitMix64(1), "a", 1, 1000, 0, 0)[0];
}
