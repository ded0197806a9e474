#!/usr/bin/env bash
#
# usage: scope.sh   with LOOPLINT_BIN set; `./dev bench scope` does that
#
# A round trip by OFFLOAD_SCOPE against submit -> done: the same work on the same pool of four threads, by turns; medians
# of five rounds. Budget: within 1.1 times in each row. Status 1 when that does not hold.
#
set -euo pipefail

bench=$(dirname "$LOOPLINT_BIN")/../tests/bench_scope
[ -x "$bench" ] || { echo "scope.sh: no $bench" >&2; exit 2; }
"$bench" | awk -F '\t' '
	$1 == "memory" { printf "bytes per coroutine that waits: %d\n\n", $2; next }
	!header++ { printf "%10s %10s %18s %12s %8s\n", "us of work", "at once", "submit -> done ns", "scope ns", "ratio" }
	{ ratio = $5 / $4; over += ratio > 1.1
	  printf "%10d %10d %18d %12d %8.2f%s\n", $2, $3, $4, $5, ratio, (ratio > 1.1 ? "  OVER" : "") }
	END { exit over > 0 }'
