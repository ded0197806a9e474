#!/usr/bin/env bash
#
# usage: check.sh PROGRAM SOURCE   the program prints what its source says in its last lines, and succeeds.
#
set -euo pipefail

diff <(sed -n 's|^// prints: ||p' "$2") <(timeout 20 "$1" || echo "status $?")
