#!/usr/bin/env bash
#
# usage: extract.sh [CORPUS...]      (redis udisks2)   with LOOPLINT_BIN set; `./dev bench extract` does that
#
# What a run costs, as ratios, because seconds depend on the machine: CPU time of a cold `looplint check` over all units
# of a corpus by that of `clang-19 -fsyntax-only` over the same units with the build's own flags; and of a second run,
# with nothing changed, by the first. Both keep all processors busy: two threads on one core cost each other CPU time.
# Everything is measured in ROUNDS rounds (3), one after the other in each round, and
# the medians are compared.
#
# Budgets: docs/architecture.md.
#
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
rounds=${ROUNDS:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Shell lines, one per source file, that parse it the way the build compiles it. -M flags would write files.
syntax_only_commands()
{
	jq -r '
		[ .[] | select(.file | test("\\.c$")) ] | unique_by([.directory, .file] | if .[1] | startswith("/") then .[1] else join("/") end)
		| .[] | .directory as $directory
		| if .arguments then (.arguments[1:] | map(@sh) | join(" ")) else (.command | sub("^\\S+ "; "")) end
		| gsub("(^| )'"'"'?-M(F|T|Q)'"'"'? \\S+"; " ") | gsub("(^| )'"'"'?-MM?(D|P|G)?'"'"'?(?= )"; " ")
		| "cd \($directory | @sh) && clang-19 -fsyntax-only \(.) 2>>$errors || echo failed >>$failed"' "$1"
}

# CPU seconds, user and system, of a command and all its children.
cpu_of()
{
	local TIMEFORMAT='%U %S'

	{ time "$@" >/dev/null 2>&1 || true; } 2>&1 | awk '{ print $1 + $2 }'
}

median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

measure()
{
	local name=$1 database round units

	database=$("$top/dev" corpus "$name" | tail -n 1)
	export errors=$work/errors failed=$work/failed
	syntax_only_commands "$database/compile_commands.json" >"$work/clang.sh"
	units=$(wc -l <"$work/clang.sh")
	rm -f "$work"/*.seconds
	for ((round = 0; round < rounds; round++)); do
		: >"$failed"
		cpu_of xargs -d '\n' -P "$(nproc)" -I '{}' bash -c '{}' <"$work/clang.sh" >>"$work/clang.seconds"
		rm -rf "$work/store"
		cpu_of "$LOOPLINT_BIN" check -p "$database" --store "$work/store" --format json -o "$work/cold.json" \
			>>"$work/cold.seconds"
		cpu_of "$LOOPLINT_BIN" check -p "$database" --store "$work/store" --format json -o "$work/warm.json" \
			>>"$work/warm.seconds"
	done
	awk -v name="$name" -v units="$units" -v failed="$(wc -l <"$failed")" \
		-v seen="$(jq -r '"\(.coverage.units) \(.coverage.units_failed)"' "$work/cold.json")" \
		-v clang="$(median <"$work/clang.seconds")" -v cold="$(median <"$work/cold.seconds")" \
		-v warm="$(median <"$work/warm.seconds")" 'BEGIN {
			split(seen, looplint, " ")
			printf "%-18s %5d %6d %9.2f | %5d %6d %9.2f %6.2f | %9.2f %6.1f%%\n", name, units, failed, clang,
				looplint[1], looplint[2], cold, cold / clang, warm, 100 * warm / cold }'
}

[ $# -gt 0 ] || set -- redis udisks2
printf '%-18s %-22s | %-29s | %s\n' '' 'clang -fsyntax-only' 'looplint, cold' 'nothing changed'
printf '%-18s %5s %6s %9s | %5s %6s %9s %6s | %9s %7s\n' corpus units failed 'CPU s' units failed 'CPU s' ratio 'CPU s' share
for name; do
	measure "$name"
done
