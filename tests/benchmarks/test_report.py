# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""report.py: what becomes of the documents of the benchmarks, and of those that fail."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

HERE = Path(__file__).resolve().parent

SAMPLE = {
    "benchmark": "apple",
    "question": "What does an apple cost?",
    "unit": "cents",
    "better": "less",
    "rounds": 5,
    "columns": [{"key": "median", "label": "cents"}, {"key": "ratio", "label": "x pear"}],
    "rows": [
        {"name": "pear", "label": "a pear | green", "median": 12.5, "min": 12, "max": 13},
        {"name": "apple", "label": "an apple", "median": 25, "min": 24, "max": 26, "ratio": 2.0},
    ],
    "bars": [
        {"what": "an apple, to a pear", "value": 2.0, "sense": "<=", "bar": 2.5, "holds": True},
        {"what": "red apples", "value": 1, "sense": ">=", "bar": 3, "holds": False},
    ],
    "plots": [
        {
            "name": "by-size", "title": "It's the price", "x_label": "g", "y_label": "cents",
            "x_log": True, "y_log": False,
            "lines": [{"label": "apple", "points": [[1, 2], [100, 30]]}],
        }
    ],
    "notes": ["Bought in /build/market on a Tuesday."],
}

# In place of gnuplot: keeps the script, and draws where it is told to.
SKETCH = """\
tee "$0.script" | sed -n "s/^set output '\\(.*\\)'/\\1/p" | xargs touch"""

# A benchmark: says what it was called with, and does as its first argument says.
PROGRAM = """
import json, os, sys
how, document, arguments = sys.argv[1], sys.argv[2], sys.argv[3:]
print("called with", *[word for word in arguments if not word.endswith(".json")])
print("in", os.path.basename(os.getcwd()), "with", os.environ["FRUIT"])
if how == "crashes":
    os.abort()
if how == "fails":
    sys.exit(3)
text = open(document).read() if how != "stutters" else "{"
open(arguments[arguments.index("--json") + 1], "w").write(text)
sys.exit(1 if how == "misses" else 0)
"""


class House:
    """A build directory with benchmarks, and the folder of the pages."""

    def __init__(self, folder):
        self.folder = folder
        self.docs = folder / "docs"
        self.build = folder / "build"
        self.entries = []
        (self.build / "meson-info").mkdir(parents=True)
        (folder / "program.py").write_text(PROGRAM)
        self.write_info("dependencies", [{"name": "glib-2.0", "version": "2.74.6"}])
        self.set_options(optimization="2", b_sanitize="none")
        (self.build / "compile_commands.json").write_text('[{"command": "cc -c a.c"}]')
        self.write_info("benchmarks", [])
        (folder / "bin").mkdir()
        self.set_gnuplot(SKETCH)

    def set_gnuplot(self, text):
        self.gnuplot = self.folder / "bin" / "gnuplot"
        self.gnuplot.write_text(f"#!/bin/sh\n{text}\n")
        self.gnuplot.chmod(0o755)

    def write_info(self, name, value):
        (self.build / "meson-info" / f"intro-{name}.json").write_text(json.dumps(value))

    def set_options(self, **options):
        self.write_info("buildoptions", [{"name": n, "value": v} for n, v in options.items()])

    def add(self, name, how="works", **changes):
        document = self.folder / f"{name}.json"
        document.write_text(json.dumps({**SAMPLE, "benchmark": name, **changes}))
        self.entries = [entry for entry in self.entries if entry["name"] != name]
        self.entries.append({
            "name": name,
            "cmd": [sys.executable, str(self.folder / "program.py"), how, str(document)],
            "env": {"FRUIT": "fruit"},
            "timeout": 60,
        })
        self.write_info("benchmarks", self.entries)

    def run(self, *arguments, path=os.environ["PATH"]):
        command = [sys.executable, HERE / "report.py", "--docs", self.docs, *arguments]
        return subprocess.run(
            [str(word) for word in command], capture_output=True, text=True, check=False,
            env={**os.environ, "PATH": f"{self.folder / 'bin'}:{path}"},
        )

    def measure(self, *arguments, **options):
        return self.run("--build", self.build, *arguments, **options)

    @property
    def page(self):
        return (self.docs / "benchmarks.md").read_text()

    def get_section(self, name):
        start = self.page.index(f"\n## {name}\n")
        return self.page[start : self.page.index("\n## ", start + 4)]


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def test_a_page_is_written(house):
    house.add("apple")
    run = house.measure()
    assert (run.returncode, run.stderr) == (0, "")
    section = house.get_section("apple")
    assert "**What does an apple cost?** Medians of 5 rounds in cents, less is better" in section
    assert "| a pear \\| green | 12.5 | - |" in section
    assert "| an apple | 25.0 | 2.00 |" in section
    assert "- an apple, to a pear: 2.00; the bar is at most 2.5, and holds." in section
    assert "- red apples: 1.00; the bar is at least 3, and **does not hold**." in section


def test_the_bars_come_first(house):
    house.add("apple")
    house.add("melon", bars=SAMPLE["bars"][:1])
    house.measure()
    section = house.get_section("The bars")
    assert "\n2 of 3 hold.\n" in section
    assert "| [apple](#apple) | red apples | 1.00 | ≥&nbsp;3 | **no** |" in section
    assert "| [melon](#melon) | an apple, to a pear | 2.00 | ≤&nbsp;2.5 | yes |" in section
    assert house.page.index("## The bars") < house.page.index("## apple")


def test_the_machine_is_told(house):
    house.add("apple")
    house.measure()
    machine = house.page[house.page.index("## The machine") :]
    for name in "processor", "cores", "memory", "kernel", "distribution", "compiler":
        assert f"| {name} | " in machine
    assert "| GLib | 2.74.6 |" in machine


def test_another_machine_is_told_apart(house):
    house.add("apple")
    house.add("melon")
    house.measure()
    kept = house.docs / "benchmarks" / "melon.json"
    document = json.loads(kept.read_text())
    kept.write_text(json.dumps({**document, "machine": {"processor": "an abacus"}}))
    assert house.run("--render").returncode == 0
    assert "on machine 1" in house.get_section("apple")
    assert "on machine 2" in house.get_section("melon")
    assert "| an abacus |" in house.page


def test_a_name_renews_its_own_section_only(house):
    house.add("apple")
    house.add("melon")
    house.measure()
    apple, melon = house.get_section("apple"), house.get_section("melon")
    house.add("apple", question="And now?")
    house.add("melon", question="And then?")
    run = house.measure("melon")
    assert run.returncode == 0
    assert "== melon" in run.stdout and "== apple" not in run.stdout
    assert house.get_section("apple") == apple
    assert house.get_section("melon") == melon.replace("What does an apple cost?", "And then?")


def test_the_order_is_that_of_the_house(house):
    for name in "zebra", "throughput", "step-cost":
        house.add(name)
    run = house.measure()
    told = [line for line in run.stdout.splitlines() if line.startswith("== ")]
    assert told == ["== step-cost", "== throughput", "== zebra"]
    page = house.page
    assert page.index("## step-cost") < page.index("## throughput") < page.index("## zebra")


def test_a_wrong_name_says_which_there_are(house):
    house.add("melon")
    house.add("apple")
    run = house.measure("pear", "apple")
    assert run.returncode == 1
    assert "no benchmark called pear; there are: apple, melon" in run.stderr
    assert not house.docs.exists()


def test_it_is_run_as_meson_does(house):
    house.add("apple")
    run = house.measure("--rounds", "7")
    assert "in build with fruit" in run.stdout
    assert "called with --json --rounds 7" in run.stdout


def test_a_quick_look_writes_nothing(house):
    house.add("apple")
    run = house.measure("--quick")
    assert run.returncode == 0
    assert "called with --json --quick" in run.stdout
    assert not house.docs.exists()


@pytest.mark.parametrize("how", ["crashes", "fails", "stutters"])
def test_the_rest_is_written_when_one_fails(house, how):
    house.add("apple")
    house.measure()
    house.add("apple", how=how, question="And now?")
    house.add("melon")
    run = house.measure()
    assert run.returncode == 1
    assert "report: apple failed: status" in run.stderr
    assert "What does an apple cost?" in house.get_section("apple")
    assert house.get_section("melon")


def test_what_never_ends_is_ended(house):
    house.add("apple")
    house.add("melon")
    house.entries[0].update(cmd=["sleep", "600"], timeout=0.1)
    house.entries[0]["cmd"] = ["sh", "-c", "exec sleep 600"]
    house.write_info("benchmarks", house.entries)
    run = house.measure()
    assert run.returncode == 1
    assert "apple failed" in run.stderr and "timed out" in run.stderr
    assert house.get_section("melon")


def test_what_could_not_be_measured_is_an_error_and_kept(house):
    house.add("apple", how="misses", notes=["Left out: pears."])
    run = house.measure()
    assert run.returncode == 1
    assert "apple could not measure everything" in run.stderr
    assert "Left out: pears." in house.get_section("apple")


def test_a_document_of_another_is_not_taken(house):
    house.add("apple", benchmark="melon")
    run = house.measure()
    assert run.returncode == 1
    assert "apple wrote the document of melon" in run.stderr
    assert not (house.docs / "benchmarks").exists()


def test_no_folder_of_this_machine_is_kept(house):
    house.add("apple", notes=[f"Left out: {house.build}/market is closed."])
    house.measure()
    assert "Left out: market is closed." in house.get_section("apple")


def test_remarks_are_put_below_the_figures(house):
    house.add("apple")
    house.measure()
    (house.docs / "benchmarks" / "apple.md").write_text("Apples are dear *this* year.\n")
    assert house.run("--render").returncode == 0
    section = house.get_section("apple")
    assert section.index("on a Tuesday") < section.index("\nApples are dear *this* year.\n")


@pytest.mark.parametrize(
    "options,why",
    [({"optimization": "0"}, "not optimised"), ({"b_sanitize": "address"}, "sanitizers")],
    ids=["debug", "sanitized"],
)
def test_a_slow_build_is_not_measured(house, options, why):
    house.add("apple")
    house.set_options(**{"optimization": "2", **options})
    run = house.measure()
    assert run.returncode == 1
    assert why in run.stderr
    assert "==" not in run.stdout


def test_something_else_than_a_build_directory(house, tmp_path):
    run = house.run("--build", tmp_path)
    assert run.returncode == 1
    assert "is no build directory" in run.stderr


def test_nothing_to_make_a_page_of(house):
    run = house.run("--render")
    assert run.returncode == 1
    assert "no document" in run.stderr


# The plots


def test_a_plot_is_drawn(house):
    house.add("apple")
    assert house.measure().returncode == 0
    script = (house.folder / "bin" / "gnuplot.script").read_text()
    assert "set title 'It''s the price'" in script
    assert "set logscale x" in script and "set logscale y" not in script
    assert "\n1 2\n100 30\nEND\n" in script
    assert "![It's the price](images/benchmark-apple-by-size.svg)" in house.get_section("apple")


@pytest.mark.skipif(shutil.which("gnuplot") is None, reason="gnuplot is not installed")
def test_gnuplot_draws_it(house):
    house.add("apple")
    house.gnuplot.unlink()
    assert house.measure().returncode == 0
    root = ElementTree.parse(house.docs / "images" / "benchmark-apple-by-size.svg").getroot()
    texts = "".join(root.itertext())
    for told in "It's the price", "cents", "apple":
        assert told in texts
    assert root.find(".//{*}rect").get("fill") == "#ffffff"


def test_a_plot_of_long_ago_is_removed(house):
    house.add("apple", plots=[])
    (house.docs / "images").mkdir(parents=True)
    (house.docs / "images" / "benchmark-apple-by-weight.svg").write_text("<svg/>")
    (house.docs / "images" / "logo.svg").write_text("<svg/>")
    assert house.measure().returncode == 0
    assert [path.name for path in (house.docs / "images").iterdir()] == ["logo.svg"]


def test_gnuplot_fails(house):
    house.add("apple")
    house.set_gnuplot("echo no ink >&2; exit 1")
    run = house.measure()
    assert run.returncode == 1
    assert "Not drawn: apple by-size: gnuplot says: no ink" in run.stderr
    assert "images/" not in house.get_section("apple")


def test_gnuplot_is_missing(house):
    house.add("apple")
    house.measure()
    house.gnuplot.unlink()
    (house.folder / "bin" / "cc").symlink_to(shutil.which("cc"))
    run = house.measure(path="")
    assert run.returncode == 1
    assert "gnuplot is not installed" in run.stderr
    # What was drawn before is better than nothing.
    assert "images/benchmark-apple-by-size.svg" in house.get_section("apple")
