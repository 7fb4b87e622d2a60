# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The guard, against a program and a valgrind that cost what the test wants."""

import json

import baseline
import callgrind
import guard
import pytest

N = 200
STARTUP = 12345

# Tells what the files beside it say.
PROGRAM = """#!/bin/sh
here=$(dirname "$0")
case $1 in
  --list) cat "$here/list" ;;
  --about) cat "$here/about" ;;
  *) exit 2 ;;
esac
"""

# Writes a profile of what the scenario costs, as the files beside it say.
VALGRIND = """#!/usr/bin/python3 -ISE
import json, os, sys
here = os.path.dirname(__file__)
profile = next(a for a in sys.argv if a.startswith("--callgrind-out-file=")).partition("=")[2]
name, count = sys.argv[sys.argv.index("--count") - 1], int(sys.argv[sys.argv.index("--count") + 1])
costs = json.load(open(os.path.join(here, "costs")))[name]
if costs == "crash":
    sys.exit(f"{name}: out of cheese")
functions = [("prog", "main", %d)]
functions += [(*key.split(":"), int(cost * count)) for key, cost in costs.items()]
lines = ["version: 1", "positions: line", "events: Ir",
         f"summary: {sum(cost for _, _, cost in functions)}", ""]
for obj, function, cost in functions:
    lines += [f"ob=/usr/lib/{obj}", "fl=???", f"fn={function}", f"16 {cost - 1}",
              "cfn=callee", "calls=3 0", "17 999", "18 1", ""]
open(profile, "w").write("\\n".join(lines))
""" % STARTUP

COSTS = {
    "step": {"lib.so:turn": 40, "lib.so:write": 50},
    "life": {"lib.so:turn": 100, "libgobject-2.0.so:g_object_new": 900},
}
ABOUT = {"compiler": "gcc 12.2.0", "glib": "2.74.6", "libc": "2.36"}
BUILD = {"buildtype": "debugoptimized", "b_sanitize": "none", "c_args": []}


class House:
    """A build directory, with what is counted in it."""

    def __init__(self, folder, capsys):
        self.folder = folder
        self.capsys = capsys
        self.baseline = folder / "baseline.json"
        self.valgrind = str(folder / "valgrind")
        for name, text in {"program": PROGRAM, "valgrind": VALGRIND}.items():
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        (folder / "meson-info").mkdir()
        self.set_costs(COSTS)
        self.set_about(ABOUT)
        self.set_build(BUILD)

    def set_costs(self, costs):
        (self.folder / "costs").write_text(json.dumps(costs))
        (self.folder / "list").write_text("".join(f"{name}\t{N}\tit\n" for name in costs))

    def change(self, name, **functions):
        costs = {**COSTS, name: {**COSTS[name], **{f"lib.so:{f}": c for f, c in functions.items()}}}
        self.set_costs(costs)

    def set_about(self, about):
        (self.folder / "about").write_text("".join(f"{k}\t{v}\n" for k, v in about.items()))

    def set_build(self, options):
        path = self.folder / "meson-info" / "intro-buildoptions.json"
        path.write_text(json.dumps([{"name": k, "value": v} for k, v in options.items()]))

    def run(self, *arguments):
        status = guard.main([
            str(self.folder), f"--program={self.folder / 'program'}",
            f"--valgrind={self.valgrind}", f"--baseline={self.baseline}", *arguments,
        ])
        output, errors = self.capsys.readouterr()
        assert errors == ""
        return status, output


@pytest.fixture
def house(tmp_path, capsys):
    """One whose baseline is what things cost."""
    self = House(tmp_path, capsys)
    status, output = self.run("--update")
    assert status == 0, output
    return self


def cases(output):
    """The TAP: what each case is called, and whether it is good."""
    lines = [line for line in output.splitlines() if line.startswith(("ok ", "not ok "))]
    return {line.split()[-1]: line.startswith("ok ") for line in lines}


def test_what_did_not_change_is_good(house):
    status, output = house.run("--tap")
    assert status == 0
    expected = ["/instructions/step", "/instructions/life", "/instructions/bar-step"]
    assert cases(output) == {name: True for name in expected}
    assert "1..3" in output.splitlines()
    assert "#" not in output


def test_growth_fails_and_names_the_function(house):
    house.change("step", turn=46, g_object_ref=12, write=44)
    for arguments in (), ("--tap",):
        status, output = house.run(*arguments)
        assert status == 1
        assert "step: 90.0 -> 102.0 instructions, +13.3%, which is more than +5%." in output
        lines = [line.removeprefix("# ").split() for line in output.splitlines()]
        assert ["0.0", "->", "12.0", "+12.0", "g_object_ref", "(lib.so)", "new"] in lines
        assert ["40.0", "->", "46.0", "+6.0", "turn", "(lib.so)"] in lines
        assert "write (lib.so)" not in output  # it shrank
        assert output.index("g_object_ref") < output.index("turn (lib.so)")
        assert "./run instructions --update" in output
    assert cases(output)["/instructions/step"] is False
    assert cases(output)["/instructions/life"] is True


@pytest.mark.parametrize(("turn", "status"), [(140, 0), (150, 0), (151, 1)])
def test_five_per_cent_is_the_limit(house, turn, status):
    house.change("life", turn=turn)  # of 1000
    result, output = house.run()
    assert result == status
    assert ("which is more than" in output) == (status == 1)


def test_many_functions_are_summed_up(house):
    house.change("life", **{f"f{number}": number for number in range(1, 21)})
    _, output = house.run()
    shown = [line for line in output.splitlines() if line.endswith(" new")]
    assert len(shown) == baseline.SHOWN_FUNCTIONS
    assert shown[0].split()[-3] == "f20"
    assert f"and 12 more: +{sum(range(1, 13)):.1f}" in output


def test_shrinking_is_told_and_good(house):
    house.set_costs({**COSTS, "life": {"lib.so:turn": 100, "libgobject-2.0.so:g_object_new": 800}})
    status, output = house.run("--tap")
    assert status == 0
    assert cases(output)["/instructions/life"] is True
    assert "life: 1000.0 -> 900.0 instructions, -10.0%. Keep it: ./run instructions" in output
    assert "g_object_new (libgobject-2.0.so)" in output


@pytest.mark.parametrize(
    ("key", "words"),
    [("compiler", "the compiler"), ("glib", "GLib"), ("libc", "the C library")],
)
def test_another_house_skips(house, key, words):
    house.set_about({**ABOUT, key: "99.1"})
    house.change("step", turn=4000)
    status, output = house.run()
    assert status == 77
    assert f"{words} is 99.1, and was {ABOUT[key]}" in output
    assert house.run("--tap") == (0, f"1..0 # SKIP {words} is 99.1, and was {ABOUT[key]}\n")


def test_another_architecture_skips(house):
    document = json.loads(house.baseline.read_text())
    document["depends_on"]["architecture"] = "abacus"
    house.baseline.write_text(json.dumps(document))
    status, output = house.run()
    assert status == 77
    assert "the architecture is" in output and "and was abacus" in output


@pytest.mark.parametrize(
    ("name", "value"),
    [("buildtype", "release"), ("b_sanitize", "address,undefined"), ("c_args", ["-O3"])],
)
def test_another_build_skips_and_is_no_baseline(house, name, value):
    before = house.baseline.read_text()
    house.set_build({**BUILD, name: value})
    house.change("step", turn=4000)
    told = f"{name} of the build is {value!r}, not {BUILD[name]!r}"
    status, output = house.run()
    assert status == 77 and told in output
    assert house.run("--tap") == (0, f"1..0 # SKIP {told}\n")
    status, output = house.run("--update")
    assert status == 1 and told in output
    assert house.baseline.read_text() == before


def test_without_valgrind_it_skips(house):
    house.valgrind = "/nonexistent/valgrind"
    status, output = house.run()
    assert status == 77
    assert "/nonexistent/valgrind is not installed" in output


def test_a_scenario_that_is_gone_fails(house):
    house.set_costs({"step": COSTS["step"]})
    status, output = house.run("--tap")
    assert status == 1
    assert cases(output)["/instructions/life"] is False
    assert "life: the baseline has it, and it is not counted any more." in output


def test_a_scenario_without_a_baseline_fails(house):
    house.set_costs({**COSTS, "nap": {"lib.so:turn": 7}})
    status, output = house.run("--tap")
    assert status == 1
    assert cases(output)["/instructions/nap"] is False
    assert "nap: 7.0 instructions, and the baseline lacks it." in output


@pytest.mark.parametrize("name", ["life", "nap"])
def test_a_scenario_that_crashes_fails_alone(house, name):
    house.set_costs({**COSTS, name: "crash"})
    status, output = house.run("--tap")
    assert status == 1
    assert cases(output) == {
        "/instructions/step": True, "/instructions/life": name != "life",
        f"/instructions/{name}": False, "/instructions/bar-step": True,
    }
    assert f"{name}: out of cheese" in output
    before = house.baseline.read_text()
    status, output = house.run("--update")
    assert status == 1 and f"{name}: out of cheese" in output
    assert house.baseline.read_text() == before


def test_a_bar_is_held_whatever_it_was_before(house):
    house.change("step", write=71)
    house.run("--update")
    status, output = house.run("--tap")
    assert status == 1
    assert cases(output)["/instructions/step"] is True
    assert cases(output)["/instructions/bar-step"] is False
    assert "step: 111.0 instructions, and the bar is 110" in output


def test_update_writes_what_is_read_back(house):
    house.change("step", turn=55.25, ref=1)
    assert house.run()[0] == 1
    status, output = house.run("--update")
    assert status == 0
    assert "90.0 ->      106.2   +18.1%" in output
    kept = baseline.Baseline.load(house.baseline)
    assert kept.costs["step"].total == 106.25
    functions = {"lib.so:turn": 55.25, "lib.so:write": 50, "lib.so:ref": 1}
    assert kept.costs["step"].functions == functions
    assert kept.depends_on.items() >= ABOUT.items()
    assert house.run()[0] == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"depends_on": {}, "scenarios": {"step": 3}}'])
def test_a_broken_baseline_says_so(house, text):
    house.baseline.write_text(text)
    status, output = house.run()
    assert status == 1
    assert f"{house.baseline} could not be read" in output
    assert "./run instructions --update" in output
    assert house.run("--tap")[1].startswith("Bail out! ")
    assert house.run("--update")[0] == 0


def test_no_build_directory_says_so(house):
    (house.folder / "meson-info" / "intro-buildoptions.json").unlink()
    status, output = house.run()
    assert status == 1
    assert "is no build directory of meson's" in output


PROFILE = """# callgrind format
version: 1
positions: line
events: Ir
summary: 100

ob=/usr/lib/libpulltopush-1.so.0.0.0
fl=/src/turn.c
fn=turn
0 10
fi=/src/inline.h
0 5
cob=/usr/lib/libglib-2.0.so.0.7400.6
cfi=???
cfn=0x0000000000051234
calls=2 0
0 70
fe=/src/turn.c
0 1
fn=turn'2
0 2
fn=settle.part.0
0 3
fn=settle
0 4

ob=/usr/lib/libglib-2.0.so.0.7400.6
fl=???
fn=0x0000000000051234
0 40
fn=0x0000000000051234'2
0 20
fn=0x0000000000054321
0 10
fn=fopen@@GLIBC_2.2.5
0 5
"""


def test_parse():
    cost = callgrind.parse(PROFILE)
    assert cost.total == 100
    assert cost.functions == {
        "libpulltopush-1.so:turn": 18,
        "libpulltopush-1.so:settle": 7,
        "libglib-2.0.so:(no name)": 70,
        "libglib-2.0.so:fopen": 5,
    }


@pytest.mark.parametrize(
    "broken", ["", PROFILE.replace("summary: 100", "summary: 101"), PROFILE.replace("calls=", "c=")]
)
def test_a_profile_that_is_not_understood_is_an_error(broken):
    with pytest.raises(callgrind.CountingError, match="not understood"):
        callgrind.parse(broken)


def test_startup_drops_out(house):
    scenarios = callgrind.Scenarios(house.folder / "program", house.valgrind)
    assert scenarios.profile("step", N).total == STARTUP + 90 * N
    cost = scenarios.count("step", N)
    assert (cost.total, cost.functions) == (90, COSTS["step"])
