using System.Text.Json;
using System.Text.Json.Nodes;
using LatencyLab.Boards;

namespace LatencyLab.Cli.Text;

/// <summary>Chips and pins as <c>latencylab.pins/1</c>: the facts of the data files, and the answers of the pin rules beside them.</summary>
public static class PinsJson
{
    private const string Schema = "latencylab.pins/1";

    /// <summary>The list of chips.</summary>
    public static void Chips(Utf8JsonWriter writer) => new JsonObject
    {
        ["schema"] = Schema,
        ["chips"] = new JsonArray([.. BoardCatalog.Chips.Select(Identity)]),
    }.WriteTo(writer);

    /// <summary>One chip with the given pins.</summary>
    public static void Chip(Utf8JsonWriter writer, Chip chip, IEnumerable<PinFacts> pins)
    {
        var document = Header(chip);
        document["notes"] = Texts(chip.Notes);
        document["flash_pins"] = new JsonArray([.. chip.FlashPins.Select(gpio => (JsonNode)gpio)]);
        document["pins"] = new JsonArray([.. pins.Select(pin => Pin(chip, pin))]);
        document.WriteTo(writer);
    }

    /// <summary>One pin, with what the widespread article has wrong about it; a flash pin without facts has an empty list and a reason.</summary>
    public static void Explanation(Utf8JsonWriter writer, Chip chip, int gpio)
    {
        var document = Header(chip);
        var pin = chip.Pin(gpio);
        document["explain"] = gpio;
        document["missing"] = pin is null ? chip.WhyMissing(gpio) : null;
        document["pins"] = pin is null ? [] : new JsonArray(Pin(chip, pin));
        document["corrections"] = new JsonArray([.. chip.Corrections
            .Where(c => c.Pins.Count == 0 || c.Pins.Contains(gpio))
            .Select(c => new JsonObject { ["article"] = c.Article, ["right"] = c.Right })]);
        document.WriteTo(writer);
    }

    private static JsonObject Header(Chip chip)
    {
        var document = new JsonObject { ["schema"] = Schema };
        foreach (var (name, value) in Identity(chip))
        {
            document[name] = value?.DeepClone();
        }

        document["suggested"] = new JsonObject { ["irq_input"] = chip.Suggested.IrqInput, ["response_output"] = chip.Suggested.ResponseOutput };
        document["sources"] = Texts(chip.Sources);
        document["unverified"] = new JsonArray([.. chip.Unverified.Select(u => new JsonObject { ["fact"] = u.Fact, ["why"] = u.Why })]);
        return document;
    }

    private static JsonObject Identity(Chip chip) => new() { ["chip"] = chip.Id, ["name"] = chip.Name, ["title"] = chip.Title, ["aliases"] = Texts(chip.Aliases) };

    private static JsonObject Pin(Chip chip, PinFacts pin)
    {
        var node = JsonSerializer.SerializeToNode(pin, BoardJson.Default.PinFacts)!.AsObject();
        node["irq_input"] = Answer(PinRules.Ask(chip, pin.Gpio, PinUse.IrqInput));
        node["response_output"] = Answer(PinRules.Ask(chip, pin.Gpio, PinUse.ResponseOutput));
        node["set_register"] = chip.SetRegisterOf(pin.Gpio) is { } set ? new JsonObject { ["address"] = set.Address, ["mask"] = set.Mask } : null;
        return node;
    }

    private static JsonObject Answer(PinAnswer answer) => new()
    {
        ["permission"] = answer.Permission.ToString().ToLowerInvariant(),
        ["why"] = answer.Why,
        ["instead"] = new JsonArray([.. answer.Instead.Select(gpio => (JsonNode)gpio)]),
        ["forceable"] = answer.Forceable,
    };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
