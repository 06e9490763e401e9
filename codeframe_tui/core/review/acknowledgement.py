"""What a person said about a flag: seen, and why it may stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.fingerprint import flag_key
from codeframe_tui.core.flags.table import RULES

__all__ = ["Acknowledgement", "flag_documents", "standing"]


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A flag that a person looked at.

    Attributes:
        attempt: the one on which it was said.
        proposal: hash of what was on screen.
        flag: key of the flag (`core.flags.fingerprint.flag_key`).
        rule: of the flag, as it was shown; path and line the same.
        reason: why it may stand, in the person's words.
        at: ISO 8601.
    """

    task: str
    attempt: int
    proposal: str
    flag: str
    rule: str
    path: str
    line: int | None
    reason: str
    by: str
    at: str

    @property
    def document(self) -> dict[str, Any]:
        """As a flag's document has it."""
        return {"reason": self.reason, "by": self.by, "at": self.at, "attempt": self.attempt}


def standing(said: Iterable[Acknowledgement]) -> dict[str, Acknowledgement]:
    """The newest word on each flag, by its key.

    Args:
        said: of one task, oldest first.
    """
    return {each.flag: each for each in said}


def flag_documents(
    flags: Sequence[Flag], proposal: str, said: Mapping[str, Acknowledgement]
) -> list[dict[str, Any]]:
    """The flags of an attempt as documents: with ``id``, ``why`` and ``acknowledged``.

    Args:
        flags: of the attempt.
        proposal: its hash.
        said: as `standing` gives it.
    """
    told = []
    for flag in flags:
        key = flag_key(flag, proposal)
        found = said.get(key)
        told.append(
            {
                "id": key,
                "rule": flag.rule,
                "severity": flag.severity,
                "path": flag.path,
                "line": flag.line,
                "message": flag.message,
                "why": RULES[flag.rule].why if flag.rule in RULES else "",
                "before": flag.before,
                "after": flag.after,
                "acknowledged": found.document if found else None,
            }
        )
    return told
