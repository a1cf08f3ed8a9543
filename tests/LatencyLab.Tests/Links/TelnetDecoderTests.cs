using CsCheck;
using LatencyLab.Links;

namespace LatencyLab.Tests.Links;

public sealed class TelnetDecoderTests
{
    // What ser2net 4.3.11 says first, seen on the wire.
    private static readonly byte[] ServerHello = Convert.FromHexString("FFFB03FFFD03FFFB01FFFE01FFFD00FFFB00FFFD2C");

    [Fact]
    public void Answers_the_servers_hello_with_the_one_refusal_that_is_due()
    {
        var (data, answers, requests, telnet) = Decode([ServerHello]);
        Assert.Empty(data);
        Assert.Empty(requests);
        Assert.Equal([TelnetDecoder.Iac, TelnetDecoder.Dont, 1], answers);
        Assert.True(telnet.ComPortAccepted);
    }

    [Fact]
    public void Repeated_negotiation_is_answered_once_so_that_two_ends_can_not_talk_for_ever()
    {
        var (_, answers, _, _) = Decode([.. Enumerable.Repeat(ServerHello, 1000)]);
        Assert.Equal(3, answers.Count);
    }

    [Fact]
    public void Finds_the_answers_of_the_serial_option()
    {
        var (data, _, requests, _) = Decode([Convert.FromHexString("41FFFA2C650001C200FFF042FFFA2C69FFFFFFF043")]);
        Assert.Equal("ABC"u8.ToArray(), data);
        Assert.Equal((101, "0001C200"), (requests[0].Command, Convert.ToHexString(requests[0].Value)));
        Assert.Equal((105, "FF"), (requests[1].Command, Convert.ToHexString(requests[1].Value)));
    }

    [Fact]
    public void What_is_escaped_comes_back_however_it_is_cut() =>
        Gen.Select(Gen.Byte.Array[0, 2000], Gen.Int[1, 50]).Sample((bytes, cut) =>
        {
            // Half of the bytes are 255.
            var data = bytes.Select(b => b < 128 ? (byte)255 : b).ToArray();
            return Decode([.. TelnetDecoder.Escape(data).ToArray().Chunk(cut)]).Data.SequenceEqual(data);
        });

    [Fact]
    public void Any_bytes_are_decoded_the_same_however_they_are_cut_and_in_bounded_memory() =>
        Gen.Select(Gen.OneOf(Gen.Byte, Gen.Int[0, 5].Select(i => ((byte[])[255, 250, 240, 44, 251, 253])[i])).Array[0, 3000], Gen.Int[1, 50]).Sample(
            (bytes, cut) =>
            {
                var (data, answers, requests, _) = Decode([bytes]);
                var (cutData, cutAnswers, cutRequests, _) = Decode([.. bytes.Chunk(cut)]);
                return data.SequenceEqual(cutData) && answers.SequenceEqual(cutAnswers) && requests.Count == cutRequests.Count && requests.All(r => r.Value.Length <= 256) && data.Count <= bytes.Length;
            },
            iter: FuzzCases.Of(20_000));

    private static (List<byte> Data, List<byte> Answers, List<(byte Command, byte[] Value)> Requests, TelnetDecoder Telnet) Decode(IReadOnlyList<byte[]> pieces)
    {
        var (telnet, data, answers, requests) = (new TelnetDecoder(), new List<byte>(), new List<byte>(), new List<(byte, byte[])>());
        foreach (var piece in pieces)
        {
            // In place, as the link does it.
            var buffer = piece.ToArray();
            data.AddRange(buffer.AsSpan(0, telnet.Decode(buffer, buffer, answers, (command, value) => requests.Add((command, value)))));
        }

        return (data, answers, requests, telnet);
    }
}
