#!/bin/sh
# Measures on boards that labgrid lends out.
#
#   labgrid.sh ENVIRONMENT.yaml [options of 'latencylab run', --pin first of all]
#
# 'labgrid-client export' holds the connections for as long as it runs and writes where they are:
# LG__TARGET_HOST, _PORT and _PROTOCOL (rfc2217 or raw), the same for the sampler, and LG__CLIENT_PID.
set -eu

environment=$1
shift
tool=${LATENCYLAB:-latencylab}
client=${LABGRID_CLIENT:-labgrid-client}
folder=$(mktemp -d)
lent=$folder/lent.env

$client -c "$environment" export "$lent" >&2 &
export=$!
trap 'kill "$export" 2>/dev/null || true; wait "$export" 2>/dev/null || true; rm -rf "$folder"' EXIT

# The file appears as a whole once both ports are there; a client that ends before has said why.
until [ -f "$lent" ]; do
  kill -0 "$export" 2>/dev/null || { echo "labgrid.sh: labgrid-client ended without exporting the ports" >&2; exit 3; }
  sleep 0.2
done
. "$lent"

scheme() {
  case $1 in
    rfc2217) echo rfc2217 ;;
    raw) echo tcp ;;
    *) echo "labgrid.sh: unknown protocol '$1'" >&2; exit 2 ;;
  esac
}
target=$(scheme "$LG__TARGET_PROTOCOL")://$LG__TARGET_HOST:$LG__TARGET_PORT
sampler=$(scheme "$LG__SAMPLER_PROTOCOL")://$LG__SAMPLER_HOST:$LG__SAMPLER_PORT

$tool run --target "$target" --sampler "$sampler" "$@"
