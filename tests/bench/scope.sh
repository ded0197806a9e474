#!/usr/bin/env bash
#
# usage: scope.sh   with LOOPLINT_BIN set; `./dev bench scope` does that
#
# A round trip by OFFLOAD_SCOPE against submit -> done: the same work on the same pool of four threads, by turns; medians
# of many rounds. "with switches" is the least that a scope can cost: the same task, which enters and leaves a stack of
# its own in work and in done. Budget: within 1.1 times submit -> done in each row. Status 1 when that does not hold,
# whatever the switches cost.
#
set -euo pipefail

bench=$(dirname "$LOOPLINT_BIN")/../tests/bench_scope
[ -x "$bench" ] || { echo "scope.sh: no $bench" >&2; exit 2; }
"$bench" | awk -F '\t' '
	$1 == "memory" { printf "bytes per coroutine that waits: %d\n", $2; next }
	$1 == "begin" { printf "ns per coroutine that begins, waits once and ends, %d at once: %d\n", $2, $3; next }
	!header++ { printf "\n%10s %10s %18s %14s %10s %8s\n", "us of work", "at once", "submit -> done ns", "with switches",
		"scope ns", "ratio" }
	{ ratio = $6 / $4; over += ratio > 1.1
	  printf "%10d %10d %18d %14d %10d %8.2f%s\n", $2, $3, $4, $5, $6, ratio, (ratio > 1.1 ? "  OVER" : "") }
	END { exit over > 0 }'
