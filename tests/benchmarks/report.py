#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the benchmarks, keeps what they measured, and writes the page about them.

What a benchmark measured is one document, docs/benchmarks/NAME.json; docs/benchmarks.md and the
plots in docs/images are made from all the documents that are there. So a benchmark that is run
alone renews its own section. What people have to say about a section, such as why a bar does not
hold, is docs/benchmarks/NAME.md; it is put below the figures as it is.
"""

import argparse
import datetime
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import bench
import plots

# From what a step costs to what a whole program does; others follow in the order of the alphabet.
ORDER = [
    "step-cost",
    "many-streams",
    "parked",
    "pause-resume",
    "memory",
    "responsiveness",
    "fairness",
    "throughput",
    "instructions",
]
ROOT = Path(__file__).resolve().parents[2]
SENSES = {"<=": "at most", ">=": "at least"}
SIGNS = {"<=": "≤", ">=": "≥"}
HEAD = """\
Title: Benchmarks
Slug: benchmarks

# Benchmarks

What a stream costs, and whether the rest of the main loop notices it. `./run bench` measures all
of this and writes this page; `./run bench NAME` renews one section of it.

**Read the ratios, not the times.** All rows of a section were measured in one run on one machine,
in turns: every row once, then every row again. A ratio is taken between two rows of the same turn,
and the median of these ratios is what is told here and what is held against a bar. Figures of
different sections, days or machines do not compare.
"""


class Failure(Exception):
    """What cannot be done; the text says what and why."""


def sort_key(name):
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)


def escape(text):
    """For a cell of a table, or a line of text."""
    return re.sub(r"([\\|*<`\[\]])", r"\\\1", str(text))


# The build


def read_info(build, name):
    path = build / "meson-info" / f"intro-{name}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Failure(f"{build} is no build directory: {error}") from error


def find_benchmarks(build):
    """What is registered with meson, by name."""
    return {entry["name"]: entry for entry in read_info(build, "benchmarks")}


def check_build(build):
    """Nobody is to be measured as it never runs."""
    options = {entry["name"]: entry["value"] for entry in read_info(build, "buildoptions")}
    if options.get("optimization") in ("0", "g"):
        raise Failure(f"{build} is not optimised; configure it with -Dbuildtype=debugoptimized")
    if options.get("b_sanitize", "none") != "none":
        raise Failure(f"{build} has sanitizers, which cost more than all that is to be measured")


def select(names, known):
    wrong = sorted(set(names) - set(known))
    if wrong:
        there = ", ".join(sorted(known, key=sort_key)) or "none at all"
        raise Failure(f"There is no benchmark called {' or '.join(wrong)}; there are: {there}")
    return sorted(set(names or known), key=sort_key)


# The machine


def read_cpu():
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        text = ""
    found = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    return found.group(1) if found else platform.machine()


def read_compiler(build):
    """The first line of what the compiler of this build says of itself."""
    commands = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    words = [word for word in commands[0]["command"].split() if word != "ccache"]
    run = subprocess.run([words[0], "--version"], capture_output=True, text=True, check=True)
    return run.stdout.splitlines()[0]


def read_distribution():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()


def read_kernel_version():
    """Without what a vendor has added."""
    return re.match(r"[\d.]*", platform.release()).group(0).rstrip(".")


def describe_machine(build):
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    versions = {entry["name"]: entry.get("version") for entry in read_info(build, "dependencies")}
    return {
        "processor": read_cpu(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{memory / (1 << 30):.0f} GiB",
        "kernel": f"{platform.system()} {read_kernel_version()}",
        "distribution": read_distribution(),
        "compiler": read_compiler(build),
        "GLib": versions.get("glib-2.0", "unknown"),
    }


# Running


def run_benchmark(entry, build, arguments):
    """Gives back the document, or None, and what the program ended with."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document.json"
        command = [*entry["cmd"], "--json", path, *arguments]
        environment = {**os.environ, **entry["env"]}
        try:
            status = subprocess.run(
                [str(word) for word in command], cwd=build, env=environment, check=False,
                stdin=subprocess.DEVNULL, timeout=entry["timeout"] or None,
            ).returncode
        except (OSError, subprocess.TimeoutExpired) as error:
            return None, str(error)
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            return document, f"status {status}" if status else ""
        except (OSError, ValueError):
            return None, f"status {status}, and wrote no document"


def keep(document, machine, build, docs):
    """What is kept names no folder of this machine."""
    kept = {**document, "date": datetime.date.today().isoformat(), "machine": machine}
    if "notes" in kept:
        kept["notes"] = [hide_folders(note, build) for note in kept["notes"]]
    folder = docs / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(kept, indent=2, ensure_ascii=False)
    (folder / f"{document['benchmark']}.json").write_text(text + "\n", encoding="utf-8")


def hide_folders(text, build):
    for folder in build.resolve(), build, ROOT:
        text = text.replace(f"{folder}/", "")
    return text


def run_all(names, options):
    """Gives back what went wrong."""
    known = find_benchmarks(options.build)
    arguments = ["--quick"] if options.quick else ["--rounds", str(options.rounds)]
    machine = describe_machine(options.build)
    faults = []
    for name in names:
        print(f"== {name}", flush=True)
        document, fault = run_benchmark(known[name], options.build, arguments)
        if document is None:
            faults.append(f"{name} failed: {fault}; its section stays as it is")
            continue
        if document.get("benchmark") != name:
            faults.append(f"{name} wrote the document of {document.get('benchmark')}")
            continue
        if fault:
            faults.append(f"{name} could not measure everything; its notes say what is missing")
        if not options.quick:
            keep(document, machine, options.build, options.docs)
        print(flush=True)
    return faults


# The page


def read_documents(docs):
    paths = sorted((docs / "benchmarks").glob("*.json"), key=lambda path: sort_key(path.stem))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def make_table(head, rows, right=()):
    """The lines of a table; the columns in right are numbers."""
    rule = ["---:" if at in right else "---" for at in range(len(head))]
    return [f"| {' | '.join(cells)} |" for cells in [head, rule, *rows]]


def show_machines(documents, machines):
    keys = list(dict.fromkeys(key for machine in machines for key in machine))
    if len(machines) == 1:
        head, title = ["machine", ""], "## The machine"
    else:
        head = ["machine", *(str(number + 1) for number in range(len(machines)))]
        title = "## The machines"
    rows = [[key, *(escape(machine.get(key, "")) for machine in machines)] for key in keys]
    return [title, "", *make_table(head, rows), ""]


def show_summary(documents):
    bars = [(document, bar) for document in documents for bar in document["bars"]]
    n_held = sum(bar["holds"] for _, bar in bars)
    rows = [
        [
            f"[{document['benchmark']}](#{make_anchor(document)})",
            escape(bar["what"]),
            bench.show_number(bar["value"]),
            f"{SIGNS[bar['sense']]}&nbsp;{bar['bar']:.15g}",
            "yes" if bar["holds"] else "**no**",
        ]
        for document, bar in bars
    ]
    head = ["benchmark", "what", "value", "bar", "holds"]
    return ["## The bars", "", f"{n_held} of {len(bars)} hold.", "",
            *make_table(head, rows, right=(2,)), ""]


def make_anchor(document):
    """As both GitHub and the rendered documentation make it of the heading."""
    return re.sub(r"[^a-z0-9 _-]", "", document["benchmark"].lower()).replace(" ", "-")


def show_rows(document):
    columns = document["columns"]
    rows = [
        [escape(row["label"]), *(bench.show_number(row.get(column["key"])) for column in columns)]
        for row in document["rows"]
    ]
    head = ["", *(escape(column["label"]) for column in columns)]
    return make_table(head, rows, right=range(1, len(head)))


def show_bars(document):
    lines = []
    for bar in document["bars"]:
        verdict = "holds" if bar["holds"] else "**does not hold**"
        value = bench.show_number(bar["value"])
        lines.append(
            f"- {escape(bar['what'])}: {value}; the bar is {SENSES[bar['sense']]} {bar['bar']:.15g}, "
            f"and {verdict}."
        )
    return lines + [""] if lines else []


def show_section(document, machines, docs):
    better = "less is better" if document["better"] == "less" else "more is better"
    rounds = document["rounds"]
    told = f"Medians of {rounds} round{'s' if rounds > 1 else ''} in {document['unit']}, {better}"
    told += f"; measured {document['date']}"
    if len(machines) > 1:
        told += f" on machine {machines.index(document['machine']) + 1}"
    lines = [f"## {document['benchmark']}", "", f"**{escape(document['question'])}** {told}.", ""]
    lines += show_rows(document) + [""] + show_bars(document)
    for note in document.get("notes", []):
        lines += [escape(note), ""]
    remarks = docs / "benchmarks" / f"{document['benchmark']}.md"
    if remarks.is_file():
        lines += [remarks.read_text(encoding="utf-8").strip(), ""]
    for plot in document.get("plots", []):
        image = plots.get_name(document["benchmark"], plot)
        if (docs / "images" / image).is_file():
            lines += [f"![{escape(plot['title'])}](images/{image})", ""]
    return lines


def render(docs):
    """Gives back what went wrong."""
    documents = read_documents(docs)
    if not documents:
        raise Failure(f"There is no document in {docs / 'benchmarks'} to make a page of")
    machines = []
    for document in documents:
        if document["machine"] not in machines:
            machines.append(document["machine"])
    faults = plots.draw_all(documents, docs / "images")
    lines = [HEAD]
    lines += show_summary(documents)
    for document in documents:
        lines += show_section(document, machines, docs)
    lines += show_machines(documents, machines)
    page = docs / "benchmarks.md"
    page.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    print(f"The page is {page}")
    return faults


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, help="the build directory")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where the page is kept")
    parser.add_argument("--render", action="store_true", help="write the page, measure nothing")
    parser.add_argument("--quick", action="store_true", help="a quick look that writes nothing")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="default: 5")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which to run; default: all")
    options = parser.parse_args()
    if options.build is None and not options.render:
        parser.error("--build is needed, to measure")
    if options.render and (options.names or options.quick):
        parser.error("--render measures nothing, neither by name nor quickly")
    return options


def main():
    options = parse()
    faults = []
    try:
        if not options.render:
            names = select(options.names, find_benchmarks(options.build))
            check_build(options.build)
            faults += run_all(names, options)
        if not options.quick:
            faults += render(options.docs)
    except Failure as error:
        faults.append(str(error))
    for fault in faults:
        print(f"report: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
