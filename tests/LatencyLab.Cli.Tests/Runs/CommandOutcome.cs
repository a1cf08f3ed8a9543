using System.Text.Json;
using System.Text.Json.Nodes;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>What a command left: its exit code and both outputs.</summary>
internal sealed record CommandOutcome(int Code, string Stdout, string Stderr)
{
    /// <summary>Stdout as the one JSON document that it must be.</summary>
    public JsonNode Json
    {
        get
        {
            try
            {
                return JsonNode.Parse(Stdout)!;
            }
            catch (JsonException e)
            {
                throw new InvalidOperationException($"exit {Code}, stdout isn't one JSON document ({e.Message}):\n{Stdout}\n{Stderr}", e);
            }
        }
    }

    /// <summary>Both outputs, for the message of a check that fails.</summary>
    public string Said => $"exit {Code}\n{Stdout}\n{Stderr}";

    /// <summary>Calls the command line as the shell does, without a process of its own.</summary>
    public static async Task<CommandOutcome> OfAsync(params string[] args)
    {
        var (stdout, stderr) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync(args, stdout, stderr, TestContext.Current.CancellationToken);
        return new CommandOutcome(code, stdout.ToString(), stderr.ToString());
    }
}
