"""A person's verdicts on a proposal until they are sent.

Theory of operation: a proposal is a list of *units*, the things that can be taken or left: the
hunks of a file, or the file itself (hunk number 0) when it has none: binary, empty, or a change of
mode only. A draft is a value; every verdict gives a new draft that remembers what it replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from codeframe_tui.core.parts import Parts

__all__ = ["ReviewDraft", "Unit", "Verdict"]

Unit = tuple[str, int]
"""A path and the number of a hunk in it, from 1; 0 = the file, which has no hunks."""


class Verdict(StrEnum):
    """What a person said about a unit; nothing said is `UNDECIDED`."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


_Before = tuple[tuple[Unit, Verdict], ...]


@dataclass(frozen=True, slots=True)
class ReviewDraft:
    """Verdicts on one proposal, named by its hash.

    Attributes:
        proposal: hash of what was on screen; a decision made from this draft names it.
        units: every unit, in the order shown.
        seen: paths of the files a person has been in.
    """

    proposal: str
    units: tuple[Unit, ...] = ()
    seen: frozenset[str] = frozenset()
    _verdicts: Mapping[Unit, Verdict] = field(default_factory=dict)
    _history: tuple[_Before, ...] = ()
    _by_path: Mapping[str, tuple[Unit, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> ReviewDraft:
        """A fresh draft for a diff document (CONTRACT §9), with the verdicts it carries."""
        verdicts: dict[Unit, Verdict] = {}
        by_path: dict[str, tuple[Unit, ...]] = {}
        for file in document["files"]:
            by_path[file["path"]] = tuple((file["path"], hunk["k"]) for hunk in file["hunks"])
            if not file["hunks"]:
                by_path[file["path"]] = ((file["path"], 0),)
                verdicts[file["path"], 0] = Verdict.UNDECIDED
            for hunk in file["hunks"]:
                known = hunk.get("verdict") in {Verdict.ACCEPTED, Verdict.REJECTED}
                verdict = Verdict(hunk["verdict"]) if known else Verdict.UNDECIDED
                verdicts[file["path"], hunk["k"]] = verdict
        return cls(document["proposal"], tuple(verdicts), _verdicts=verdicts, _by_path=by_path)

    def verdict(self, path: str, k: int) -> Verdict:
        """The verdict on a unit."""
        return self._verdicts.get((path, k), Verdict.UNDECIDED)

    def file_verdict(self, path: str) -> Verdict | None:
        """The verdict all units of a file share; None when they differ."""
        found = {self.verdict(*unit) for unit in self.units_of(path)}
        return found.pop() if len(found) == 1 else None

    def give(self, verdict: Verdict, units: Iterable[Unit]) -> ReviewDraft:
        """Give one verdict on several units at once; unknown ones are left out."""
        changed = [u for u in units if self._verdicts.get(u, verdict) is not verdict]
        if not changed:
            return self
        before = tuple((unit, self.verdict(*unit)) for unit in changed)
        verdicts = {**self._verdicts, **dict.fromkeys(changed, verdict)}
        return replace(self, _verdicts=verdicts, _history=(*self._history, before))

    def give_file(self, verdict: Verdict, path: str) -> ReviewDraft:
        """Give one verdict on all of a file."""
        return self.give(verdict, self.units_of(path))

    def give_all(self, verdict: Verdict) -> ReviewDraft:
        """Give one verdict on everything."""
        return self.give(verdict, self.units)

    def take_back(self) -> tuple[ReviewDraft, Unit | None]:
        """Undo the last verdict; also tells the first unit it was about, None without one."""
        if not self._history:
            return self, None
        *earlier, last = self._history
        verdicts = {**self._verdicts, **dict(last)}
        return replace(self, _verdicts=verdicts, _history=tuple(earlier)), last[0][0]

    def see(self, path: str) -> ReviewDraft:
        """Note that a person has been in a file."""
        return self if path in self.seen else replace(self, seen=self.seen | {path})

    def next_undecided(self, after: Unit | None = None) -> Unit | None:
        """The next unit without a verdict, going round; None when all are decided."""
        start = self.units.index(after) + 1 if after in self.units else 0
        turned = self.units[start:] + self.units[:start]
        return next((unit for unit in turned if self._is(unit, Verdict.UNDECIDED)), None)

    def count(self, verdict: Verdict) -> int:
        """How many units have this verdict; ``len(draft.units)`` is the total."""
        return sum(self._is(unit, verdict) for unit in self.units)

    @property
    def files(self) -> tuple[str, ...]:
        """All paths, in the order shown."""
        return tuple(dict.fromkeys(path for path, _ in self.units))

    @property
    def parts(self) -> Parts:
        """What is accepted: whole files where all of a file is, else single hunks.

        Falsy when nothing is; in an `Approve` that would mean *all*.
        """
        return self._parts(Verdict.ACCEPTED)

    @property
    def rejected_parts(self) -> Parts:
        """What is rejected, in the same form."""
        return self._parts(Verdict.REJECTED)

    def _parts(self, verdict: Verdict) -> Parts:
        by_file: dict[str, list[int]] = {}
        for path, k in self.units:
            by_file.setdefault(path, []).append(k)
        whole = {p: all(self._is((p, k), verdict) for k in ks) for p, ks in by_file.items()}
        return Parts(
            files=tuple(path for path in by_file if whole[path]),
            hunks=tuple(u for u in self.units if not whole[u[0]] and self._is(u, verdict)),
        )

    def _is(self, unit: Unit, verdict: Verdict) -> bool:
        return self._verdicts.get(unit, Verdict.UNDECIDED) is verdict

    def units_of(self, path: str) -> tuple[Unit, ...]:
        """The units of a file."""
        return self._by_path.get(path, ())
