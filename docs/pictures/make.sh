#!/bin/sh
# Makes the pictures of the README from a simulated run with a fixed seed. From the root of the working copy:
#   docs/pictures/make.sh
# LATENCYLAB names the tool (default: dotnet run). The picture of the report needs chromium and is left as it is without it.
set -eu
LATENCYLAB=${LATENCYLAB:-dotnet run -c Release --project src/LatencyLab.Cli --}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

$LATENCYLAB run --pin 4 --irq rising --rig sim --seed 1 -o "$work/captures" >/dev/null
$LATENCYLAB plot latest --root "$work/captures" --kind worst --count 1 -o docs/pictures/waveform.png
$LATENCYLAB report latest --root "$work/captures" -o "$work" >/dev/null

if command -v chromium >/dev/null; then
    chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync \
        --user-data-dir="$work/profile" --hide-scrollbars --window-size=1100,1180 --screenshot=docs/pictures/report.png "file://$work/report.html" 2>/dev/null
    echo docs/pictures/report.png
fi
