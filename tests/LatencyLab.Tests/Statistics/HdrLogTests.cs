using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HdrHistogram;
using LatencyLab.Statistics;

namespace LatencyLab.Tests.Statistics;

public sealed class HdrLogTests
{
    public static TheoryData<string> Vectors => [.. Expected().Keys];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_payload_is_byte_for_byte_that_of_an_independent_encoder(string vector)
    {
        var expected = Expected()[vector];
        var sample = SortedCounts.Of(OracleData.Sample(vector[..vector.LastIndexOf('_')]));
        var payload = HdrLog.Encode(sample, 1, expected.GetProperty("digits").GetInt32(), expected.GetProperty("highest").GetInt64());
        Assert.Equal(expected.GetProperty("uncompressed_sha").GetString(), Convert.ToHexStringLower(SHA256.HashData(payload)));
    }

    [Theory]
    [InlineData("heavy_a", 2)]
    [InlineData("heavy_a", 3)]
    [InlineData("bimodal_a", 3)]
    [InlineData("n5_a", 5)]
    public void Another_library_reads_the_log_and_finds_the_same_values(string name, int digits)
    {
        var values = OracleData.Sample(name);
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        HdrLog.Write(writer, SortedCounts.Of(values), 1, digits, 1_700_000_000, 12.5, "esp32, irq");
        Assert.DoesNotContain('\r', writer.ToString());

        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(writer.ToString()));
        using var reader = new HistogramLogReader(stream);
        var histogram = Assert.Single(reader.ReadHistograms());
        Assert.Equal(values.LongLength, histogram.TotalCount);
        Assert.Equal("esp32__irq", histogram.Tag);
        var sorted = values.Order().ToArray();
        foreach (var percentile in new[] { 0, 50.0, 90, 99, 99.9, 100 })
        {
            var rank = Math.Max(1, (long)((percentile / 100 * values.Length) + 0.5));
            Assert.Equal(histogram.HighestEquivalentValue(sorted[rank - 1]), histogram.GetValueAtPercentile(percentile));
        }
    }

    [Fact]
    public void Nothing_and_far_values_are_written_too()
    {
        foreach (var sample in new[] { SortedCounts.Empty, SortedCounts.Of([0]), SortedCounts.Of([-5, 3]), SortedCounts.Of([long.MaxValue]) })
        {
            using var writer = new StringWriter(CultureInfo.InvariantCulture);
            HdrLog.Write(writer, sample, 16, 3, 0, 1);
            Assert.Equal(4, writer.ToString().Count(c => c == '\n'));
        }
    }

    private static Dictionary<string, JsonElement> Expected() =>
        JsonDocument.Parse(File.ReadAllText(OracleData.Hdr("expected.json"))).RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
}
