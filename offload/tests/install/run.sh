#!/usr/bin/env bash
#
# usage: run.sh BUILD-DIR [ADAPTER...]   installs offload from BUILD-DIR to a folder of its own, and builds C and C++
# programs with what is there: by find_package, and by pkg-config.
#
set -euo pipefail

build=$1
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

cmake --install "$build" --prefix "$prefix" >/dev/null
cmake -S "$here" -B "$work/build" -DCMAKE_PREFIX_PATH="$prefix" "-DADAPTERS=$(IFS=';'; echo "$*")" \
	-DCMAKE_C_FLAGS="${CFLAGS:-}" -DCMAKE_CXX_FLAGS="${CFLAGS:-}" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cmake --build "$work/build" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
"$work/build/consumer_c"
"$work/build/consumer_cxx"

PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name offload.pc)")
export PKG_CONFIG_PATH
for module in offload "${@/#/offload-}"; do
	read -ra flags < <(pkg-config --define-variable=prefix="$prefix" --cflags --libs "$module")
	cc ${CFLAGS:-} "$here/main.c" -o "$work/program" -Wl,-rpath,"$(dirname "$PKG_CONFIG_PATH")" "${flags[@]}"
	"$work/program"
done
