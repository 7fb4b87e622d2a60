# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What things cost when somebody last looked, and how that compares with what they cost now.

The file baseline.json has, for each scenario, the instructions of one operation, in all and by
function, and what the counts depend on beside our own code: with another compiler, GLib, C library
or architecture they say nothing.
"""

import json

from callgrind import UNKNOWN_OBJECT, UNNAMED, Cost

MAX_GROWTH = 0.05
SHOWN_FUNCTIONS = 8
# A function that costs less than this per operation is not told from one that is not called.
SHOWN_CHANGE = 0.05

UPDATE_COMMAND = "./run instructions --update"

WORDS = {
    "architecture": "the architecture",
    "compiler": "the compiler",
    "glib": "GLib",
    "libc": "the C library",
}


class BaselineError(Exception):
    """The baseline could not be read; the text says why, and what to do."""


class Baseline:
    def __init__(self, depends_on, costs):
        self.depends_on = depends_on
        self.costs = costs  # a Cost for each scenario

    @classmethod
    def load(cls, path):
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            costs = {
                name: Cost(scenario["instructions"], scenario["functions"])
                for name, scenario in document["scenarios"].items()
            }
            return cls(document["depends_on"], costs)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BaselineError(
                f"{path} could not be read ({type(error).__name__}: {error}); "
                f"{UPDATE_COMMAND} writes it anew"
            ) from error

    def save(self, path):
        scenarios = {
            name: {"instructions": round(cost.total, 2), "functions": tidy(cost.functions)}
            for name, cost in self.costs.items()
        }
        document = {"depends_on": self.depends_on, "scenarios": scenarios}
        path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")

    def get_differences(self, depends_on):
        """Why the counts of this baseline say nothing here; empty if they do."""
        return [
            f"{WORDS.get(key, key)} is {depends_on.get(key, 'unknown')}, "
            f"and was {self.depends_on.get(key, 'unknown')}"
            for key in sorted(self.depends_on.keys() | depends_on.keys())
            if self.depends_on.get(key) != depends_on.get(key)
        ]


def tidy(functions):
    """The dearest first, so that a change of the file can be read."""
    rounded = {name: round(cost, 2) for name, cost in functions.items()}
    dearest = sorted(rounded.items(), key=lambda item: (-item[1], item[0]))
    return {name: cost for name, cost in dearest if cost != 0}


class Change:
    """How the cost of one scenario changed; either may be None, for one that is not there."""

    def __init__(self, name, before, now):
        self.name = name
        self.before = before
        self.now = now

    @property
    def growth(self):
        if self.before is None or self.now is None:
            return None
        return self.now.total / self.before.total - 1

    @property
    def good(self):
        # What the file has is rounded, so that 5 % may come out as a little more.
        return self.growth is not None and self.growth <= MAX_GROWTH + 1e-9

    @property
    def shrank(self):
        return self.growth is not None and self.growth < -MAX_GROWTH

    def explain(self):
        """What there is to say about it, in lines; nothing about one that stayed as it was."""
        if self.now is None:
            return [
                f"{self.name}: the baseline has it, and it is not counted any more.",
                f"If it is meant to be gone: {UPDATE_COMMAND}",
            ]
        if self.before is None:
            return [
                f"{self.name}: {self.now.total:.1f} instructions, and the baseline lacks it.",
                f"If it is new: {UPDATE_COMMAND}",
            ]
        if self.good and not self.shrank:
            return []

        told = (
            f"{self.name}: {self.before.total:.1f} -> {self.now.total:.1f} instructions, "
            f"{self.growth:+.1%}"
        )
        if self.shrank:
            return [f"{told}. Keep it: {UPDATE_COMMAND}", *self.show_functions(-1)]
        return [
            f"{told}, which is more than {MAX_GROWTH:+.0%}.",
            *self.show_functions(1),
            f"If it is worth that: {UPDATE_COMMAND}, and tell why in the commit.",
        ]

    def get_function_changes(self):
        """(change, name, before, now) of each function that changed."""
        names = self.before.functions.keys() | self.now.functions.keys()
        changes = [
            (self.now.functions[name] - self.before.functions[name], name,
             self.before.functions[name], self.now.functions[name])
            for name in names
        ]
        return [change for change in changes if abs(change[0]) >= SHOWN_CHANGE]

    def show_functions(self, sign):
        """Those that changed most in that direction, and where the rest of them is."""
        changes = [change for change in self.get_function_changes() if change[0] * sign > 0]
        changes.sort(key=lambda change: (-abs(change[0]), change[1]))
        lines = [f"The functions that {'grew' if sign > 0 else 'shrank'} most:"]
        for change, name, before, now in changes[:SHOWN_FUNCTIONS]:
            mark = "  new" if before < SHOWN_CHANGE else "  gone" if now < SHOWN_CHANGE else ""
            lines.append(f"  {before:9.1f} -> {now:9.1f}  {change:+9.1f}  {show_name(name)}{mark}")
        rest = changes[SHOWN_FUNCTIONS:]
        if rest:
            lines.append(f"  and {len(rest)} more: {sum(change[0] for change in rest):+.1f}")
        return lines


def show_name(name):
    obj, _, function = name.partition(":")
    if function != UNNAMED:
        return f"{function} ({obj})"
    return f"functions without a name{'' if obj == UNKNOWN_OBJECT else f' in {obj}'}"


def compare(baseline, costs):
    """A change for each scenario, also for those that only one side has."""
    names = dict.fromkeys([*baseline.costs, *costs])
    return [Change(name, baseline.costs.get(name), costs.get(name)) for name in names]
