#!/bin/sh
# For 'git bisect run': is this commit of the firmware slower than the limit?
#
#   git bisect start BAD GOOD
#   git bisect run docs/bench/bisect.sh "p50 > 120us" [options of 'latencylab run', --pin first of all]
#
# FLASH      command that builds this commit and puts it on the target; a failure skips the commit
# LATENCYLAB the program (default: latencylab)
#
# git wants 0 for good, 1 to 124 for bad, 125 for "can't be tested" and above 127 to stop.
set -u

gate=$1
shift
tool=${LATENCYLAB:-latencylab}

sh -c "${FLASH:-true}" || exit 125

# Five runs: one alone differs from the next by more than its own interval says.
$tool run --repeat 5 --fail-on "$gate" "$@"
case $? in
  0) exit 0 ;;   # the gate held
  5) exit 1 ;;   # it failed
  4 | 7) exit 125 ;; # invalid, or not enough to say: skip
  *) exit 255 ;; # no board, wrong options, Ctrl-C: stop the bisection
esac
