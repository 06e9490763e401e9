"""Kill -9 of an apply of eight files, and then of its recovery; and at any moment."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.e2e.points import ROOT
from tests.faults.pairs import forked, was_killed

PAIRS = int(os.environ.get("CODEFRAME_TUI_PAIRS", "25"))
MOMENTS = int(os.environ.get("CODEFRAME_TUI_MOMENTS", "20"))
SEED = int(os.environ.get("CODEFRAME_TUI_SEED", "0")) or random.randrange(1, 2**32)
Record = Callable[[str, object], None]
pytestmark = pytest.mark.timeout(120 + PAIRS + MOMENTS)


def killing(pairs: int, moments: int) -> dict[str, int]:
    argv = [sys.executable, "-m", "tests.faults.pairs", str(pairs), str(moments), str(SEED)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=ROOT)
    found: dict[str, int] = json.loads(done.stdout)
    return found


@pytest.mark.goal("G6", "pairs of kills of an apply of 8 files and of its recovery")
def test_no_pair_of_kills_leaves_a_mixed_tree(record_property: Record) -> None:
    found = killing(PAIRS, 0)
    record_property("count", found["pairs"])
    record_property("note", f"the apply has {found['points']} points; seed {SEED}")
    assert (found["mixed"], found["left"], found["pairs"]) == (0, 0, PAIRS)
    assert found["points"] >= 20


@pytest.mark.goal("G6", "kills of an apply of 8 files at random moments")
def test_no_kill_at_any_moment_leaves_a_mixed_tree(record_property: Record) -> None:
    found = killing(0, MOMENTS)
    record_property("count", found["moments"])
    record_property("note", f"{found['late']} more came when it was over; seed {SEED}")
    assert (found["mixed"], found["left"], found["moments"]) == (0, 0, MOMENTS)


def test_a_child_that_fails_is_no_kill() -> None:
    def fails() -> None:
        raise OSError

    with pytest.raises(AssertionError, match="ended with 1"):
        was_killed(forked(fails))
    assert not was_killed(forked(lambda: None))


def test_a_recovery_that_forgets_is_found_mixed() -> None:
    assert killing(-1, 0)["mixed"] > 0
