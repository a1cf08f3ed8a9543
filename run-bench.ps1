#!/usr/bin/env pwsh
#Requires -Version 7.2
<#
.SYNOPSIS
  Measures two firmware labels in turn, exports the CSV reports and compares them.
.DESCRIPTION
  Runs alternate between the labels (A B B A …), so that drift of the bench hits both alike. Without boards it measures simulated ones. On one
  real board that has to be flashed in between, call it once for each label with -Measure; the second call compares.
.EXAMPLE
  ./run-bench.ps1
  ./run-bench.ps1 -Rig sim:esp32, 'sim:esp32?load=gc' -Repeat 8
  ./run-bench.ps1 -Rig bench.toml -Base v1.25 -New v1.26 -Measure v1.25
#>
[CmdletBinding()]
param(
    # One rig for both labels, or one for each: sim, sim:CHIP?options, a rig file.
    [string[]] $Rig = @('sim'),
    [string] $Base = 'base',
    [string] $New = 'new',
    [string[]] $Measure = @($Base, $New),
    [int] $Pin = 4,
    [ValidateSet('rising', 'falling', 'both')] [string] $Irq = 'rising',
    [int] $Repeat = 5,
    [int] $Samples = 1000,
    # Folder with one folder a label.
    [string] $Out = [System.IO.Path]::Combine($PSScriptRoot, 'captures', 'bench'),
    # Gate, such as 'p99 > +5% or missed > 0'; exit code 5 when it fails.
    [string] $FailOn = '',
    # Command that starts LatencyLab; default: this working copy.
    [string[]] $Tool = @('dotnet', 'run', '-c', 'Release', '--project', [System.IO.Path]::Combine($PSScriptRoot, 'src', 'LatencyLab.Cli'), '--'),
    # Print the commands instead of running them.
    [switch] $WhatIf
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Invoke-LatencyLab([string[]] $Arguments) {
    $words = @($Tool) + $Arguments
    if ($WhatIf) { $words -join ' '; return }
    $program, $rest = $words
    & $program @rest
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

$labels = @($Base, $New)
for ($i = 1; $i -le $Repeat; $i++) {
    $order = if ($i % 2) { 0, 1 } else { 1, 0 }
    foreach ($k in $order) {
        $label = $labels[$k]
        if ($Measure -notcontains $label) { continue }
        $root = [System.IO.Path]::Combine($Out, $label)
        [void][System.IO.Directory]::CreateDirectory($root)
        Invoke-LatencyLab @('run', '--pin', "$Pin", '--irq', $Irq, '--rig', $Rig[$k % $Rig.Count], '--samples', "$Samples", '--label', $label,
            '--out', $root, '--csv', [System.IO.Path]::Combine($root, "latency-$i.csv"))
    }
}

$folders = @([System.IO.Path]::Combine($Out, $Base), [System.IO.Path]::Combine($Out, $New))
if (-not $WhatIf -and ($folders.Where({ -not [System.IO.Directory]::Exists($_) }).Count -gt 0)) {
    "Nothing to compare yet: flash the other firmware and run this script again with -Measure and its label."
    exit 0
}
$compare = @('compare', '--base', $folders[0], '--new', $folders[1])
if ($FailOn) { $compare += @('--fail-on', $FailOn) }
Invoke-LatencyLab $compare
