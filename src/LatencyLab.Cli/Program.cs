using LatencyLab.Cli;

// Asked by scripts and shells all the time: it doesn't wait for the tree of commands.
if (args is ["--version"])
{
    Console.Out.WriteLine(ToolVersion.Text);
    return (int)ExitCode.Done;
}

using var interrupts = new Interrupts();
return await CommandLine.RunAsync(args, Console.Out, Console.Error, interrupts.Token);
