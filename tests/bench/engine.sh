#!/usr/bin/env bash
#
# usage: engine.sh [FUNCTIONS...]   (1000 10000 100000 1000000)   with LOOPLINT_BIN set; `./dev bench engine` does that
#
# What link, context and check cost by the size of the program: CPU seconds of each, the most memory that was in use
# (the facts of the program included), and CPU seconds per 100,000 functions, which stay the same where growth is
# linear. The programs are made up (tests/support/synthetic.c): ten calls a function, no parser.
#
# Budgets: docs/architecture.md.
#
set -euo pipefail

bench=$(dirname "$LOOPLINT_BIN")/../tests/bench_engine

[ $# -gt 0 ] || set -- 1000 10000 100000 1000000
printf '%10s %10s %9s | %8s %8s %8s %8s | %11s | %9s %9s\n' \
	functions calls 'facts MiB' link context check 'CPU s' 's per 100k' 'peak MiB' findings
for size; do
	"$bench" "$size" | awk '{
		total = $4 + $5 + $6
		printf "%10d %10d %9d | %8.3f %8.3f %8.3f %8.3f | %11.3f | %9d %9d\n",
			$1, $2, $3, $4, $5, $6, total, total * 100000 / $1, $7, $8 }'
done
