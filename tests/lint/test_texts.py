# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What README, NEWS and the pages say is true."""

import hashlib
import json
import os
import re
import subprocess
from pathlib import Path

import checks
import pytest

ROOT = Path(os.environ["PTP_SOURCE_ROOT"])
PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md"]
PAGES += sorted(str(page.relative_to(ROOT)) for page in ROOT.glob("docs/*.md"))


@pytest.fixture(scope="module")
def readme(root):
    return (root / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rules(root):
    return (root / "docs" / "rules.md").read_text(encoding="utf-8")


def test_news_starts_with_the_version(root, meson_build):
    news = (root / "NEWS").read_text(encoding="utf-8")
    assert checks.check_news(news, checks.project_version(meson_build)) == []


def test_readme_states_the_right_versions(readme, meson_build):
    glib = re.search(r"^glib_req = '>= ([\d.]+)'", meson_build, re.MULTILINE).group(1)
    meson = re.search(r"meson_version: '>= ([\d.]+)'", meson_build).group(1)
    version = checks.project_version(meson_build)
    assert checks.check_stated_versions(readme, version, glib, meson) == []


def test_readme_shows_the_two_commands_first(readme):
    first = re.search(r"^```\w*\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL).group(1)
    words = [line.partition("#")[0].split() for line in first.splitlines()]
    assert words[:2] == [["./run", "demo"], ["./run", "test"]]


def test_commands_of_the_texts_are_there(root):
    usage = subprocess.run([root / "run", "help"], capture_output=True, text=True, check=True).stdout
    heads = re.findall(r"^  ([a-z][\w-]*(?:, [\w-]+)*)", usage, re.MULTILINE)
    known = {name for head in heads for name in head.split(", ")}
    assert {"demo", "test", "bench", "docs", "lint", "help", "clang-tidy", "valgrind"} <= known
    for page in PAGES:
        named = set(re.findall(r"\./run ([\w-]+)", (root / page).read_text(encoding="utf-8")))
        assert named <= known, page


@pytest.mark.parametrize("page", PAGES)
def test_no_code_is_indented(root, page):
    """A block inside a list is none to gi-docgen, which shows it as a line of text."""
    assert re.findall(r"^ +```.*", (root / page).read_text(encoding="utf-8"), re.MULTILINE) == []


@pytest.mark.parametrize("page", PAGES)
def test_links(root, page):
    assert checks.check_links(root / page) == []


def test_every_rule_has_a_test(rules, test_texts):
    assert len(checks.rule_numbers(rules)) == 67
    assert checks.check_rules_tested(rules, test_texts) == []


def test_every_named_rule_exists(rules, test_texts):
    assert checks.check_rules_known(rules, test_texts) == []


def test_rules_page_names_tests_that_are_there(rules, test_texts):
    assert checks.check_rules_name_a_test(rules) == []
    assert checks.check_references(rules, test_texts) == []


def test_trust_has_the_figures_of_the_long_run(root):
    figures = json.loads((root / "docs" / "soak.json").read_text(encoding="utf-8"))
    page = (root / "docs" / "trust.md").read_text(encoding="utf-8")
    assert figures["findings"] == 0
    assert f"{figures['sequences']:,} sequences in {figures['minutes']:.0f} minutes" in page
    for name, program in figures["programs"].items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        seeds = ", ".join(str(seed) for seed in program["seeds"])
        assert f"| {program['sequences']:,} | {seeds} |" in row
        assert program["sequences"] > 0


def table_of(page, start):
    """The rows of a table by their first cell, from those that start like that."""
    rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in page.splitlines()]
    return {row[0]: row[1:] for row in rows if row[0].startswith(start)}


def test_scheduling_has_the_figures_of_the_benchmarks(root):
    measured = table_of((root / "docs" / "benchmarks.md").read_text(encoding="utf-8"), "slice of ")
    page = (root / "docs" / "scheduling.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| (\d+) µs \| ([\d.]+) µs \| ([\d.]+) ns \|$", page, re.MULTILINE)
    assert len(shown) == 6
    for slice_length, late, step in shown:
        row = measured[f"slice of {slice_length} us, steps of 1 us"]
        assert (row[0], row[6]) == (late, step), slice_length


def test_every_page_is_on_the_site(root):
    listed = re.findall(r"^  '([\w-]+\.md)',$", (root / "docs" / "meson.build").read_text(encoding="utf-8"), re.M)
    assert sorted(listed) == sorted(page.name for page in root.glob("docs/*.md"))


def test_every_picture_is_drawn_from_what_is_there(root):
    folder = root / "docs" / "diagrams"
    sources = sorted(folder.glob("*.puml"))
    assert sources
    for source in sources:
        text = (folder / "style.iuml").read_bytes() + source.read_bytes()
        picture = (root / "docs" / "images" / f"{source.stem}.svg").read_text(encoding="utf-8")
        drawn_from = re.search(r"<!-- drawn from (\w+) -->\n\Z", picture).group(1)
        assert drawn_from == hashlib.sha256(text).hexdigest(), f"{source.name}: ./run diagrams"


def test_every_picture_is_shown(root):
    pages = "".join(page.read_text(encoding="utf-8") for page in root.glob("docs/*.md"))
    for picture in root.glob("docs/images/*"):
        assert f"](images/{picture.name})" in pages, picture.name


@pytest.mark.parametrize("language, page", [("Python", "start-python.md"), ("GJS", "start-javascript.md")])
def test_starts_have_the_cost_of_a_step(root, language, page):
    measured = table_of((root / "docs" / "benchmarks.md").read_text(encoding="utf-8"), f"{language}: pulltopush")
    text = " ".join((root / "docs" / page).read_text(encoding="utf-8").split())
    generator = measured[f"{language}: pulltopush, a generator and a function"][-1]
    classes = measured[f"{language}: pulltopush, both ends as classes"][-1]
    assert f"costs {generator} times what an idle callback costs" in text
    assert f"is {classes} times an idle callback" in text


def test_overview_has_the_figures_of_the_benchmarks(root):
    page = (root / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    overview = " ".join((root / "docs" / "overview.md").read_text(encoding="utf-8").split())
    said = {
        "one idle source per stream": "times less than an idle source",
        "Twisted's adapter": "times less than Twisted",
    }
    for what, words in said.items():
        value = re.search(rf"\| {what}, against ours \| ([\d.]+) \|", page).group(1)
        assert f"{float(value):.0f} {words}" in overview
