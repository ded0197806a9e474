#!/usr/bin/env bash
#
# usage: valgrind.sh BUILD-DIRECTORY   (a build without sanitizers, for example build)
#
# All of the runtime's tests under valgrind's memcheck: no error, nothing leaked. Those that take long do less of the
# same: fewer random operations, a system that fails at every seventh point. Children that overflow a stack on purpose crash
# here too, as they are to. A test that fails by itself may just have been too slow: valgrind runs one thread at a time, ten
# times slower. Status 1 if valgrind finds something, and its log.
#
set -euo pipefail

command -v valgrind >/dev/null || { echo "valgrind.sh: valgrind is not installed" >&2; exit 2; }
build=${1:?usage: valgrind.sh BUILD-DIRECTORY}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0

export OFFLOAD_STRESS_OPERATIONS=${OFFLOAD_STRESS_OPERATIONS:-3000} OFFLOAD_FAILURE_EVERY=${OFFLOAD_FAILURE_EVERY:-7}
for test in "$build"/offload/tests/offload_* "$build"/tests/offload_*; do
	[ -x "$test" ] && [ -f "$test" ] || continue
	for attempt in 1 2 3; do
		failed=0
		valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect \
			--errors-for-leak-kinds=definite,indirect --fair-sched=yes "$test" >"$log" 2>&1 || failed=$?
		# A test that was too slow leaves its things behind: that is no leak of the runtime's.
		[ "$failed" = 99 ] && [ "$attempt" -lt 3 ] && grep -q '^ [0-9]* FAILED TEST' "$log" || break
	done
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
