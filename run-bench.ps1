#!/usr/bin/env pwsh
#Requires -Version 7.2
<#
.SYNOPSIS
  Runs a suite of measurements, collects its CSV reports and compares two firmware labels.
.DESCRIPTION
  The suite alternates between the firmwares, so that drift of the bench hits all alike, and goes on where it was stopped. Without boards it
  measures simulated ones. The exit code is that of the first command that failed: 5 is a gate that failed, 7 one that these runs can't decide.
.EXAMPLE
  ./run-bench.ps1
  ./run-bench.ps1 -Suite my-bench.toml -Base v1.25 -New v1.26 -FailOn 'p99 > +5% or missed > 0'
#>
[CmdletBinding()]
param(
    [string] $Suite = [System.IO.Path]::Combine($PSScriptRoot, 'suites', 'bench.toml'),
    # Rig for firmwares that name none in the suite: sim, sim:CHIP?options, or a rig file. Empty: what the suite says.
    [string] $Rig = 'sim',
    [string] $Base = 'base',
    [string] $New = 'new',
    # Folder of the run folders; the CSV reports are collected in 'csv' below it.
    [string] $Out = [System.IO.Path]::Combine($PSScriptRoot, 'captures', 'bench'),
    # Gate, such as 'p99 > +5% or missed > 0'.
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

$run = @('suite', 'run', $Suite, '--out', $Out)
if ($Rig) { $run += @('--rig', $Rig) }
# The suite compares all its labels too; here only the two that were asked for are shown.
Invoke-LatencyLab $run | Where-Object { $WhatIf }

if (-not $WhatIf) {
    $csv = [System.IO.Path]::Combine($Out, 'csv')
    [void][System.IO.Directory]::CreateDirectory($csv)
    foreach ($file in [System.IO.Directory]::GetFiles($Out, '*.csv', 'AllDirectories')) {
        $folder = [System.IO.Path]::GetDirectoryName($file)
        if ($folder -eq $csv) { continue }
        $name = [System.IO.Path]::GetFileName($file)
        if ($folder -ne $Out) { $name = [System.IO.Path]::GetFileName($folder) + '-' + $name }
        [System.IO.File]::Copy($file, [System.IO.Path]::Combine($csv, $name), $true)
    }
    "CSV reports in $csv"
}

$compare = @('compare', $Base, $New, '--runs', $Out)
if ($FailOn) { $compare += @('--fail-on', $FailOn) }
Invoke-LatencyLab $compare
