"""Who decides after a verification: one table (CONTRACT §6).

A change is applied unasked when every condition of the table holds. A policy is a preset of what
the first two of them take; a maturity level is a preset of the policy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from codeframe_tui.core.code.globs import compile_glob
from codeframe_tui.core.evidence.verification import Verdict
from codeframe_tui.core.some import some
from codeframe_tui.core.task import Evidence

__all__ = [
    "CONDITIONS",
    "LEVEL_POLICY",
    "Bounds",
    "Case",
    "Check",
    "Condition",
    "Outlook",
    "Policy",
    "Ruling",
    "policy_for",
    "rule",
]


class Policy(StrEnum):
    """The approval policies."""

    MANUAL = "manual"
    GREEN = "green"
    AUTO = "auto"


class Outlook(StrEnum):
    """What happens next to a verified attempt."""

    APPLY = "apply"
    REVIEW = "review"
    CORRECT = "correct"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a person set for changes that are applied unasked.

    Attributes:
        protected: globs of paths that are never among them.
        files: most files; 0 = any number.
        lines: most lines added and removed together; 0 = any number.
    """

    protected: tuple[str, ...] = ()
    files: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of an attempt.

    Attributes:
        policy: the one in force.
        red: rules of its red flags.
        bent: files in which existing tests, or what they are given, say something else now.
        paths: the files it changes.
        lines: added and removed.
        spent: US dollars of the task under its cap; None = unknown.
        cap: the cap per task in force, US dollars; None = none.
    """

    policy: Policy
    verdict: Verdict
    evidence: Evidence = Evidence.TDD
    red: tuple[str, ...] = ()
    bent: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    lines: int = 0
    spent: float | None = 0.0
    cap: float | None = None
    bounds: Bounds = Bounds()


@dataclass(frozen=True, slots=True)
class Condition:
    """One row of the table.

    Attributes:
        asks: what must be so, as a person reads it.
        value: what is so, in a few words.
        holds: whether that is enough.
    """

    name: str
    asks: str
    value: Callable[[Case], str]
    holds: Callable[[Case], bool]


@dataclass(frozen=True, slots=True)
class Check:
    """A condition as it was found."""

    name: str
    asks: str
    value: str
    passed: bool

    @property
    def document(self) -> dict[str, Any]:
        """As events and documents have it."""
        return {
            "name": self.name,
            "asks": self.asks,
            "value": self.value,
            "passed": self.passed,
        }


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision with all that led to it."""

    policy: Policy
    outlook: Outlook
    checks: tuple[Check, ...] = field(default=())

    @property
    def failed(self) -> tuple[Check, ...]:
        """The conditions that do not hold."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def document(self) -> dict[str, Any]:
        """As the event has it."""
        return {
            "policy": self.policy.value,
            "decision": self.outlook.value,
            "conditions": [check.document for check in self.checks],
        }


ENOUGH: Mapping[Policy, frozenset[Verdict]] = {
    Policy.MANUAL: frozenset({Verdict.PROVEN, Verdict.NOT_VERIFIED}),
    Policy.GREEN: frozenset({Verdict.PROVEN}),
    Policy.AUTO: frozenset({Verdict.PROVEN, Verdict.NOT_VERIFIED}),
}
"""The verdicts that a policy takes; `manual` never gets that far."""

LEVEL_POLICY: Mapping[str, Policy] = {
    "D1": Policy.MANUAL,
    "D2": Policy.MANUAL,
    "D3": Policy.GREEN,
    "D4": Policy.AUTO,
}
"""The default policy of each maturity level (CONTRACT §6)."""


def _protected(case: Case) -> list[str]:
    globs = [compile_glob(glob) for glob in case.bounds.protected]
    return [path for path in case.paths if any(glob.fullmatch(path) for glob in globs)]


def _named(names: list[str] | tuple[str, ...]) -> str:
    return some(names) or "none"


def _money(case: Case) -> str:
    spent = "unknown" if case.spent is None else f"${case.spent:.2f}"
    return f"{spent}, no cap" if case.cap is None else f"{spent} of ${case.cap:.2f}"


def _within(count: int, most: int) -> bool:
    return not most or count <= most


CONDITIONS: tuple[Condition, ...] = (
    Condition(
        "policy",
        "the policy applies changes by itself",
        lambda case: case.policy.value,
        lambda case: case.policy is not Policy.MANUAL,
    ),
    Condition(
        "verdict",
        "the tests show enough for the policy",
        lambda case: case.verdict.value.replace("_", " "),
        lambda case: case.verdict in ENOUGH[case.policy],
    ),
    Condition(
        "red flags",
        "there is no red flag, acknowledged or not",
        lambda case: _named(case.red),
        lambda case: not case.red,
    ),
    Condition(
        "existing tests",
        "no existing test expects or is given something else",
        lambda case: _named(case.bent),
        lambda case: not case.bent,
    ),
    Condition(
        "evidence",
        "the task can be proven by tests",
        lambda case: case.evidence.value,
        lambda case: case.evidence is not Evidence.NONE,
    ),
    Condition(
        "protected paths",
        "no file of approval.protected changes",
        lambda case: _named(_protected(case)),
        lambda case: not _protected(case),
    ),
    Condition(
        "files",
        "no more files change than approval.files",
        lambda case: f"{len(case.paths):,}",
        lambda case: _within(len(case.paths), case.bounds.files),
    ),
    Condition(
        "lines",
        "no more lines change than approval.lines",
        lambda case: f"{case.lines:,}",
        lambda case: _within(case.lines, case.bounds.lines),
    ),
    Condition(
        "money",
        "the task stayed within its cap of money",
        _money,
        lambda case: case.cap is None or (case.spent is not None and case.spent <= case.cap),
    ),
)
"""All that must hold before anything is applied unasked."""


def rule(case: Case) -> Ruling:
    """Look the next step up.

    What failed is corrected, and in the end a person's; what does not fail is applied when every
    condition holds, and reviewed otherwise.
    """
    checks = tuple(
        Check(each.name, each.asks, each.value(case), each.holds(case)) for each in CONDITIONS
    )
    if case.verdict is Verdict.FAILED:
        return Ruling(case.policy, Outlook.CORRECT, checks)
    whole = all(check.passed for check in checks)
    return Ruling(case.policy, Outlook.APPLY if whole else Outlook.REVIEW, checks)


def policy_for(explicit: str | None, level: str, *, trusted: bool, ceiling: str) -> Policy:
    """Which policy decides about a task.

    Args:
        explicit: what a person chose or set; None = nothing.
        level: of the agent's definition, ``D1`` to ``D4``.
        trusted: whether the definition is the user's own or ours; another cannot loosen anything.
        ceiling: the most that a level may choose by itself.
    """
    if explicit is not None:
        return Policy(explicit)
    if not trusted:
        return Policy.MANUAL
    order = list(Policy)
    return min(LEVEL_POLICY[level], Policy(ceiling), key=order.index)
