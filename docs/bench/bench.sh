#!/bin/sh
# One visit of a CI job to the bench: suite, gate, artifacts.
#
#   bench.sh SUITE BASE OUT [GATE]
#
# BASE       folder with runs of the firmware to compare with, made once by 'latencylab suite run SUITE --out BASE'
# OUT        new folder; it holds the run folders, report.html, compare.md and junit.xml afterwards: keep it as the job's artifact
# GATE       default: "missed > 0 or p99 > +10%"
# RIG        the rig, a file or sim (default: sim)
# LATENCYLAB the program (default: latencylab)
#
# Exit code: that of latencylab (5: gate failed, 7: inconclusive, 3: no board, 4: measurement invalid).
set -eu

suite=$1
base=$2
out=$3
gate=${4:-missed > 0 or p99 > +10%}
rig=${RIG:-sim}
tool=${LATENCYLAB:-latencylab}

# Jobs of the same machine take turns, also those that the CI server doesn't know of; each board has a lock of its own besides.
exec 9>"${TMPDIR:-/tmp}/latencylab-bench.flock"
flock 9

code=0
$tool suite run "$suite" --rig "$rig" --out "$out" || code=$?
if [ "$code" -eq 0 ]; then
  $tool compare --base "$base" --new "$out" --fail-on "$gate" --markdown "$out/compare.md" --junit "$out/junit.xml" || code=$?
fi

# The report helps most when something failed.
$tool report "$out"/2*/ --out "$out" >&2 || true
exit "$code"
