#!/usr/bin/env bash
#
# usage: offload.sh [PICTURE]   (docs/offload-latency.svg)   with LOOPLINT_BIN set; `./dev bench offload` does that
#
# submit -> done of the runtime against uv_queue_work, GTask's g_task_run_in_thread and a thread for each call: the same
# work in the same process, by turns; medians of five rounds. Both pools have four threads (GTask's has ten, and cannot
# be told). Then memory per outstanding task, and the latency of one class while another is blocked for seconds.
#
# `offload scope` is the same work in coroutines that move to the pool and back.
#
# Budgets: no slower than uv_queue_work in any row (5 % are noise); scope within 1.1 of submit -> done. Status 1 when one
# does not hold. Slower is who does fewer tasks per second or takes longer on average. (Not by the median: where all
# processors are busy libuv's loop has its turn once in a slice of the scheduler, and answers half of the tasks after one
# slice and the others after two, where an even run of them takes one and a half.)
#
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
bench=$(dirname "$LOOPLINT_BIN")/../tests/bench_offload
picture=${1:-$here/../../docs/offload-latency.svg}
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT

[ -x "$bench" ] || { echo "offload.sh: no $bench: it needs libuv and GLib" >&2; exit 2; }
"$bench" >"$rows"
python3 "$here/offload_svg.py" <"$rows" >"$picture"
awk -F '\t' '
	$1 == "row" { line[++rows] = $0 }
	$1 == "row" && $2 == "uv_queue_work" { p50[$3, $4] = $5; p99[$3, $4] = $6; rate[$3, $4] = $7; mean[$3, $4] = $9 }
	$1 == "row" && $2 == "offload" { own50[$3, $4] = $5; own[$3, $4] = $7 }
	$1 == "memory" { memory[++memories] = $0 }
	$1 == "class" { class[++classes] = $0 }
	END {
		format = "%-14s %-14s %6s | %12s %12s %12s %12s %10s | %s\n"
		printf format, "work", "", "at once", "mean us", "p50 us", "p99 us", "tasks/s", "CPU us", "of uv_queue_work: mean, p50, p99, tasks/s"
		for (i = 1; i <= rows; i++) {
			split(line[i], f, "\t")
			at = f[3] SUBSEP f[4]
			note = sprintf("%.2f %.2f %.2f %.2f", f[9] / mean[at], f[5] / p50[at], f[6] / p99[at], f[7] / rate[at])
			if (f[2] == "offload" && (f[9] > mean[at] * 1.05 || f[7] < rate[at] * 0.95)) { note = note "  SLOWER"; slower++ }
			if (f[2] == "offload scope") {
				note = note sprintf("   of offload: %.2f %.2f", f[5] / own50[at], f[7] / own[at])
				if (f[5] > own50[at] * 1.1 && f[7] < own[at] / 1.1) { note = note "  SLOWER"; slower++ }
			}
			printf format, f[3], f[2], f[4], sprintf("%.1f", f[9] / 1e3), sprintf("%.1f", f[5] / 1e3), sprintf("%.1f", f[6] / 1e3), f[7],
				sprintf("%.2f", f[8] / 1e3), note
		}
		print "\nper outstanding task: bytes of the caller\x27s struct, bytes the process grew by"
		for (i = 1; i <= memories; i++) { split(memory[i], f, "\t"); printf "%-14s %6d %8d\n", f[2], f[3], f[4] }
		print "\none class alone, and while eight tasks of another sleep for a second each: p50, p99 us"
		for (i = 1; i <= classes; i++) {
			split(class[i], f, "\t")
			printf "%-14s %9.0f %9.0f   %9.0f %9.0f\n", f[2], f[3] / 1e3, f[4] / 1e3, f[5] / 1e3, f[6] / 1e3
		}
		exit slower > 0
	}' "$rows"
