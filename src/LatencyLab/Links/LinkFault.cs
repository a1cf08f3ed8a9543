namespace LatencyLab.Links;

/// <summary>The sentences for what happens to every kind of link.</summary>
internal static class LinkFault
{
    public static DeviceException Gone(string name, Exception? inner = null) =>
        new("The board is gone: its link was closed from the other end.", name, "Check the cable and the power supply, then run again.", inner) { LinkIsLost = true };

    /// <summary>A serial server that has a client already says so as data (ser2net: "Port already in use").</summary>
    public static bool SaysBusy(ReadOnlySpan<byte> talk) => talk.IndexOf("ort already in use"u8) >= 0;

    public static DeviceException Busy(string name, Exception? inner = null) =>
        new("The serial server says that another client uses the board.", name, "Close the other connection, or let the server drop it (ser2net: kickolduser).", inner);
}
