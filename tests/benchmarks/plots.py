# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The plots of the benchmarks, drawn by gnuplot."""

import re
import subprocess

# Told apart by who does not see colours, too: by their order of lightness, and by their marks.
COLOURS = ["#1a5fb4", "#e66100", "#2ec27e", "#813d9c", "#c01c28", "#986a44", "#77767b"]
MARKS = [7, 5, 9, 13, 11, 6, 4]
HEAD = """\
set terminal svg size 760,440 dynamic noenhanced background '#ffffff' font 'sans-serif,13'
set output {output}
set title {title}
set xlabel {x_label} offset 0,0.3
set ylabel {y_label}
set grid linetype 1 linecolor '#deddda'
set border 3 linecolor '#5e5c64'
set tics nomirror textcolor '#241f31'
set key below left Left reverse samplen 2 title ' '
set format x {format}
"""


def get_name(benchmark, plot):
    return re.sub(r"[^A-Za-z0-9_-]", "-", f"benchmark-{benchmark}-{plot['name']}") + ".svg"


def quote(text):
    """A string that gnuplot takes as it is."""
    return "'" + str(text).replace("'", "''").replace("\n", " ") + "'"


def make_axis(axis, log, values):
    """A linear axis starts at zero; a logarithmic one cannot, and leaves some room."""
    if log and all(value > 0 for value in values):
        ends = f"{min(values) / 1.25:g}:{max(values) * 1.25:g}"
        return [f"set logscale {axis}", f"set {axis}range [{ends}]"]
    return [f"set {axis}range [0:*]"] if all(value >= 0 for value in values) else []


def make_script(plot, path):
    lines = [line for line in plot["lines"] if line["points"]]
    points = [point for line in lines for point in line["points"]]
    script = [HEAD.format(
        output=quote(path), title=quote(plot["title"]), x_label=quote(plot["x_label"]),
        y_label=quote(plot["y_label"]), format=quote("%.0s %c" if plot.get("x_log") else "%g"),
    )]
    script += make_axis("x", plot.get("x_log"), [x for x, _ in points])
    script += make_axis("y", plot.get("y_log"), [y for _, y in points])
    for number, line in enumerate(lines):
        script += [f"$data{number} << END", *(f"{x:g} {y:g}" for x, y in line["points"]), "END"]
    drawn = [
        f"$data{number} with linespoints linewidth 2 pointtype {MARKS[number % len(MARKS)]} "
        f"pointsize 0.7 linecolor '{COLOURS[number % len(COLOURS)]}' title {quote(line['label'])}"
        for number, line in enumerate(lines)
    ]
    script.append("plot " + ", \\\n  ".join(drawn))
    return "\n".join(script) + "\n"


def draw(plot, path):
    """Gives back why it could not be drawn, or None."""
    try:
        run = subprocess.run(
            ["gnuplot"], input=make_script(plot, path), capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return "gnuplot is not installed"
    if run.returncode != 0:
        path.unlink(missing_ok=True)
        return f"gnuplot says: {' '.join(run.stderr.split())}"
    return None


def draw_all(documents, folder):
    """Draws what the documents ask for, removes what none asks for, gives back what went wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [(d["benchmark"], plot) for d in documents for plot in d.get("plots", [])]
    wanted = [(benchmark, plot) for benchmark, plot in wanted if any(
        line["points"] for line in plot["lines"])]
    names = {get_name(benchmark, plot) for benchmark, plot in wanted}
    for path in folder.glob("benchmark-*.svg"):
        if path.name not in names:
            path.unlink()

    faults = {}
    for benchmark, plot in wanted:
        fault = draw(plot, folder / get_name(benchmark, plot))
        if fault:
            faults.setdefault(fault, []).append(f"{benchmark} {plot['name']}")
    return [
        f"Not drawn: {', '.join(names)}: {fault}; mend that and write the page again with --render"
        for fault, names in faults.items()
    ]
