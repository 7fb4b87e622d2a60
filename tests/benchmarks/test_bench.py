# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""bench.py: rounds, ratios, bars, and what happens when a peer is not there."""

import json
import math
import sys

import bench
import pytest


def make_board(*arguments):
    options = bench.parse(bench.argument_parser("A benchmark."), list(arguments))
    board = bench.Benchmark("sample", "What does it cost?", "ns", options)
    board.add_row("bare", "a bare loop", base="bare")
    board.add_row("ours", "ours", base="bare")
    board.add_column("median", "ns")
    board.add_column("ratio", "x bare")
    return board


def play(name, *figures):
    """A measurement that finds the next figure each time; an exception is raised."""
    left = list(figures)

    def measure():
        figure = left.pop(0)
        if isinstance(figure, Exception):
            raise figure
        return {name: figure}

    return measure


def row_of(board, name):
    rows = {row["name"]: row for row in board.get_document()["rows"]}
    return rows[name]


# Rounds and ratios


def test_rounds_are_interleaved():
    board = make_board("--rounds", "3")
    calls = []

    def measure(name, figure):
        calls.append(name)
        return {name: figure}

    board.measure([lambda: measure("bare", 1.0), lambda: measure("ours", 2.0)])
    assert calls == ["bare", "ours"] * 3


def test_ratio_is_the_median_of_the_ratios_of_each_round():
    board = make_board("--rounds", "3")
    # Ratios 5, 2 and 3; the ratio of the medians would be 40 / 10 = 4.
    board.measure([play("bare", 1, 20, 10), play("ours", 5, 40, 30)])
    assert board.get_ratios("ours", "bare") == [5, 2, 3]
    assert board.get_ratio("ours", "bare") == 3
    assert row_of(board, "ours")["ratio"] == 3
    assert row_of(board, "bare")["ratio"] == 1


def test_ratio_to_more_than_one_row():
    board = make_board("--rounds", "1")
    board.add_row("peer", "a peer", base="bare", ratios={"ratio_ours": "ours"})
    board.measure([play("bare", 2.0), play("ours", 4.0), play("peer", 12.0)])
    assert (row_of(board, "peer")["ratio"], row_of(board, "peer")["ratio_ours"]) == (6, 3)


def test_a_row_has_its_median_least_and_largest():
    board = make_board("--rounds", "3")
    board.measure([play("bare", 9.0, 2.0, 4.0)])
    row = row_of(board, "bare")
    assert (row["median"], row["min"], row["max"]) == (4, 2, 9)


def test_further_figures_are_medians():
    board = make_board("--rounds", "3")
    figures = [{"value": 1.0, "cpu": cpu} for cpu in (7.0, 5.0, 6.0)]
    board.measure([play("bare", *figures)])
    assert row_of(board, "bare")["cpu"] == 6
    assert board.get_median("bare", "cpu") == 6


def test_quick_is_one_round():
    board = make_board("--quick", "--rounds", "9")
    board.measure([play("bare", 1.0)])
    assert board.get_document()["rounds"] == 1


@pytest.mark.parametrize("rounds", ["0", "-1", "many"])
def test_there_is_at_least_one_round(rounds, capsys):
    with pytest.raises(SystemExit):
        make_board("--rounds", rounds)
    assert "round" in capsys.readouterr().err


# Bars


@pytest.mark.parametrize(
    "value, sense, bar, holds",
    [
        (2.4, "<=", 2.5, True),
        (2.5, "<=", 2.5, True),
        (2.6, "<=", 2.5, False),
        (0.9, ">=", 0.9, True),
        (1.0, ">=", 0.9, True),
        (0.8, ">=", 0.9, False),
    ],
)
def test_bars(value, sense, bar, holds, capsys):
    board = make_board("--rounds", "1")
    board.measure([play("bare", 1.0), play("ours", 1.0)])
    board.add_bar("the cost", value, sense, bar)
    assert board.bars == [
        {"what": "the cost", "value": value, "sense": sense, "bar": bar, "holds": holds}
    ]
    assert board.finish() == 0  # a benchmark is no test
    assert ("holds" if holds else "FAILS") in capsys.readouterr().out


def test_a_bar_takes_the_ratios_of_the_rounds():
    board = make_board("--rounds", "3")
    board.measure([play("bare", 1, 20, 10), play("ours", 5, 40, 30)])
    board.add_ratio_bar("against the bare loop", "ours", "bare", "<=", 3.5)
    assert (board.bars[0]["value"], board.bars[0]["holds"]) == (3, True)


# What is not there


def test_a_missing_peer_is_left_out_when_quick():
    board = make_board("--quick")
    board.measure([play("bare", 1.0), play("ours", bench.Missing("Ours is not installed"))])
    board.add_ratio_bar("against the bare loop", "ours", "bare", "<=", 2)
    assert [row["name"] for row in board.get_document()["rows"]] == ["bare"]
    assert board.bars == []
    assert board.notes[:2] == [
        "Left out: Ours is not installed.",
        "Not held against its bar: against the bare loop.",
    ]
    assert board.finish() == 0


def test_a_missing_peer_is_a_failure_otherwise():
    board = make_board("--rounds", "2")
    missing = bench.Missing("Ours is not installed")
    # Not asked again: there is no second figure to find.
    board.measure([play("bare", 1.0, 2.0), play("ours", missing)])
    assert board.get_document()["notes"] == ["Left out: Ours is not installed."]
    assert board.finish() == 1


def test_a_failure_is_one_also_when_quick():
    board = make_board("--quick")
    board.measure([play("bare", 1.0), play("ours", bench.Unmeasured("Ours broke"))])
    assert board.finish() == 1


@pytest.mark.parametrize("broken, whole", [("ours", "bare"), ("bare", "ours")])
def test_a_peer_that_fails_later_keeps_its_rounds(broken, whole):
    board = make_board("--rounds", "3")
    fails = play(broken, 4.0, bench.Unmeasured("It broke"))
    board.measure([play(whole, 2.0, 1.0, 1.0), fails])
    assert board.get_ratios(broken, whole) == [2]
    assert board.get_ratios(whole, broken) == [0.5]
    assert board.finish() == 1


@pytest.mark.parametrize("figure", [math.nan, math.inf, 0, -1.0, {"value": 1, "cpu": math.nan}])
def test_a_figure_that_cannot_be(figure):
    board = make_board("--rounds", "1")
    board.measure([play("bare", 1.0), play("ours", figure)])
    assert [row["name"] for row in board.get_document()["rows"]] == ["bare"]
    assert board.finish() == 1


def test_a_row_nobody_asked_for():
    board = make_board("--rounds", "1")
    board.measure([play("bare", 1.0), play("theirs", 1.0)])
    assert "theirs" in board.notes[0]
    assert board.finish() == 1


def test_a_peer_that_forgets_a_row():
    board = make_board("--rounds", "1")
    board.measure([play("bare", 1.0)])
    assert board.finish() == 1
    assert board.notes == ["Not measured: ours."]


def test_nothing_measured_is_a_failure():
    board = make_board("--quick")
    board.measure([play("bare", bench.Missing("Bare is not installed"))])
    assert board.finish() == 1


# The peers


def python(text):
    return [sys.executable, "-c", text]


def test_the_last_line_of_a_peer_counts():
    assert bench.run_peer(python("print('warm'); print('{\"bare\": 2}')")) == {"bare": 2}


def test_a_peer_gets_its_environment():
    text = "import os; print('\"' + os.environ['SAMPLE'] + '\"')"
    assert bench.run_peer(python(text), env={"SAMPLE": "told"}) == "told"


def test_a_program_that_is_not_there():
    with pytest.raises(bench.Missing, match="no-such-program is not installed"):
        bench.run_peer(["no-such-program", "--steps", 1])


def test_a_peer_that_misses_something():
    with pytest.raises(bench.Missing, match="^Fruit is not installed$"):
        text = "import sys; print('Fruit is not installed', file=sys.stderr); sys.exit(77)"
        bench.run_peer(python(text))


def test_a_peer_that_fails_says_why():
    with pytest.raises(bench.Unmeasured, match="status 3: out of apples") as caught:
        text = "import sys; print('well\\nout of apples', file=sys.stderr); sys.exit(3)"
        bench.run_peer(python(text))
    assert not isinstance(caught.value, bench.Missing)


@pytest.mark.parametrize("text", ["pass", "print('fast')"])
def test_a_peer_that_tells_nothing(text):
    with pytest.raises(bench.Unmeasured, match="no JSON"):
        bench.run_peer(python(text))


def test_a_peer_that_hangs():
    with pytest.raises(bench.Unmeasured, match="timed out"):
        bench.run_peer(python("import signal; signal.pause()"), timeout=0.1)


# What is told


def test_document(tmp_path):
    path = tmp_path / "sample.json"
    board = make_board("--rounds", "1", "--json", str(path))
    board.measure([play("bare", 3.0), play("ours", 6.0000001)])
    board.add_bar("the cost", 2.0, "<=", 2.5)
    lines = {"ours": [(1, 8.5), (100, 8.25)], "nobody": []}
    board.add_plot("by-streams", "Cost", "streams", "ns", lines, x_log=True)
    board.add_note("A note.")
    board.add_note("A note.")
    assert board.finish() == 0
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "benchmark": "sample",
        "question": "What does it cost?",
        "unit": "ns",
        "better": "less",
        "rounds": 1,
        "columns": [{"key": "median", "label": "ns"}, {"key": "ratio", "label": "x bare"}],
        "rows": [
            {"name": "bare", "label": "a bare loop", "median": 3, "min": 3, "max": 3, "ratio": 1},
            {"name": "ours", "label": "ours", "median": 6, "min": 6, "max": 6, "ratio": 2},
        ],
        "bars": [{"what": "the cost", "value": 2, "sense": "<=", "bar": 2.5, "holds": True}],
        "plots": [
            {
                "name": "by-streams", "title": "Cost", "x_label": "streams", "y_label": "ns",
                "x_log": True, "y_log": False,
                "lines": [{"label": "ours", "points": [[1, 8.5], [100, 8.25]]}],
            }
        ],
        "notes": ["A note."],
    }


def test_table(capsys):
    board = make_board("--rounds", "1")
    board.measure([play("bare", 3.5), play("ours", 1234.5)])
    board.finish()
    assert capsys.readouterr().out.splitlines() == [
        "What does it cost?  (medians of 1 round)",
        "               ns  x bare",
        "a bare loop  3.50    1.00",
        "ours         1234     353",
    ]


def test_no_line_is_too_long(capsys):
    board = make_board("--rounds", "1")
    board.add_row("long", "a label " * 20, base="bare")
    board.measure([play("bare", 3.5), play("ours", 1.0), play("long", 1.0)])
    board.add_bar("what is held against a bar " * 8, 1.0, "<=", 2)
    board.add_note("word " * 60)
    board.finish()
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 100
