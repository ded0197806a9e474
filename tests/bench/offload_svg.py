"""The rows of bench_offload on stdin as a picture on stdout: latency by load, one panel for each kind of work."""

import math
import sys

COLOURS = {"offload": "#1b6ca8", "offload scope": "#7fb2d9", "uv_queue_work": "#c8553d", "GTask": "#6a994e", "pthread": "#8d8d8d"}
PANEL, GAP, LEFT, TOP, HEIGHT = 260, 70, 70, 70, 300


def ticks(low, high):
    """Powers of ten from one bound to the other."""
    return [10**power for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]


def time_label(ns):
    """1000 -> 1 us"""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if ns >= size:
            return f"{ns / size:g} {unit}"
    return f"{ns:g} ns"


def panel(out, left, title, rows):
    """One kind of work: `rows` are (contender, outstanding, p50, p99)."""
    loads = sorted({row[1] for row in rows})
    marks = ticks(min(row[2] for row in rows), max(row[3] for row in rows))
    span = math.log10(marks[-1] / marks[0]) or 1

    def x(load):
        return left + PANEL * loads.index(load) / max(1, len(loads) - 1)

    def y(value):
        return TOP + HEIGHT * (1 - math.log10(value / marks[0]) / span)

    out.append(f'<text x="{left + PANEL / 2:g}" y="{TOP - 14}" text-anchor="middle">{title}</text>')
    for mark in marks:
        out.append(f'<path d="M{left} {y(mark):.1f}h{PANEL}" stroke="#ddd"/>')
        out.append(f'<text x="{left - 6}" y="{y(mark) + 4:.1f}" text-anchor="end" class="s">{time_label(mark)}</text>')
    for load in loads:
        out.append(f'<text x="{x(load):.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle" class="s">{load}</text>')
    for name, colour in COLOURS.items():
        mine = sorted((row for row in rows if row[0] == name), key=lambda row: row[1])
        for column, dash in ((2, ""), (3, ' stroke-dasharray="4 3"')):
            points = " ".join(f"{x(row[1]):.1f},{y(row[column]):.1f}" for row in mine)
            out.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')


def main():
    works = {}
    for line in sys.stdin:
        field = line.rstrip("\n").split("\t")
        if field[0] == "row":
            works.setdefault(field[2], []).append((field[1], int(field[3]), float(field[4]), float(field[5])))
    width = LEFT + len(works) * (PANEL + GAP)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{TOP + HEIGHT + 60}" '
        f'font-family="sans-serif" font-size="14">',
        "<style>.s{font-size:11px;fill:#555}</style>",
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for at, (name, colour) in enumerate(COLOURS.items()):
        out.append(f'<path d="M{LEFT + at * 160} 24h24" stroke="{colour}" stroke-width="3"/>')
        out.append(f'<text x="{LEFT + at * 160 + 30}" y="29">{name}</text>')
    out.append(f'<text x="{LEFT + 760}" y="29" class="s">solid p50, dashed p99</text>')
    for at, (title, rows) in enumerate(works.items()):
        panel(out, LEFT + at * (PANEL + GAP), f"work: {title}", rows)
    out.append(f'<text x="{width / 2:g}" y="{TOP + HEIGHT + 44}" text-anchor="middle">tasks outstanding</text>')
    out.append("</svg>")
    print("\n".join(out))


main()
