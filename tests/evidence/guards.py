"""Takes each guard away in turn and shows what turns red. ``python -m tests.evidence.guards``.

A guard is a rule of the table, or a part of the code that rules rest on. Without it, at least one
proposal of the corpus must not be judged as it should be. ``--runs`` tries those too that only the
program's own runs can show (minutes).
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from codeframe_tui.core.flags import RULES
from codeframe_tui.core.flags.check import Check
from tests.evidence.proposals import ASKED, CHEATS, HONEST, Case, cases

F = "codeframe_tui.core.flags"
TESTS = "codeframe_tui.core.evidence.testfiles.TestFiles"
UNIT = {
    "binary": "test_flags.py::test_modes_and_contents_that_need_a_look",
    "executable": "test_flags.py::test_modes_and_contents_that_need_a_look",
    "special_file": "test_flags.py::test_modes_and_contents_that_need_a_look",
    "frozen_test": "test_flags_since.py::test_a_test_that_was_red_is_frozen",
    "vanished": "test_flags_since.py::test_fewer_collected_tests_are_told_test_by_test",
    "large_deletion": "test_flags_since.py::test_sizes_that_are_hard_to_review_are_told",
    "not_covered": "test_coverage.py::test_code_that_no_test_runs_is_flagged_once_a_file",
    "never_read": "test_unread.py::test_a_file_that_was_never_looked_at_is_flagged",
    "long_function": "test_flags_since.py::test_sizes_that_are_hard_to_review_are_told",
}
"""Rules that no text of a proposal can show, and the unit test of each."""


def _nothing(*_: object, **__: object) -> Any:
    return ()


def _no(*_: object, **__: object) -> Any:
    return False


def _none(*_: object, **__: object) -> Any:
    return None


async def _later(*_: object, **__: object) -> Any:
    return ()


def _empty(*_: object, **__: object) -> Any:
    return ""


def _yes(*_: object, **__: object) -> Any:
    return True


PARTS: tuple[tuple[str, Callable[..., Any]], ...] = (
    (f"{F}.check._is_always", _no),
    (f"{F}.check._near", _none),
    (f"{F}.check._strength", lambda *_: 5),
    (f"{F}.compare._is_looser", _no),
    (f"{F}.compare._raises_less", _empty),
    (f"{F}.check._tolerance", _none),
    (f"{F}.compare._is_shorter", _no),
    (f"{F}.reader.is_assumption", _no),
    (f"{F}.skips._examples", lambda *_: 100),
    (f"{F}.compare._same_case", _yes),
    (f"{F}.compare._literals", _empty),
    (f"{F}.compare._equal", _none),
    (f"{F}.compare._can_stand_for", _no),
    (f"{F}.reader.cases_of", lambda *_: [{}]),
    (f"{F}.reader.catches_failures", _no),
    (f"{F}.reader._is_generator", _no),
    (f"{F}.reader._fixture_cases", _nothing),
    (f"{F}.reader._runs", lambda *_: Check("runs", "", "runs", "", 0)),
    (f"{F}.reader._Reader.uncalled", _none),
    (f"{F}.reader._Reader._helper", _none),
    (f"{F}.reader._Reader._for", _none),
    (f"{F}.module._why_not", _empty),
    (f"{F}.module._comes_later", _no),
    (f"{F}.module.World.is_wider", _no),
    (f"{F}.module.World.find", _none),
    (f"{F}.suite._successor", _none),
    (f"{F}.skips._word", _empty),
    (f"{F}.skips._marks", _nothing),
    (f"{F}.skips._module_marks", _nothing),
    (f"{F}.skips._hidden", _nothing),
    (f"{F}.skips._is_own", _no),
    (f"{F}.standins._mocked", _nothing),
    (f"{F}.standins._copied", _nothing),
    (f"{F}.answers._answer", _none),
    (f"{F}.answers._is_blind", _no),
    (f"{F}.replaced._is_stand_in", _no),
    (f"{F}.replaced._own_name", _empty),
    (f"{F}.inside._place", _empty),
    (f"{F}.aware._is_asking", _no),
    (f"{F}.paths.is_inert_conftest", _no),
    (f"{F}.paths._shadows", _no),
    (f"{F}.lines._foreign", _nothing),
    (f"{F}.code._outside", lambda *_: {}),
    (f"{F}.callers._fits", _yes),
    (f"{F}.habits._is_documented", _yes),
    (f"{TESTS}._is_named", _no),
    (f"{TESTS}.is_function", lambda _, name: name.startswith("test")),
    (f"{TESTS}.is_class", lambda _, name: name.startswith("Test")),
    ("tests.evidence.proposals.only_of_tests", lambda *_: frozenset()),
)
"""Parts of the code that are put out of action: name, and what stands in its place."""

RUN_PARTS: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("codeframe_tui.adapters.pytest.record.Record._complete", _none),
    ("codeframe_tui.adapters.pytest.record.Record._honest", _none),
    ("codeframe_tui.core.evidence.verdict._Case._new_hooks", _nothing),
    ("codeframe_tui.worker.verify.with_vanished", lambda found, *_: found.flags),
    ("codeframe_tui.worker.verify.run_flags", _nothing),
    ("codeframe_tui.worker.support.changed_config", _later),
    ("codeframe_tui.worker.support.changed_helpers", _later),
    ("codeframe_tui.worker.support.still_lost", lambda lost, *_: tuple(lost)),
    ("codeframe_tui.worker.verify.origins", lambda *_: {}),
    ("codeframe_tui.core.evidence.verdict._Case._other_bodies", _nothing),
    (f"{TESTS}.with_run", lambda tests, _: tests),
    ("codeframe_tui.worker.verify.moved_ids", lambda *_: frozenset()),
)


def wrong(chosen: Sequence[Case], without: str = "") -> list[str]:
    """Cases that are not judged as they should be, with one rule taken out of the table."""
    found = []
    for case in chosen:
        flags = [flag for flag in case.flags().flags if flag.rule != without]
        rules = {flag.rule for flag in flags}
        red = any(flag.severity == "red" for flag in flags)
        if not (case.rules | case.amber <= rules) or (not case.rules and red):
            found.append(str(case))
    return found


def rules_shown() -> dict[str, list[str]]:
    """For each rule of the table the cases that need it, or its unit test."""
    everything = cases(*CHEATS, *ASKED)
    needed: dict[str, list[str]] = {rule: [] for rule in RULES}
    for case in everything:
        for rule in case.rules | case.also:
            needed[rule].append(str(case))
    for rule, test in UNIT.items():
        needed[rule].append(test)
    return needed


@contextmanager
def _without(name: str, instead: Callable[..., Any]) -> Iterator[None]:
    with mock.patch(name, instead):
        yield


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _row(name: str, red: Sequence[str]) -> bool:
    told = f"{len(red):3} red, the first: {red[0]}" if red else "  NOTHING TURNED RED"
    _say(f"{name.removeprefix('codeframe_tui.'):44} {told}")
    return bool(red)


def _parts(every: Sequence[Case]) -> Iterator[bool]:
    for name, instead in PARTS:
        with _without(name, instead):
            try:
                red = wrong(every)
            except Exception as error:  # noqa: BLE001 - a crash is red too
                red = [f"every case: {error!r}"]
        yield _row(name, red)


def _runs() -> Iterator[bool]:
    from tests.evidence.test_runs import FEW, verified_wrong

    chosen = [
        (case, case in cases(*CHEATS)) for case in cases(*CHEATS, *HONEST) if case.name in FEW
    ]
    for name, instead in RUN_PARTS:
        with _without(name, instead), tempfile.TemporaryDirectory() as folder:
            red = asyncio.run(verified_wrong(Path(folder), chosen))
        yield _row(name, red)


def main() -> int:
    """Print the table; 1 when a guard can go unseen."""
    every = cases(*CHEATS, *ASKED, *HONEST)
    if before := wrong(every):
        _say("red before anything was taken away:", *before)
        return 1
    fine = [_row(rule, red) for rule, red in rules_shown().items()]
    fine += _parts(every)
    if "--runs" in sys.argv:
        fine += _runs()
    _say(f"{sum(fine)} of {len(fine)} guards are seen when they are gone")
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
