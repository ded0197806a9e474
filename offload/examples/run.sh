#!/usr/bin/env bash
#
# usage: run.sh PROGRAM   runs an example on names, files, and a file without end; its results must come, Ctrl-C must end
# it, and the ticker must not have stalled meanwhile. OFFLOAD_GAP_MS: the longest gap allowed (1000).
#
set -euo pipefail

program=$1
output=$(mktemp)
pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true; rm -f "$output"' EXIT

fail() { echo "${program##*/}: $*"; cat "$output"; exit 1; }

# Waits for a line; 10 s at most.
wait_for()
{
	local i

	for ((i = 0; i < 200; i++)); do
		grep -q -- "$1" "$output" && return
		sleep 0.05
	done
	fail "no line with '$1'"
}

"$program" localhost /dev/null /etc/passwd /nowhere /dev/zero >"$output" 2>&1 &
pid=$!
sleep 0.2
kill -0 "$pid" 2>/dev/null || { status=0; wait "$pid" || status=$?; [ "$status" = 77 ] && exit 77; fail "ended: $status"; }
wait_for '^localhost: \(127\.0\.0\.1\|::1\)'
wait_for '^/dev/null: cbf29ce484222325, 0 bytes'
wait_for "^/etc/passwd: .*, $(wc -c </etc/passwd) bytes"
wait_for '^/nowhere: No such file or directory'
sleep 0.3
kill -INT "$pid"
for ((i = 0; i < 200; i++)); do
	kill -0 "$pid" 2>/dev/null || break
	sleep 0.05
done
if kill -0 "$pid" 2>/dev/null; then
	kill -KILL "$pid"
	fail "Ctrl-C does not end it"
fi
wait "$pid" || fail "status $?"
wait_for '^/dev/zero: cancelled'
gap=$(sed -n 's/^longest gap between ticks: \([0-9]*\) ms$/\1/p' "$output")
[ -n "$gap" ] || fail "no gap"
ticks=$(tr -cd . <"$output" | wc -c)
[ "$ticks" -ge 6 ] || fail "$ticks ticks"
[ "$gap" -le "${OFFLOAD_GAP_MS:-1000}" ] || fail "the ticker stalled: $gap ms"
