# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rules of the house as code.

Each check takes what it looks at and returns a list of complaints, one line each; an empty list
means there is nothing to complain about.
"""

import ast
import re
from pathlib import Path

# Arrows between folders point one way: each may include itself and those before it.
FOLDERS = ["contract", "coop", "adapter", "gio", "cli"]
# A library of its own, which knows of the other what everybody else may know.
APART = "testing"
UMBRELLA = "pulltopush.h"

# Lines of code: without comments and blank lines. That is a screen.
MAX_FUNCTION_LINES = 60

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
# In C and JavaScript "/rules/L3/hold" or "/stage/L3/hold", in Python def test_rules_L3_hold.
RULE_IN_TEST = re.compile(
    r"""(?:["'`]/(?:[\w-]+/)*|\bdef test_rules_)([LRESTB])(\d+)(?=[/_"'`])"""
)
RULE_HEADING = re.compile(r"^\*\*([LRESTB]\d+)\.\*\*", re.MULTILINE)
TEST_REFERENCE = re.compile(r"`(/[a-z][\w/.-]+)`")


def relative(path, root):
    return str(path.relative_to(root))


# Includes


def included_file(kind, target, source, library):
    """The file of the library that an include names, or None if it is somebody else's."""
    if kind == "<":
        prefix = "pulltopush/"
        return library / target[len(prefix) :] if target.startswith(prefix) else None
    beside = (source.parent / target).resolve()
    return beside if library in beside.parents else None


def may_know(folder, included, library):
    to = included.relative_to(library).parts[0]
    if to == UMBRELLA:
        return folder in ("cli", APART)
    if folder == APART or to == APART:
        return folder == to
    return to in FOLDERS and FOLDERS.index(to) <= FOLDERS.index(folder)


def check_arrows(library):
    complaints = []
    for source in sorted(library.rglob("*.[ch]")):
        folder = source.relative_to(library).parts[0]
        if folder not in (*FOLDERS, APART):
            continue
        for kind, target in INCLUDE.findall(source.read_text(encoding="utf-8")):
            included = included_file(kind, target, source, library)
            if included is not None and not may_know(folder, included, library):
                complaints.append(f"{relative(source, library)}: {folder} must not know {target}")
    return complaints


def check_folders(library):
    """A folder that no arrow speaks of would be a hole in the wall."""
    folders = {path.relative_to(library).parts[0] for path in library.rglob("*/*.[ch]")}
    unknown = folders - {*FOLDERS, APART}
    return [f"{name}: no arrow says what it may know" for name in sorted(unknown)]


# Length


def c_functions(text):
    """Yields name and length of each function, as the GNU style lays it out."""
    start = name = None
    code = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    lines = [line for line in code.splitlines() if line.strip()]
    for number, line in enumerate(lines):
        called = re.match(r"^(\w+) \(", line)
        if called:
            name = called.group(1)
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            yield name, number - start + 1
            start = None


def python_functions(text):
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = (line.strip() for line in lines[node.lineno - 1 : node.end_lineno])
            yield node.name, sum(1 for line in body if line and not line.startswith("#"))


def check_lengths(root, paths):
    complaints = []
    for path in paths:
        text = path.read_text(encoding="utf-8")
        functions = {".c": c_functions, ".h": c_functions, ".py": python_functions}.get(path.suffix)
        for name, length in functions(text) if functions else ():
            if length > MAX_FUNCTION_LINES:
                complaints.append(
                    f"{relative(path, root)}: {name} has {length} lines, "
                    f"at most {MAX_FUNCTION_LINES}"
                )
    return complaints


# Words


# The name alone, so that this file can speak of it.
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")


def check_words(root, paths):
    """Nothing is left for later, and nothing jumps."""
    complaints = []
    for path in paths:
        text = path.read_text(encoding="utf-8")
        code = re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"', "", text, flags=re.DOTALL)
        if path.suffix in (".c", ".h") and re.search(r"\bgoto\b", code):
            complaints.append(f"{relative(path, root)}: goto")
        for word in UNFINISHED.findall(text):
            complaints.append(f"{relative(path, root)}: {word}")
    return complaints


def check_licenses(root, paths):
    tag = "SPDX-License-" + "Identifier: "
    return [
        f"{relative(path, root)}: no {tag.strip(': ')}"
        for path in paths
        if tag not in path.read_text(encoding="utf-8")[:400]
    ]


# Names of the contract

ENDS = ["finished", "stopped", "failed"]
INTERFACE = re.compile(r"^struct _Ptp(\w+)Interface\n\{(.*?)^\};", re.MULTILINE | re.DOTALL)
SLOT = re.compile(r"\(\*(\w+)\) \(")
NEW_SIGNAL = re.compile(r'\bg_signal_new\w* \(\s*"([^"]+)"')
# The arguments up to the first name: calls in them are balanced.
BY_NAME = re.compile(
    r"\b(g_signal_(?:connect(?!_closure_by_id)|emit_by_name|lookup)\w*) \(((?:[^();]|\([^()]*\))*)\)"
)


def contract_signals(library):
    sources = sorted((library / "contract").glob("*.c"))
    return [name for path in sources for name in NEW_SIGNAL.findall(path.read_text(encoding="utf-8"))]


def check_contract_names(library):
    """One class may implement all of the interfaces, and a stream one of them."""
    named = [(end, "an end of a stream") for end in ENDS]
    for path in sorted((library / "contract").glob("*.h")):
        for interface, slots in INTERFACE.findall(path.read_text(encoding="utf-8")):
            named += [(slot, f"a virtual function of {interface}") for slot in SLOT.findall(slots)]
    named += [(name.replace("-", "_"), "a signal") for name in contract_signals(library)]
    known, complaints = {}, []
    for name, what in named:
        if name in known:
            complaints.append(f"{name} is {known[name]} and {what}")
        known.setdefault(name, what)
    return complaints


def check_signals_by_id(library):
    """A class may have a second signal of that name, which hides the one of the contract."""
    signals, complaints = contract_signals(library), []
    for path in sorted(path for folder in FOLDERS for path in (library / folder).glob("*.c")):
        for call, arguments in BY_NAME.findall(path.read_text(encoding="utf-8")):
            named = re.search(r'"([\w-]+)', arguments)
            by_interface = call == "g_signal_lookup" and re.search(r", PTP_TYPE_\w+$", arguments)
            if (named is None or named.group(1) in signals) and not by_interface:
                what = named.group(1) if named else "what is not a literal"
                complaints.append(f"{relative(path, library)}: {call} by name, {what}")
    return complaints


# The compiler


def wanted_flags(meson_build):
    block = re.search(r"^wanted_flags = \[(.*?)^\]", meson_build, re.MULTILINE | re.DOTALL).group(1)
    return re.findall(r"'(-W[^']+)'", block)


def missing_flags(meson_build, compiler):
    block = re.search(r"^missing_flags = \{(.*?)^\}", meson_build, re.MULTILINE | re.DOTALL).group(1)
    line = re.search(rf"'{compiler}': \[(.*?)\]", block, re.DOTALL)
    return re.findall(r"'(-W[^']+)'", line.group(1)) if line else []


def check_flag_reasons(meson_build):
    """A warning is turned off by a line of its own, below the reason."""
    lines = [line.strip() for line in meson_build.splitlines()]
    return [
        f"{line.rstrip(',')} has no reason"
        for before, line in zip(lines, lines[1:])
        if "-Wno-" in line and not before.startswith("#") and "-Wno-" not in before
    ]


def check_flags(meson_build, compiler, commands):
    """Every wanted flag is on every command line, but for those this compiler lacks."""
    wanted = set(wanted_flags(meson_build)) - set(missing_flags(meson_build, compiler))
    complaints = []
    for command in commands:
        lacking = wanted - set(command["command"].split())
        if lacking:
            complaints.append(f"{command['file']}: compiled without {' '.join(sorted(lacking))}")
    return complaints


# The names


def declared_functions(headers):
    """What the public headers say is there."""
    names = set()
    for text in headers:
        names.update(re.findall(r"^PTP_AVAILABLE_IN_\w+\n[^;{]*?\b(ptp_\w+) \(", text, re.MULTILINE))
        for prefix in re.findall(r"^G_DECLARE_\w+ \(\s*\w+,\s*(\w+),", text, re.MULTILINE):
            names.add(f"{prefix}_get_type")
    return names


def check_exports(declared, exported, prefix="ptp_"):
    complaints = [f"{name} is declared and not exported" for name in sorted(declared - exported)]
    for name in sorted(exported - declared):
        why = "is exported and not declared" if name.startswith(prefix) else "is no name of ours"
        complaints.append(f"{name} {why}")
    return complaints


# The texts


def project_version(meson_build):
    return re.search(r"^\s*version: '([^']+)'", meson_build, re.MULTILINE).group(1)


def check_news(news, version):
    first = next((line for line in news.splitlines() if line.strip()), "")
    return [] if version in first.split() else [f"NEWS starts with {first!r}, not with {version}"]


def check_stated_versions(readme, version, glib, meson):
    """What README says about versions is what meson.build says."""
    complaints = []
    for name, wanted in (("pulltopush", version), ("GLib", glib), ("Meson", meson)):
        stated = re.findall(rf"\b{name} (\d+(?:\.\d+)+)", readme)
        if not stated:
            complaints.append(f"README states no version of {name}")
        complaints += [f"README says {name} {v}, meson {wanted}" for v in stated if v != wanted]
    return complaints


def rule_numbers(rules):
    return RULE_HEADING.findall(rules)


def rules_in_tests(texts):
    return {kind + number for text in texts for kind, number in RULE_IN_TEST.findall(text)}


def check_rules_tested(rules, test_texts):
    tested = rules_in_tests(test_texts)
    return [f"rule {number} has no test" for number in rule_numbers(rules) if number not in tested]


def check_rules_known(rules, test_texts):
    unknown = rules_in_tests(test_texts) - set(rule_numbers(rules))
    return [f"a test is named after {number}, which is no rule" for number in sorted(unknown)]


def check_rules_name_a_test(rules):
    """Below each rule stands a test that carries its number."""
    pieces = RULE_HEADING.split(rules)[1:]
    return [
        f"rule {number} names no test of its own"
        for number, text in zip(pieces[::2], pieces[1::2])
        if f"/{number}/" not in text
    ]


def check_references(text, test_texts):
    """Every test that a page names is there, or a group of tests has that name."""
    whole = re.sub(r"['`]", '"', "\n".join(test_texts))
    names = TEST_REFERENCE.findall(text)
    return [f"no test {name}" for name in names if not re.search(f'"{re.escape(name)}["/]', whole)]


def check_links(path):
    """Links of a Markdown file to files of ours."""
    complaints = []
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        # The pages of the documentation are rendered side by side.
        file = path.parent / target.replace(".html", ".md")
        if "://" not in target and not file.exists():
            complaints.append(f"{path.name}: no file {target}")
    return complaints


def sources_of(root):
    """Every file of ours that a person edits."""
    patterns = ["pulltopush/**/*.[ch]", "pulltopush/**/*.h.in", "tests/**/*.[ch]"]
    patterns += ["tests/**/*.py", "tests/**/*.js", "docs/**/*.[ch]", "docs/**/*.py", "docs/**/*.js"]
    patterns += ["tests/**/*.vala", "docs/**/*.vala"]
    patterns += ["run", ".ci/run", "tests/**/*.sh"]
    files = {path for pattern in patterns for path in Path(root).glob(pattern)}
    return sorted(files)
