namespace LatencyLab.Links;

/// <summary>The sentences for what happens to every kind of link.</summary>
internal static class LinkFault
{
    public static DeviceException Gone(string name, Exception? inner = null) =>
        new("The board is gone: its link was closed from the other end.", name, "Check the cable and the power supply, then run again.", inner);
}
