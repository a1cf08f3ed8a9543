"""What the scripts that compare LatencyLab with other programs share: building what is compared, and its cost as the kernel accounts it.

Both times of whole processes: wall time, which is what a user waits and which work on two cores shortens, and CPU time (user + system), which other
work on the machine hardly bends. In turns, since a machine's speed drifts; medians.
"""
import os
import pathlib
import statistics
import subprocess
import sys
import tarfile
import time
import typing

ROOT = pathlib.Path(__file__).resolve().parent.parent

INFLATE = """
using System.IO.Compression;
using var archive = ZipFile.OpenRead(args[0]);
var buffer = new byte[256 * 1024];
foreach (var entry in archive.Entries)
{
    using var stream = entry.Open();
    while (stream.Read(buffer) > 0)
    {
    }
}
"""


def quietly(*command, cwd=None):
    done = subprocess.run([str(word) for word in command], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit("%s\n%s" % (" ".join(map(str, command)), done.stdout))
    return done.stdout


def runtime_id():
    return next(line.split()[-1] for line in quietly("dotnet", "--info").splitlines() if "RID:" in line)


def build_program(work, name, source, mode=""):
    """A console program of one file. mode: "" as the compiler makes it, "ReadyToRun" as the tool is, "Aot" as the native program is."""
    folder = work / ("src-%s%s" % (name, mode))
    quietly("dotnet", "new", "console", "-n", name, "-o", folder)
    (folder / "Program.cs").write_text(source)
    out = work / (name + mode)
    options = ["-r", runtime_id(), "-p:InvariantGlobalization=true", "-p:Publish%s=true" % mode] if mode else []
    quietly("dotnet", "publish", "-c", "Release", "-o", out, *options, *(["--no-self-contained"] if mode == "ReadyToRun" else []), cwd=folder)
    return out / name


def install_tool(work):
    """The tool as a user gets it: packed for this system (ReadyToRun) and installed."""
    quietly(
        "dotnet", "pack", ROOT / "src" / "LatencyLab.Cli", "-c", "Release", "-o", work / "packages", "--artifacts-path", work / "build",
        "-p:RuntimeIdentifiers=" + runtime_id())
    quietly("dotnet", "tool", "install", "LatencyLab.Tool", "--tool-path", work / "tools", "--source", work / "packages", "--prerelease")
    return work / "tools" / "latencylab"


def build_native(work):
    """The program out of the native archive (NativeAOT)."""
    archive = quietly(ROOT / "scripts" / "publish-native", work).split()[-1]
    with tarfile.open(archive) as tar:
        tar.extractall(work)
    return pathlib.Path(archive[: -len(".tar.gz")]) / "latencylab"


class Cost(typing.NamedTuple):
    """Milliseconds of wall time and of CPU time, and peak memory in megabytes."""
    wall: float
    cpu: float
    mb: float


def cost(command):
    """What one run costs, its output thrown away."""
    begun = time.perf_counter()
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        try:
            os.execvp(str(command[0]), [str(word) for word in command])
        finally:
            os._exit(127)
    _, status, usage = os.wait4(child, 0)
    wall = 1000 * (time.perf_counter() - begun)
    if status != 0:
        sys.exit("failed with status %d: %s" % (status, " ".join(map(str, command))))
    return Cost(wall, 1000 * (usage.ru_utime + usage.ru_stime), usage.ru_maxrss / 1024)


def in_turns(commands, rounds, warmup=1):
    """Median times and largest peak by name, of commands run one after the other, round by round, after rounds that don't count."""
    costs = {name: [] for name in commands}
    for turn in range(warmup + rounds):
        for name, command in commands.items():
            spent = cost(command)
            if turn >= warmup:
                costs[name].append(spent)
    return {
        name: Cost(statistics.median(c.wall for c in runs), statistics.median(c.cpu for c in runs), max(c.mb for c in runs)) for name, runs in costs.items()
    }


def verdict(broken):
    """The last line and the exit code of a comparison."""
    print("\n".join(broken) or "all ratios hold")
    return 1 if broken else 0
