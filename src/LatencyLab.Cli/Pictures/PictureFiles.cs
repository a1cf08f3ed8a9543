using System.Text;
using System.Text.Json;
using LatencyLab.Cli.Screen;
using LatencyLab.Plots;

namespace LatencyLab.Cli.Pictures;

/// <summary>Pictures on their way to files, and what is said about them.</summary>
internal static class PictureFiles
{
    /// <summary>Writes all pictures and names them on stdout: one path a line, or schema latencylab.plot/1.</summary>
    public static void Write(Output output, string kind, IReadOnlyList<Picture> pictures, string? file, IReadOnlyList<PictureInput> inputs)
    {
        var path = file ?? DefaultPath(kind, inputs[0]);
        OutputFile.MakeFolderOf(path);
        var written = new List<(string Path, Picture Picture)>();
        for (var i = 0; i < pictures.Count; i++)
        {
            var one = pictures.Count == 1 ? path : Path.Combine(
                Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}-{i + 1}{Path.GetExtension(path)}");
            pictures[i].Save(one);
            written.Add((one, pictures[i]));
        }

        if (output.Json)
        {
            output.Result.WriteLine(Json(kind, written));
        }
        else
        {
            foreach (var (one, _) in written)
            {
                output.Result.WriteLine(TerminalText.Clean(one));
            }
        }

        foreach (var picture in pictures)
        {
            picture.Dispose();
        }
    }

    /// <summary>The path as it is, where its ending is one of the two that pictures have.</summary>
    /// <exception cref="LatencyLabException">It has another (kind usage).</exception>
    public static string OfKnownFormat(string file) => file == "-"
        ? throw new LatencyLabException(FaultKind.Usage, "A picture is written to a file, not to stdout.", "--out", "Name a file, such as -o picture.svg.")
        : Path.GetExtension(file).ToUpperInvariant() is ".PNG" or ".SVG"
        ? file
        : throw new LatencyLabException(FaultKind.Usage, "A picture is .png or .svg.", file, $"Write -o {Path.GetFileNameWithoutExtension(file)}.svg, or end it in .png.");

    private static string DefaultPath(string kind, PictureInput input) => input.Run is not null
        ? NotALink(Path.Combine(input.Path, kind + ".png"))
        : $"{Path.GetFileNameWithoutExtension(input.Path)}-{kind}.png";

    // Nobody named this path: a link in somebody else's run folder must not lead the picture over another file.
    private static string NotALink(string path) => new FileInfo(path).LinkTarget is null
        ? path
        : throw new LatencyLabException(FaultKind.Storage, "The picture's place is a link, and links aren't followed.", path, "Name a file with -o, or remove the link.");

    private static string Json(string kind, List<(string Path, Picture Picture)> written)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", "latencylab.plot/1");
            writer.WriteString("kind", kind);
            writer.WriteStartArray("files");
            foreach (var (path, picture) in written)
            {
                writer.WriteStartObject();
                writer.WriteString("file", path);
                writer.WriteString("title", picture.Title);
                writer.WriteString("alt", picture.AltText);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
