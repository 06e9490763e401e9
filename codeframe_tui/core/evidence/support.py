"""Support of tests: configuration, helpers and data, and whether a proposal's own decide.

A proposal may change them, but the suite also runs with those of the base: what passes only with
the proposal's is for a person to judge. Its new tests may need what it adds; so tests of the base
count that pass neither as the proposal has them nor as the base has them.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from codeframe_tui.core.evidence.advice import ADVICE
from codeframe_tui.core.evidence.causes import RED
from codeframe_tui.core.evidence.testconfig import is_test_config
from codeframe_tui.core.evidence.testfiles import TestFiles, is_data
from codeframe_tui.core.evidence.verdict import is_complete
from codeframe_tui.core.evidence.verification import (
    PASSING,
    SEEN_PASSING,
    Outcome,
    Run,
    TestRun,
    Verdict,
    Verification,
)
from codeframe_tui.core.some import some

__all__ = ["Decides", "is_helper", "judged_with", "lost_with", "says_else", "stands", "still_lost"]


class Decides(StrEnum):
    """What of a proposal decides whether tests pass: the reason codes."""

    CONFIG = "test_config"
    SUPPORT = "test_support"


_LONGEST = 2**19
"""Of a longer file every byte counts: to read it would take seconds."""
_WORDS: Mapping[Decides, str] = {
    Decides.CONFIG: "test configuration",
    Decides.SUPPORT: "tests, helpers or data",
}


def is_helper(path: str, tests: TestFiles) -> bool:
    """Whether a file is what tests use or read: it serves only them, and is none itself."""
    if tests.is_test(path) or is_test_config(path):
        return False
    return tests.is_support(path) or path in tests.helpers or is_data(path)


def says_else(path: str, old: bytes, new: bytes | None) -> bool:
    """Whether such a file says something else than on the base; comments of Python say nothing."""
    if not path.endswith(".py") or new is None or max(len(old), len(new)) > _LONGEST:
        return old != new
    try:
        return ast.dump(ast.parse(old)) != ast.dump(ast.parse(new))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return old != new


def lost_with(
    plain: TestRun,
    proposed: TestRun,
    base: Collection[str],
    origins: Mapping[str, Sequence[str]],
) -> Mapping[str, Sequence[str]]:
    """Tests of the base that pass on the proposal, and not with what the base supports them with.

    Args:
        plain: the suite on the proposal with the base's support.
        proposed: the same as it is.
        base: ids that the base has.
        origins: test that lives under another id now, without its case -> ids on the base.

    Returns:
        Id on the proposal -> ids on the base.
    """
    known, fine = frozenset(base), _ids(plain, SEEN_PASSING)
    found: dict[str, Sequence[str]] = {}
    for case in proposed.cases:
        if case.outcome in SEEN_PASSING and case.id not in fine:
            before = [case.id] if case.id in known else origins.get(case.id.partition("[")[0], ())
            if before:
                found[case.id] = before
    return found


def still_lost(
    lost: Mapping[str, Sequence[str]],
    asked: Mapping[str, Sequence[str]],
    again: TestRun,
    base: TestRun | None,
    found: Verification,
) -> tuple[str, ...]:
    """Those of them that do not pass in another way either, though they did on the base.

    Args:
        lost: `lost_with`.
        asked: id -> what must pass in ``again`` for it; what did not run there is left out.
        again: the code of the proposal with the base's support, and other versions of these tests.
        base: the tests as they are on the base itself.
        found: the verdict; what it rests on must pass, whatever it does on the base.
    """
    fine = _ids(again, SEEN_PASSING)
    passed = _ids(base, PASSING) if base is not None else frozenset()
    proof = {case.id for case in found.red.tests if case.kind in RED}
    return tuple(
        name
        for name, before in lost.items()
        if not (name in asked and fine.issuperset(asked[name]))
        and (name in proof or passed.issuperset(before))
    )


def stands(found: Verification) -> bool:
    """Whether a verdict says what is worse than that the support decides."""
    return found.verdict is Verdict.FAILED or found.reason == "tampered"


def judged_with(
    found: Verification, plain: TestRun, names: Collection[str], what: Decides
) -> Verification:
    """The verdict, where the suite also ran with the base's support.

    Args:
        found: the verdict with the proposal's, none that `stands`.
        plain: the run with the base's.
        names: tests that pass only with the proposal's.
        what: what of it was the base's.
    """
    if is_complete(plain) and not names:
        return found
    why = f"passes only with the proposal's {_WORDS[what]}: {some(names)}"
    if not is_complete(plain):
        why = f"the suite does not run with the base's {_WORDS[what]}: {plain.message}"
    run = Run("not_verified", what.value, why, found.regression.tests, plain.output)
    return replace(
        found,
        verdict=Verdict.NOT_VERIFIED,
        reason=what.value,
        message=f"{why}; {ADVICE[what.value]}",
        regression=run if found.regression.verdict == "clean" else found.regression,
    )


def _ids(run: TestRun, outcomes: Collection[Outcome]) -> frozenset[str]:
    return frozenset(case.id for case in run.cases if case.outcome in outcomes)
