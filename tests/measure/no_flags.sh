#!/usr/bin/env bash
#
# usage: no_flags.sh [--bare] [CORPUS...]      (redis tmux udisks2 network-manager)      with LOOPLINT_BIN set
#
# How much of a program looplint sees without being told how it is compiled: the calls in main files that extraction finds
# in a freshly unpacked source tree, with every flag inferred, as a share of those it finds in the built tree with its
# compile database. A call counts as seen if the other run has a call on that line of that file, as often as it is there;
# files that only a build makes are left out.
#
# --bare: with the headers of the C library and the kernel only, as if no -dev package were installed: all others, the
# pkg-config files and the code generators are hidden in a mount namespace (so this needs root, or user namespaces).
#
# Prints a line per corpus: the share, calls seen and there are, units marked degraded, CPU seconds of finding the flags.
# Then the files that lost most. Targets: 95% of redis and tmux, 85% of udisks2 and network-manager, 60% of these --bare.
#
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
looplint=${LOOPLINT_BIN:-$top/build/analyzer/looplint}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bare=

# The C library's and the kernel's headers, and nothing else, below $work/include.
copy_system_headers()
{
	mkdir -p "$work/include"
	dpkg -L libc6-dev linux-libc-dev libcrypt-dev | grep '^/usr/include/' | while read -r path; do
		if [ -d "$path" ]; then
			mkdir -p "$work/include/${path#/usr/include/}"
		else
			cp -d "$path" "$work/include/${path#/usr/include/}"
		fi
	done
}

# Runs its arguments, with --bare in a file system without development packages.
run()
{
	if [ -z "$bare" ]; then
		"$@"
		return
	fi
	# shellcheck disable=SC2016
	unshare --map-root-user --mount bash -c '
		mount --bind "$0" /usr/include
		for folder in /usr/lib/*/pkgconfig /usr/lib/pkgconfig /usr/share/pkgconfig /usr/lib/*/glib-2.0; do
			[ ! -d "$folder" ] || mount -t tmpfs none "$folder"
		done
		for tool in gdbus-codegen wayland-scanner; do
			[ ! -e "/usr/bin/$tool" ] || mount --bind /bin/false "/usr/bin/$tool"
		done
		exec "$@"' "$work/include" "$@"
}

# stdin: facts as text. Prints "unit line" for each call that stands in the unit's own file.
calls()
{
	awk '
		/^\(unit "/ { split($0, words, "\""); unit = words[2] }
		/^  \((function|initialiser) / { own = !/ @"/ }
		own { rest = $0; while (match(rest, /\(call @[0-9]+:/)) {
			print unit, substr(rest, RSTART + 7, RLENGTH - 8)
			rest = substr(rest, RSTART + RLENGTH)
		} }'
}

# full seen tree: the share, and the files that lost most.
compare()
{
	sort "$1" >"$work/a"
	sort "$2" >"$work/b"
	# comm counts equal lines as often as both sides have them
	comm -12 "$work/a" "$work/b" | cut -d' ' -f1 | uniq -c >"$work/hit"
	cut -d' ' -f1 "$work/a" | uniq -c | while read -r count unit; do
		[ ! -f "$3/$unit" ] || echo "$count $unit"
	done >"$work/all"
	awk -v degraded="$4" -v seconds="$5" -v name="$6" '
		FNR == NR { hit[$2] = $1; next }
		{ all += $1; seen += hit[$2]; lost[$2] = $1 - hit[$2]; total[$2] = $1 }
		END {
			printf "%s: %.1f%% (%d of %d calls), %d units degraded, flags in %s s\n", name,
				all ? 100 * seen / all : 0, seen, all, degraded, seconds
			for (unit in lost)
				if (lost[unit] > 0)
					printf "  %d of %d lost in %s\n", lost[unit], total[unit], unit | "sort -k1,1rn | head -5"
		}' "$work/hit" "$work/all"
}

cpu_seconds()
{
	local TIMEFORMAT='%U %S'

	{ time "$@" >/dev/null 2>&1; } 2>&1 | awk '{ printf "%.2f", $1 + $2 }'
}

measure()
{
	local name=$1 database source clean=$work/clean seconds

	database=$("$top/tests/ecosystem/corpus" "$name" "${XDG_CACHE_HOME:-$HOME/.cache}/looplint/corpus/$name" | tail -n 1)
	source=${database%%/source*}/source
	rm -rf "$clean" "$work/full.store" "$work/seen.store"
	dpkg-source --no-check -x "$source"/../*.dsc "$clean" >/dev/null
	(cd "$source" && "$looplint" dump --after=extract -p "$database" --store "$work/full.store" "$source") 2>/dev/null |
		calls >"$work/full"
	seconds=$(cd "$clean" && cpu_seconds run "$looplint" dump --after=compdb --store "$work/seen.store" "$clean")
	(cd "$clean" && run "$looplint" dump --after=extract --store "$work/seen.store" "$clean") 2>/dev/null >"$work/facts"
	calls <"$work/facts" >"$work/seen"
	compare "$work/full" "$work/seen" "$clean" "$(grep -c '^(unit "[^"]*" degraded' "$work/facts" || true)" "$seconds" "$name"
}

if [ "${1:-}" = --bare ]; then
	bare=1
	copy_system_headers
	shift
fi
[ $# -gt 0 ] || set -- redis tmux udisks2 network-manager
for name in "$@"; do
	measure "$name"
done
