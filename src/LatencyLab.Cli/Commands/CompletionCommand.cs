using System.CommandLine;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab completion SHELL</c>: prints the script that makes the Tab key know commands, options and chips.</summary>
public static class CompletionCommand
{
    // The scripts hand the line up to the cursor to the suggest directive of System.CommandLine; "/h" and "/?" are only noise in these shells.
    private const string Bash = """
        # LatencyLab completion for bash: eval "$(latencylab completion bash)" in ~/.bashrc
        _latencylab() {
            local line="${COMP_LINE:0:COMP_POINT}"
            local word="${line##* }"
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(latencylab "[suggest:${#line}]" "$line" 2>/dev/null | grep -v '^/')" -- "$word"))
            # bash takes what follows a colon for a word of its own: sim:esp32, baseline:v1.
            [[ $word == *:* && $COMP_WORDBREAKS == *:* ]] && COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*:}"}"}")
            return 0
        }
        complete -o default -F _latencylab latencylab
        """;

    private const string Zsh = """
        #compdef latencylab
        # LatencyLab completion for zsh: eval "$(latencylab completion zsh)" in ~/.zshrc, after compinit
        _latencylab() {
            local line="${(j: :)words[1,CURRENT]}"
            local -a proposals
            proposals=("${(@f)$(latencylab "[suggest:${#line}]" "$line" 2>/dev/null)}")
            proposals=(${proposals:#/*})
            if (( $#proposals )); then
                compadd -- "${proposals[@]}"
            else
                _files
            fi
        }
        compdef _latencylab latencylab
        """;

    private const string PowerShell = """
        # LatencyLab completion for PowerShell: latencylab completion pwsh | Out-String | Invoke-Expression in $PROFILE
        Register-ArgumentCompleter -Native -CommandName latencylab -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $line = $commandAst.ToString().PadRight($cursorPosition)
            latencylab "[suggest:$cursorPosition]" $line | Where-Object { $_ -notlike '/*' -and $_.StartsWith($wordToComplete, 'OrdinalIgnoreCase') } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    public static Command Create(Output output)
    {
        var shell = new Argument<string>("shell") { Description = "The shell that the script is for." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "pwsh");
        var command = new Command("completion", "Print the script that completes commands, options and chips in a shell.") { shell };
        command.SetAction((parsed, _) =>
        {
            var script = (parsed.GetValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => PowerShell }).ReplaceLineEndings("\n") + "\n";
            if (output.Json)
            {
                output.WriteJson(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("schema", "latencylab.completion/1");
                    json.WriteString("shell", parsed.GetValue(shell));
                    json.WriteString("script", script);
                    json.WriteEndObject();
                });
            }
            else
            {
                output.Result.Write(script);
            }

            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }
}
