using System.Globalization;
using System.Text;
using CsCheck;
using LatencyLab.Units;

namespace LatencyLab.Tests.Units;

public sealed class DecimalDigitsTests
{
    [Fact]
    public void A_number_of_any_length_is_written_as_the_runtime_writes_it()
    {
        // Each length from one digit to nineteen, of both signs.
        Gen.Select(Gen.Long, Gen.Int[0, 62]).Sample((bits, shift) => Same(bits >> shift));
    }

    [Fact]
    public void Powers_of_ten_their_neighbours_and_the_ends_of_the_range_are_written_right()
    {
        for (var power = 1L; power > 0 && power <= 1_000_000_000_000_000_000; power *= 10)
        {
            foreach (var value in (long[])[power - 1, power, power + 1, -power, 9 * power])
            {
                Same(value);
            }

            if (power == 1_000_000_000_000_000_000)
            {
                break;
            }
        }

        Same(long.MaxValue);
        Same(long.MinValue);
    }

    [Fact]
    public void All_groups_of_four_digits_come_out()
    {
        for (var four = 0; four < 10_000; four++)
        {
            Same(four);
            Same((four * 10_000L) + 9999);
            Same((four * 100_000_000L) + four);
        }
    }

    private static void Same(long value)
    {
        Span<byte> text = stackalloc byte[DecimalDigits.Longest];
        var count = DecimalDigits.Write(value, text);
        Assert.Equal(value.ToString(CultureInfo.InvariantCulture), Encoding.ASCII.GetString(text[..count]));
    }
}
