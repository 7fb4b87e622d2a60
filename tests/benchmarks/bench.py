# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the benchmarks in Python have in common: rounds, ratios, bars, the table and the document.

A benchmark declares its rows, and measures them in rounds, one after the other and then all over
again, so that every row meets the same machine. A ratio is taken between two rows of the same
round; what is reported, and held against a bar, is the median of the ratios of all rounds.

    parser = bench.argument_parser(__doc__)
    options = bench.parse(parser)
    board = bench.Benchmark("fruit", "What does an apple cost?", "cents", options)
    board.add_row("pear", "a pear", base="pear")
    board.add_row("apple", "an apple", base="pear")
    board.add_column("median", "cents")
    board.add_column("ratio", "x pear")
    board.measure([buy_pear, buy_apple])
    board.add_ratio_bar("an apple, against a pear", "apple", "pear", "<=", 2.5)
    sys.exit(board.finish())

where buy_pear() gives back {"pear": 12.5}: any number of rows, each with its figure, or with
several, as in {"pear": {"value": 12.5, "weight": 150}}. All further figures of a row go into the
document as medians under their own names, and a column can show them.
"""

import argparse
import json
import math
import operator
import statistics
import subprocess
import textwrap
from pathlib import Path

SENSES = {"<=": operator.le, ">=": operator.ge}
WIDTH = 100
TIMEOUT_SECONDS = 300
# What a peer program exits with when what it measures is not installed; it says so on stderr.
MISSING_STATUS = 77


class Unmeasured(Exception):
    """Something could not be measured; the text says what, and why."""


class Missing(Unmeasured):
    """A peer is not installed; --quick does without it."""


def argument_parser(doc):
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the document to FILE")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="default: 5")
    parser.add_argument("--quick", action="store_true", help="tiny work, to see that it works")
    return parser


def parse(parser, arguments=None):
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("there must be one round at least")
    if options.quick:
        options.rounds = 1
    return options


def run_peer(command, env=None, timeout=TIMEOUT_SECONDS):
    """Runs a program whose last line is a JSON document, and gives that back."""
    words = [str(word) for word in command]
    told = " ".join(words)
    try:
        run = subprocess.run(
            words, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=timeout, check=False,
        )
    except FileNotFoundError as error:
        raise Missing(f"{words[0]} is not installed") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unmeasured(f"{told} could not be run: {error}") from error

    reason = (run.stderr.strip().splitlines() or ["it does not say why"])[-1]
    if run.returncode == MISSING_STATUS:
        raise Missing(reason)
    if run.returncode != 0:
        raise Unmeasured(f"{told} ended with status {run.returncode}: {reason}")
    try:
        return json.loads(run.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError) as error:
        raise Unmeasured(f"{told} printed no JSON document as its last line") from error


def tidy(number):
    """Six digits are more than any measurement is worth."""
    return float(f"{number:.6g}") if isinstance(number, float) else number


def show_number(number):
    if number is None:
        return "-"
    if isinstance(number, str):
        return number
    if number == 0 or abs(number) >= 100:
        return f"{number:.0f}"
    return f"{number:.1f}" if abs(number) >= 10 else f"{number:.2f}"


class Row:
    def __init__(self, name, label, ratios):
        self.name = name
        self.label = label
        self.ratios = ratios  # key: the name of the row that the ratio is taken to
        self.rounds = []  # of each round: a dict of figures, or None

    @property
    def measured(self):
        return any(self.rounds)

    def figures(self, key):
        return [figures[key] for figures in self.rounds if figures and key in figures]

    def keys(self):
        """Every key once, in the order of appearance."""
        return list(dict.fromkeys(key for figures in self.rounds if figures for key in figures))


class Benchmark:
    """One question, and what came of it."""

    def __init__(self, name, question, unit, options, better="less"):
        self.name = name
        self.question = question
        self.unit = unit
        self.better = better
        self.options = options
        self.rows = {}
        self.columns = []
        self.bars = []
        self.plots = []
        self.notes = []
        self.left_out = False  # whether a measurement could not be made
        self.failed = False

    # What there is to measure

    def add_row(self, name, label, base=None, ratios=None):
        """Takes the row that "ratio" is taken to, and {key: row} for further ratios, by name."""
        bases = ({} if base is None else {"ratio": base}) | (ratios or {})
        self.rows[name] = Row(name, label, bases)

    def add_column(self, key, label):
        """A column shows "median", "min", "max", "ratio", or a further figure or ratio."""
        self.columns.append({"key": key, "label": label})

    def add_note(self, text):
        if text not in self.notes:
            self.notes.append(text)

    def add_plot(self, name, title, x_label, y_label, lines, x_log=False, y_log=False):
        """Takes the lines as {label: [(x, y), ...]}; those without points are left out."""
        drawn = [
            {"label": label, "points": [[x, tidy(y)] for x, y in points]}
            for label, points in lines.items()
            if points
        ]
        self.plots.append({
            "name": name, "title": title, "x_label": x_label, "y_label": y_label,
            "x_log": x_log, "y_log": y_log, "lines": drawn,
        })

    # Measuring

    def measure(self, measurements):
        """Runs every measurement once, then all of them again, as often as there are rounds.

        One that cannot be made is not tried again; what it should have told is left out, and a
        note says why.
        """
        able = list(measurements)
        for _ in range(self.options.rounds):
            for row in self.rows.values():
                row.rounds.append(None)
            for measurement in list(able):
                try:
                    self._take(measurement())
                except Unmeasured as error:
                    able.remove(measurement)
                    self._leave_out(error)

    def _take(self, results):
        for name, figures in results.items():
            if name not in self.rows:
                raise Unmeasured(f"{name} was measured, and nobody asked for it")
            if not isinstance(figures, dict):
                figures = {"value": figures}
            for key, figure in figures.items():
                if not math.isfinite(figure) or (key == "value" and figure <= 0):
                    raise Unmeasured(f"{name}: {key} is {figure}, which nothing can be")
            self.rows[name].rounds[-1] = figures

    def _leave_out(self, error):
        self.add_note(f"Left out: {error}.")
        self.left_out = True
        if not (isinstance(error, Missing) and self.options.quick):
            self.failed = True

    # What came of it

    def get_median(self, name, key="value"):
        """The median over all rounds, or None."""
        figures = self.rows[name].figures(key) if name in self.rows else []
        return statistics.median(figures) if figures else None

    def get_ratios(self, name, other, key="value"):
        """The ratio of two rows in each round that has both."""
        pairs = zip(self.rows[name].rounds, self.rows[other].rounds)
        return [
            one[key] / two[key]
            for one, two in pairs
            if one and two and one.get(key) and two.get(key)
        ]

    def get_ratio(self, name, other, key="value"):
        """The median of the ratios of all rounds, or None."""
        ratios = self.get_ratios(name, other, key)
        return statistics.median(ratios) if ratios else None

    def add_bar(self, what, value, sense, bar):
        """Holds any value against a bar; None means that it could not be measured."""
        if value is None:
            self.add_note(f"Not held against its bar: {what}.")
            return
        holds = SENSES[sense](value, bar)
        self.bars.append(
            {"what": what, "value": tidy(value), "sense": sense, "bar": bar, "holds": holds}
        )

    def add_ratio_bar(self, what, name, other, sense, bar, key="value"):
        self.add_bar(what, self.get_ratio(name, other, key), sense, bar)

    def get_row_document(self, row):
        figures = row.figures("value")
        document = {
            "name": row.name,
            "label": row.label,
            "median": tidy(statistics.median(figures)),
            "min": tidy(min(figures)),
            "max": tidy(max(figures)),
        }
        for key, base in row.ratios.items():
            ratio = self.get_ratio(row.name, base)
            if ratio is not None:
                document[key] = tidy(ratio)
        for key in row.keys():
            if key != "value":
                document[key] = tidy(statistics.median(row.figures(key)))
        return document

    def get_document(self):
        document = {
            "benchmark": self.name,
            "question": self.question,
            "unit": self.unit,
            "better": self.better,
            "rounds": self.options.rounds,
            "columns": self.columns,
            "rows": [self.get_row_document(row) for row in self.rows.values() if row.measured],
            "bars": self.bars,
        }
        if self.plots:
            document["plots"] = self.plots
        if self.notes:
            document["notes"] = self.notes
        return document

    # Telling it

    def finish(self):
        """Prints the table, writes the document, and gives back the exit status."""
        if self.options.quick:
            self.add_note("So little was done that these figures only show that it works.")
        forgotten = [name for name, row in self.rows.items() if not row.measured]
        if forgotten and not self.left_out:
            self.add_note(f"Not measured: {', '.join(forgotten)}.")
            self.failed = True

        document = self.get_document()
        print("\n".join(show(document)))
        if self.options.json is not None:
            text = json.dumps(document, indent=2, ensure_ascii=False)
            self.options.json.write_text(text + "\n", encoding="utf-8")
        return 1 if self.failed or not document["rows"] else 0


def show(document):
    """The lines of the table, and of what stands below it."""
    rounds = document["rounds"]
    lines = [f"{document['question']}  (medians of {rounds} round{'s' if rounds > 1 else ''})"]
    lines += show_rows(document["columns"], document["rows"])
    lines += show_bars(document["bars"])
    for note in document.get("notes", []):
        lines += textwrap.wrap(note, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    return lines


def show_rows(columns, rows):
    cells = [[show_number(row.get(column["key"])) for column in columns] for row in rows]
    widths = [
        max(len(text) for text in [column["label"], *(line[at] for line in cells)])
        for at, column in enumerate(columns)
    ]
    left = max([len(row["label"]) for row in rows], default=0)
    left = min(left, WIDTH - sum(width + 2 for width in widths))
    head = [column["label"] for column in columns]
    return [
        f"{label[:left]:<{left}}" + "".join(f"  {c:>{w}}" for c, w in zip(line, widths))
        for label, line in [("", head), *((row["label"], c) for row, c in zip(rows, cells))]
    ]


def show_bars(bars):
    if not bars:
        return []
    verdicts = [
        f"{show_number(bar['value']):>7} {bar['sense']} {bar['bar']:<7g} "
        f"{'holds' if bar['holds'] else 'FAILS'}"
        for bar in bars
    ]
    width = min(max(len(bar["what"]) for bar in bars), WIDTH - max(map(len, verdicts)) - 2)
    return [""] + [
        f"{bar['what'][:width]:<{width}}  {verdict}" for bar, verdict in zip(bars, verdicts)
    ]
