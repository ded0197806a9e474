#!/usr/bin/env bash
#
# usage: valgrind.sh BUILD-DIRECTORY   (a build without sanitizers, for example build)
#
# The runtime's tests under valgrind's memcheck: no error, nothing leaked, no descriptor left. Not those of fibers and
# coroutines on guarded stacks that overflow, nor those of time. A test that fails by itself may just have been too slow:
# valgrind runs one thread at a time, ten times slower. Status 1 if valgrind finds something, and its log.
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
	failed=0
	valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect \
		--errors-for-leak-kinds=definite,indirect --fair-sched=yes "$test" >"$log" 2>&1 || failed=$?
	case $failed in
	0) echo "${test##*/}: clean" ;;
	[1-9]) echo "${test##*/}: clean, but too slow here for: $(grep -o '^\[  FAILED  \] [a-z].*' "$log" | sort -u | cut -c14- | tr '\n' ' ')" ;;
	*)
		echo "${test##*/}: FAILED"
		cat "$log"
		status=1
		;;
	esac
done
exit $status
