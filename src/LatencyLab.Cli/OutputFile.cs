using System.Text;

namespace LatencyLab.Cli;

/// <summary>Files that the user names on the command line.</summary>
internal static class OutputFile
{
    /// <summary>Writes text: UTF-8 without byte order mark, line feeds.</summary>
    /// <exception cref="LatencyLabException">The file can't be written (kind storage).</exception>
    public static void Write(string path, Action<TextWriter> write) => Guard(path, () =>
    {
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
        write(writer);
    });

    /// <inheritdoc cref="Write"/>
    public static void Copy(string from, string to) => Guard(to, () => File.Copy(from, to, overwrite: true));

    /// <summary>Puts a file in the place of another.</summary>
    /// <exception cref="LatencyLabException">It can't be put there (kind storage).</exception>
    public static void Move(string from, string to) => Guard(to, () => File.Move(from, to, overwrite: true));

    /// <summary>Appends a CSV to another of the same columns: all but its header line.</summary>
    /// <exception cref="LatencyLabException">The file can't be written (kind storage).</exception>
    public static void AppendRows(string from, string to) => Guard(to, () => File.AppendAllText(to, string.Concat(File.ReadLines(from).Skip(1).Select(line => line + "\n"))));

    /// <summary>Refuses a file that couldn't be written later, before time is spent on what shall stand in it; nothing is left behind.</summary>
    /// <exception cref="LatencyLabException">Its folder is missing or closed, or it may not be written (kind storage).</exception>
    public static void Probe(string path) => Guard(path, () =>
    {
        if (!File.Exists(path))
        {
            new FileStream(path, FileMode.CreateNew, FileAccess.Write).Dispose();
            File.Delete(path);
        }
        else if (new FileInfo(path).Length > 0)
        {
            // A pipe has no length; opened and closed, it would tell its reader that all is over.
            new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite).Dispose();
        }
    });

    /// <summary>Makes a folder, unless it is there.</summary>
    /// <exception cref="LatencyLabException">It can't be made (kind storage).</exception>
    public static void MakeFolder(string path) => Guard(path, () => Directory.CreateDirectory(path));

    /// <summary>Makes the folder that a file shall stand in, unless it is there.</summary>
    /// <exception cref="LatencyLabException">It can't be made (kind storage).</exception>
    public static void MakeFolderOf(string path)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
        {
            MakeFolder(folder);
        }
    }

    private static void Guard(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LatencyLabException(FaultKind.Storage, $"The file can't be written: {e.Message}", path, "Choose another place, or make room.", e);
        }
    }
}
