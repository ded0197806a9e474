#!/usr/bin/env bash
#
# usage: run-await.sh PROGRAM   the countdown and the hash come; cancelled, the countdown ends early and nothing is hashed.
#
set -euo pipefail

output=$(timeout 20 "$1")
expected=$'3\n2\n1\n/etc/passwd: '
[[ $output == "$expected"*" bytes" ]] || { printf 'not as expected:\n%s\n' "$output"; exit 1; }
output=$(timeout 20 "$1" cancel)
[[ $output == 3$'\n'*cancelled && $output != *passwd* ]] || { printf 'not cancelled:\n%s\n' "$output"; exit 1; }
