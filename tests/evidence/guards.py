"""Takes each guard away in turn and shows what turns red. ``python -m tests.evidence.guards``.

A guard is a rule of the table, or a part of the code that rules rest on. Without it, at least one
proposal of the corpus must not be judged as it should be. Of a part only those proposals are judged
again that reach it, up to the first that is judged otherwise. ``--runs`` tries those too that only
the program's own runs can show, each with the proposal that is there for it; ``--write`` does all
that and writes ``docs/guards.md``.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from pkgutil import resolve_name
from typing import Any
from unittest import mock

from codeframe_tui.core.flags import RULES
from codeframe_tui.core.flags.check import Check
from tests.architecture import guards as document
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
    (f"{F}.shadow_flags", _nothing),
    (f"{F}.lines._foreign", _nothing),
    (f"{F}.code._outside", lambda *_: {}),
    (f"{F}.callers._fits", _yes),
    (f"{F}.habits._public", _nothing),
    (f"{TESTS}._is_named", _no),
    (f"{TESTS}.is_function", lambda _, name: name.startswith("test")),
    (f"{TESTS}.is_class", lambda _, name: name.startswith("Test")),
    ("codeframe_tui.worker.testfiles.only_of_tests", lambda *_: frozenset()),
)
"""Parts of the code that are put out of action: name, and what stands in its place."""

RUN_PARTS: tuple[tuple[str, Callable[..., Any], str], ...] = (
    ("codeframe_tui.adapters.pytest.record.Record._complete", _none, "atexit says all is well"),
    (
        "codeframe_tui.adapters.pytest.record.Record._honest",
        _none,
        "the code takes our channel and tells of no failure",
    ),
    (
        "codeframe_tui.core.evidence.verdict._Case._new_hooks",
        _nothing,
        "conftest hook turns failures into passes",
    ),
    (
        "codeframe_tui.worker.verify.with_vanished",
        lambda found, *_: found.flags,
        "the slow mark deselects it",
    ),
    (
        "codeframe_tui.worker.verify.run_flags",
        _nothing,
        "a test is another one where the feature is there",
    ),
    (
        "codeframe_tui.worker.support.changed_config",
        _later,
        "conftest mends what the change breaks",
    ),
    (
        "codeframe_tui.worker.support.changed_helpers",
        _later,
        "a helper makes what is expected of the mistake",
    ),
    (
        "codeframe_tui.worker.support.changed_outward",
        _later,
        "a new test mends the code and never undoes it",
    ),
    (
        "codeframe_tui.worker.support.still_lost",
        lambda lost, *_: tuple(lost),
        "a new helper serves a new test of an old file",
    ),
    (
        "codeframe_tui.worker.verify.origins",
        lambda *_: {},
        "what a moved test reads follows a mistake",
    ),
    (
        "codeframe_tui.core.evidence.verdict.other_bodies",
        _nothing,
        "a test is another one where the feature is there",
    ),
    (
        f"{TESTS}.with_run",
        lambda tests, _: tests,
        "a test where only the base's run finds it asserts nothing any more",
    ),
    ("codeframe_tui.worker.verify.moved_ids", lambda *_: frozenset(), "a test file is renamed"),
)
"""The same of runs, each with the proposal that shows it."""


def is_wrong(case: Case, without: str = "") -> bool:
    """Whether a case is not judged as it should be, with one rule taken out of the table."""
    flags = [flag for flag in case.flags().flags if flag.rule != without]
    rules = {flag.rule for flag in flags}
    red = any(flag.severity == "red" for flag in flags)
    return not case.rules | case.amber <= rules or (case.is_honest and red)


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


def name_of(guard: str) -> str:
    """As the table has it."""
    return guard.removeprefix("codeframe_tui.")


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _told(guard: str, red: str) -> tuple[str, str]:
    _say(f"{name_of(guard):48} {red or 'NOTHING TURNED RED'}")
    return name_of(guard), red


@contextmanager
def _watched(reached: set[str]) -> Iterator[None]:
    """Notes which parts are called."""
    with ExitStack() as stack:
        for name, _ in PARTS:
            stack.enter_context(mock.patch(name, _noting(resolve_name(name), name, reached)))
        yield


def _noting(real: Callable[..., Any], name: str, reached: set[str]) -> Callable[..., Any]:
    def noted(*given: Any, **named: Any) -> Any:
        reached.add(name)
        return real(*given, **named)

    return noted


def _reaching(every: Sequence[Case]) -> dict[str, list[Case]]:
    """The cases that reach each part; ends the program where one is wrong before anything."""
    found: dict[str, list[Case]] = {name: [] for name, _ in PARTS}
    for case in every:
        reached: set[str] = set()
        with _watched(reached):
            if is_wrong(case):
                sys.exit(f"red before anything was taken away: {case}")
        for name in reached:
            found[name].append(case)
    return found


def _parts(every: Sequence[Case]) -> Iterator[tuple[str, str]]:
    reaching = _reaching(every)
    for name, instead in PARTS:
        with mock.patch(name, instead):
            yield _told(name, next((str(c) for c in reaching[name] if _breaks(c)), ""))


def _breaks(case: Case) -> bool:
    try:
        return is_wrong(case)
    except Exception:  # noqa: BLE001 - a crash is red too
        return True


def _runs() -> Iterator[tuple[str, str]]:
    from tests.evidence.test_runs import verified_wrong

    for name, instead, shown in RUN_PARTS:
        chosen = [case for case in cases(*CHEATS, *HONEST) if case.name == shown]
        with mock.patch(name, instead), tempfile.TemporaryDirectory() as folder:
            red = asyncio.run(verified_wrong(Path(folder), chosen))
        yield _told(name, str(chosen[0]) if red else "")


def main() -> int:
    """Print the table; 1 when a guard can go unseen."""
    rows = [_told(rule, shown[0] if shown else "") for rule, shown in rules_shown().items()]
    rows += _parts(cases(*CHEATS, *ASKED, *HONEST))
    if {"--runs", "--write"} & {*sys.argv}:
        rows += _runs()
    seen = sum(bool(red) for _, red in rows)
    _say(f"{seen} of {len(rows)} guards are seen when they are gone")
    if "--write" in sys.argv and seen == len(rows):
        document.write("evidence", rows)
    return 0 if seen == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
