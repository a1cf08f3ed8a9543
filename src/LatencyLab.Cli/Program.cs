using System.Text;
using LatencyLab.Cli;

// Asked by scripts and shells all the time: it waits neither for the tree of commands nor for a console of writers and encodings.
if (args is ["--version"])
{
    try
    {
        using var stdout = Console.OpenStandardOutput();
        stdout.Write(Encoding.UTF8.GetBytes(ToolVersion.Text + Environment.NewLine));
        return (int)ExitCode.Done;
    }
    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
    {
        return (int)ExitCode.Storage;
    }
}

return Run(args);

// Waits instead of awaiting: the machinery of an asynchronous entry point would be compiled at each start, --version included.
static int Run(string[] args)
{
    using var interrupts = new Interrupts();
    return CommandLine.RunAsync(args, Console.Out, Console.Error, interrupts.Token).GetAwaiter().GetResult();
}
