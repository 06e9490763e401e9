"""What was collected on base and proposal: tests that vanished, and tests that only moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import flag

__all__ = ["Moved", "moved_ids", "origins", "test_of", "vanished_flags"]


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a test of the base went.

    Attributes:
        to: ids of the tests that say what it said, without their cases.
        cases: how many times its own parameters let it run on the base.
    """

    to: tuple[str, ...]
    cases: int


def test_of(ident: str) -> str:
    """The id of a test without its case."""
    path, separator, name = ident.partition("::")
    return path + separator + name.partition("[")[0]


def moved_ids(
    base: Collection[str], now: Iterable[str], moved: Mapping[str, Moved]
) -> frozenset[str]:
    """Ids of the base that are not collected any more, and whose tests live on elsewhere.

    Args:
        base: ids collected on the base.
        now: ids collected on the proposal.
        moved: tests that say all they said under other ids (`Findings.moved`).
    """
    here = set(now)
    before, after = _by_test(base), _by_test(here)
    found: set[str] = set()
    for test, place in moved.items():
        cases = before.get(test, [])
        there = sum(len(after.get(other, ())) for other in place.to)
        # with fixtures of several values it ran more often: then each run must be found again
        enough = 1 if len(cases) <= place.cases else len(cases)
        if there >= enough:
            found.update(case for case in cases if case not in here)
    return frozenset(found)


def origins(base: Collection[str], moved: Mapping[str, Moved]) -> Mapping[str, tuple[str, ...]]:
    """Test that took the place of another, without its case -> ids that the base has of that."""
    cases, found = _by_test(base), defaultdict[str, list[str]](list)
    for test, place in moved.items():
        for other in place.to:
            found[other] += cases.get(test, ())
    return {test: tuple(ids) for test, ids in found.items()}


def vanished_flags(
    base: Collection[str], now: Iterable[str], moved: Mapping[str, Moved], gone: Collection[str]
) -> Iterator[Flag]:
    """Flags of tests with fewer cases than on the base, none included.

    Args:
        gone: tests that are told to be gone with the code that they tested.
    """
    here = list(now)
    excused = moved_ids(base, here, moved)
    before, after = _by_test(base), _by_test(here)
    for test, cases in before.items():
        left = len(after.get(test, ()))
        missing = [case for case in cases if case not in excused]
        if test in gone or left >= len(missing):
            continue
        path, _, name = test.partition("::")
        text = f"{name} was collected {_times(len(cases))} on the base and {_times(left)} here"
        yield flag("vanished", path, None, text, before=cases[0])


def _by_test(ids: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for ident in ids:
        found[test_of(ident)].append(ident)
    return found


def _times(count: int) -> str:
    return {0: "not", 1: "once"}.get(count, f"{count} times")
