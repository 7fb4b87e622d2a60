#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What clang's analyzer has reported, without the false alarms that are listed and explained.

scan-build itself knows no way to name one; the list is scan-build.supp beside this file. An entry
that suppresses nothing any more is a complaint, too, so that the list does not outlive its reasons.
"""

import argparse
import plistlib
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Entry:
    """A line of the list: checker, file, and what the report says, as regular expressions."""

    def __init__(self, line):
        self.line = line
        self.checker, self.file, self.text = line.split(None, 2)
        self.used = False

    def fits(self, report):
        checker, file, _, text = report
        found = (
            self.checker == checker
            and re.search(self.file, file)
            and re.fullmatch(self.text, text)
        )
        self.used = self.used or bool(found)
        return bool(found)


def read_entries(path):
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [Entry(line) for line in lines if line and not line.startswith("#")]


def read_reports(folder):
    """Checker, file, line and text of each report; a header may be reported more than once."""
    reports = set()
    for path in folder.rglob("*.plist"):
        content = plistlib.loads(path.read_bytes())
        for found in content["diagnostics"]:
            place = found["location"]
            file = str(Path(content["files"][place["file"]]).resolve())
            reports.add((found["check_name"], file, place["line"], found["description"]))
    return sorted(reports)


def main():
    parser = argparse.ArgumentParser(description="Show what clang's analyzer has found.")
    parser.add_argument("reports", type=Path)
    parser.add_argument("--suppressions", type=Path, default=HERE / "scan-build.supp")
    options = parser.parse_args()

    if not any(options.reports.rglob("*.plist")):
        sys.exit(f"scan-build: nothing was analysed, {options.reports} has no report")
    entries = read_entries(options.suppressions)
    reports = read_reports(options.reports)
    left = [report for report in reports if not any([entry.fits(report) for entry in entries])]
    for checker, file, line, text in left:
        print(f"{file}:{line}: {text} [{checker}]")
    stale = [entry.line for entry in entries if not entry.used]
    # Of a single planted file, nothing on the list is expected.
    if not left:
        for line in stale:
            print(f"{options.suppressions.name}: nothing is suppressed by: {line}")
    return 1 if left or stale else 0


if __name__ == "__main__":
    sys.exit(main())
