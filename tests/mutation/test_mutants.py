# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The deliberate bugs fit the code of today; whether they are noticed, ./run mutate shows."""

import shutil

import pytest
from mutants import MUTANTS
from mutate import SOURCE, apply


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_applies(mutant, tmp_path):
    copy = tmp_path / mutant.file
    copy.parent.mkdir(parents=True)
    shutil.copy(SOURCE / mutant.file, copy)
    apply(mutant, tmp_path)
    assert copy.read_text() != (SOURCE / mutant.file).read_text()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_names_a_case(mutant):
    """A case that does not exist would run nothing."""
    source = SOURCE / "tests" / "unit" / f"test-{mutant.test}.c"
    case = mutant.case.split("/", 2)[-1]
    assert f'{case}"' in source.read_text()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_is_told_of(mutant):
    """docs/trust.md names each bug, and the test that notices it."""
    row = f"| {mutant.what} | `{mutant.case}` of `{mutant.test}` |"
    assert row in (SOURCE / "docs" / "trust.md").read_text().splitlines()


def test_says_what_does_not_fit(tmp_path):
    mutant = MUTANTS[0]
    copy = tmp_path / mutant.file
    copy.parent.mkdir(parents=True)
    copy.write_text("other code\n")
    with pytest.raises(ValueError, match="adapt tests/mutation/mutants.py"):
        apply(mutant, tmp_path)


def test_at_least_ten():
    assert len(MUTANTS) >= 10
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
