#!/usr/bin/env bash
#
# usage: valgrind.sh BUILD-DIRECTORY   (a build without sanitizers, for example build)
#
# The runtime's tests under valgrind's memcheck: no error, nothing leaked, no descriptor left. Not those of fibers and
# coroutines on guarded stacks that overflow, nor those of time (valgrind runs one thread at a time, ten times slower).
# Status 1 if a test has something, and its log.
#
set -euo pipefail

command -v valgrind >/dev/null || { echo "valgrind.sh: valgrind is not installed" >&2; exit 2; }
build=${1:?usage: valgrind.sh BUILD-DIRECTORY}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0

export OFFLOAD_STRESS_OPERATIONS=${OFFLOAD_STRESS_OPERATIONS:-3000}
for test in "$build"/offload/tests/offload_* "$build"/tests/offload_*; do
	[ -x "$test" ] && [ -f "$test" ] || continue
	case ${test##*/} in
	*overflow* | *watch* | *fiber*) continue ;;
	esac
	if valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=definite,indirect,possible \
		--errors-for-leak-kinds=definite,indirect --fair-sched=yes "$test" >"$log" 2>&1; then
		echo "${test##*/}: clean"
	else
		echo "${test##*/}: FAILED"
		cat "$log"
		status=1
	fi
done
exit $status
