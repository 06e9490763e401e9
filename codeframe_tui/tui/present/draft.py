"""A person's verdicts on a proposal until they are sent.

Theory of operation: a proposal is a list of *units*, the things that can be taken or left: the
hunks of a file, or the file itself (hunk number 0) when it has none: binary, empty, or a change of
mode only. A unit whose lines have different verdicts is *partly* decided; what can be chosen of it
is said by `core.change.patch.choices`. A draft is a value; every verdict gives a new draft that
remembers what it replaced.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import compress
from operator import is_not
from typing import TYPE_CHECKING, Any, NamedTuple

from codeframe_tui.tui.present.diff.pages import hunk_of, signs_of, verdicts_of
from codeframe_tui.tui.present.draft_name import DraftName

if TYPE_CHECKING:  # which verdicts need, and the first picture does not
    from codeframe_tui.core.change.diff import Hunk
    from codeframe_tui.core.change.parts import Parts
    from codeframe_tui.core.change.patch import LineRange

__all__ = ["Lines", "ReviewDraft", "Unit", "Verdict"]

Unit = tuple[str, int]
"""A path and the number of a hunk in it, from 1; 0 = the file, which has no hunks."""


class Verdict(StrEnum):
    """What a person said about a unit; nothing said is `UNDECIDED`."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PARTLY = "partly"
    UNDECIDED = "undecided"


class Lines(NamedTuple):
    """Verdicts on what can be chosen of a hunk.

    Attributes:
        hunk: the hunk.
        verdicts: of each choice.
        shown: of each line of the hunk; None where nothing changes.
    """

    hunk: Hunk
    verdicts: tuple[Verdict, ...]
    shown: tuple[Verdict | None, ...]

    def of(self, verdict: Verdict) -> list[LineRange]:
        """Ranges of the lines with a verdict."""
        from codeframe_tui.core.change.patch import ranges_of  # noqa: PLC0415 - loads when first used

        return ranges_of(self.hunk, [given is verdict for given in self.verdicts])


_State = tuple[Verdict, "Lines | None"]
_Before = tuple[tuple[Unit, _State], ...]

_TOLD: Mapping[str | None, Verdict] = {
    each.value: each for each in (Verdict.ACCEPTED, Verdict.REJECTED, Verdict.PARTLY)
}


@dataclass(frozen=True, slots=True)
class ReviewDraft:
    """Verdicts on one proposal, named by its task and hash.

    Attributes:
        proposal: hash of what was on screen; a decision made from this draft names it.
        units: every unit, in the order shown.
        seen: paths of the files a person has been in.
        carried: units whose verdict comes from an earlier attempt, which it names.
        task: as in `DraftName`, like ``look``.
    """

    proposal: str
    units: tuple[Unit, ...] = ()
    seen: frozenset[str] = frozenset()
    carried: Mapping[Unit, int] = field(default_factory=dict)
    task: str = ""
    look: str = ""
    _verdicts: Mapping[Unit, Verdict] = field(default_factory=dict)
    _lines: Mapping[Unit, Lines] = field(default_factory=dict)
    _history: tuple[_Before, ...] = ()
    _by_path: Mapping[str, tuple[Unit, ...]] = field(default_factory=dict)
    _tally: Mapping[str, Counter[Verdict]] = field(default_factory=dict)
    _total: Counter[Verdict] = field(default_factory=Counter)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> ReviewDraft:
        """A fresh draft for a diff document (CONTRACT §9), with the verdicts it carries.

        Without a unit where nothing can be decided.
        """
        name = DraftName.of(document)
        if name.look:
            return cls(name.proposal, task=name.task, look=name.look)
        verdicts: dict[Unit, Verdict] = {}
        by_path: dict[str, tuple[Unit, ...]] = {}
        tally: dict[str, Counter[Verdict]] = {}
        for file in document["files"]:
            path = file["path"]
            told = {(path, k): verdict for k, verdict in verdicts_of(file["hunks"])}
            told = told or {(path, 0): None}
            by_path[path] = tuple(told)
            for unit, verdict in told.items():
                verdicts[unit] = _TOLD.get(verdict, Verdict.UNDECIDED)
            tally[path] = Counter(verdicts[unit] for unit in told)
        draft = cls(name.proposal, tuple(verdicts), task=name.task, _verdicts=verdicts)
        total = Counter(verdicts.values())
        return replace(draft, _by_path=by_path, _tally=tally, _total=total)

    def restored(self, kept: Mapping[str, Any], document: Mapping[str, Any]) -> ReviewDraft:
        """With verdicts that were kept, wherever nothing was said since this was opened.

        Args:
            kept: as `core.review.draft.Draft.document`.
            document: the diff that this draft is of.
        """
        from codeframe_tui.core.change.parts import Parts  # noqa: PLC0415 - loads when first used

        files = {file["path"]: file for file in document["files"]}
        given = {unit for before in self._history for unit, _ in before}
        said: dict[Unit, _State] = {}
        by_lines: list[tuple[Verdict, str, Sequence[LineRange]]] = []
        # what is accepted comes last: a range of what is rejected may have an accepted one in it
        for name in (Verdict.REJECTED, Verdict.ACCEPTED):
            for path, parts in Parts.of(kept[name]).by_path().items():
                units = [unit for unit in self.units_of(path) if unit not in given]
                said |= {u: (name, None) for u in units if parts.whole or u[1] in parts.hunks}
                by_lines += [(name, path, parts.lines)] if parts.lines and units else []
        draft = self._say(said)
        for name, path, lines in by_lines:
            draft = _with_lines(draft, name, lines, files[path], given)
        since: Mapping[str, int] = kept.get("since") or {}
        carried = {
            unit: since[path]
            for path in since
            for unit in draft.units_of(path)
            if unit not in given and draft.verdict(*unit) is not Verdict.UNDECIDED
        }
        seen = self.seen | {path for path in kept["seen"] if path in files}
        return replace(draft, seen=seen, carried=carried, _history=self._history)

    def in_order_of(self, document: Mapping[str, Any]) -> ReviewDraft:
        """With the units in the order in which a document has their files."""
        units = [unit for file in document["files"] for unit in self.units_of(file["path"])]
        return self if tuple(units) == self.units else replace(self, units=tuple(units))

    # -- asking ---------------------------------------------------------------------------------

    @property
    def name(self) -> DraftName:
        """What tells it from others."""
        return DraftName(self.task, self.proposal, self.look)

    def verdict(self, path: str, k: int) -> Verdict:
        """The verdict on a unit."""
        return self._verdicts.get((path, k), Verdict.UNDECIDED)

    def line_verdict(self, path: str, k: int, line: int) -> Verdict | None:
        """The verdict on a line of a unit that is decided line by line; else None."""
        lines = self._lines.get((path, k))
        return lines.shown[line] if lines and 0 <= line < len(lines.shown) else None

    def file_verdict(self, path: str) -> Verdict | None:
        """The verdict all units of a file share; None when they differ."""
        found = [verdict for verdict, n in self._tally.get(path, Counter()).items() if n]
        return found[0] if len(found) == 1 else None

    def file_count(self, path: str, verdict: Verdict) -> int:
        """How many units of a file have a verdict."""
        return self._tally[path][verdict] if path in self._tally else 0

    def changed_since(self, earlier: ReviewDraft) -> Iterable[str] | None:
        """Paths of which something was said since; None when that was no draft of the same."""
        if self._by_path is not earlier._by_path:
            return None
        tallies = map(is_not, self._tally.values(), earlier._tally.values())  # in the same order
        return compress(self._tally, tallies)

    def next_undecided(self, after: Unit | None = None, but: Collection[str] = ()) -> Unit | None:
        """The next unit without a verdict, going round; None when all are decided.

        Args:
            after: where to begin.
            but: paths that are passed over.
        """
        start = self.units.index(after) + 1 if after in self.units else 0
        turned = self.units[start:] + self.units[:start]
        left = (unit for unit in turned if self._is(unit, Verdict.UNDECIDED))
        return next((unit for unit in left if unit[0] not in but), None)

    def count(self, verdict: Verdict) -> int:
        """How many units have this verdict; ``len(draft.units)`` is the total."""
        return self._total[verdict]

    def units_of(self, path: str) -> tuple[Unit, ...]:
        """The units of a file."""
        return self._by_path.get(path, ())

    @property
    def files(self) -> tuple[str, ...]:
        """All paths, in the order shown."""
        return tuple(self._by_path)

    @property
    def unseen(self) -> tuple[str, ...]:
        """Paths of the files a person has not been in, in the order shown."""
        return tuple(path for path in self._by_path if path not in self.seen)

    @property
    def moves(self) -> int:
        """How many verdicts can be taken back."""
        return len(self._history)

    # -- saying ---------------------------------------------------------------------------------

    def give(self, verdict: Verdict, units: Iterable[Unit]) -> ReviewDraft:
        """Give one verdict on several units at once; unknown ones are left out."""
        return self._say({u: (verdict, None) for u in units if u in self._verdicts})

    def give_chosen(
        self, verdict: Verdict, chosen: Iterable[tuple[Unit, Mapping[str, Any], Iterable[int]]]
    ) -> ReviewDraft:
        """Give a verdict on some lines, with all that can only go together with them, in one step.

        Args:
            verdict: what is said.
            chosen: unit of a hunk, the hunk as it stands in the diff document, and positions of
                its lines from 0.
        """
        said = {
            unit: state
            for unit, hunk, rows in chosen
            if unit in self._verdicts
            and (state := self._with_rows(verdict, unit, hunk, rows)) is not None
        }
        return self._say(said)

    def is_given(
        self, verdict: Verdict, chosen: Iterable[tuple[Unit, Mapping[str, Any], Iterable[int]]]
    ) -> bool:
        """Whether a line that changes is among some lines, and has the verdict already."""
        for unit, hunk, rows in chosen:
            signs, lines = signs_of(hunk["lines"]), self._lines.get(unit)
            for row in rows:
                if 0 <= row < len(signs) and signs[row] in "+-":
                    return verdict is (lines.shown[row] if lines else self.verdict(*unit))
        return False

    def _with_rows(
        self, verdict: Verdict, unit: Unit, hunk: Mapping[str, Any], rows: Iterable[int]
    ) -> _State | None:
        """What a unit becomes; None where nothing of it is chosen."""
        from codeframe_tui.core.change import patch  # noqa: PLC0415 - loads when first used

        known = hunk_of(hunk)
        ranges, owners = patch.choices(known), patch.choice_of(known)
        chosen = {owners[row] for row in rows if 0 <= row < len(owners)} - {-1}
        chosen = {at for at in chosen if ranges[at] != patch.NOWHERE}
        if not chosen:
            return None
        chosen = patch.bound(ranges, chosen, taken=verdict is Verdict.ACCEPTED)
        held = self._lines.get(unit)
        before = held.verdicts if held else (self.verdict(*unit),) * len(ranges)
        after = [verdict if at in chosen else was for at, was in enumerate(before)]
        if len(set(after)) == 1:
            return after[0], None
        shown = tuple(after[at] if at >= 0 else None for at in owners)
        return Verdict.PARTLY, Lines(known, tuple(after), shown)

    def take_back(self) -> tuple[ReviewDraft, Unit | None]:
        """Undo the last verdict; also tells the first unit it was about, None without one."""
        if not self._history:
            return self, None
        *earlier, last = self._history
        draft = self._say(dict(last))
        return replace(draft, _history=tuple(earlier)), last[0][0]

    def forget(self, units: Iterable[Unit]) -> ReviewDraft:
        """Take the verdicts on units back, whenever they were given; it cannot be taken back."""
        return replace(self.give(Verdict.UNDECIDED, units), _history=self._history)

    def see(self, path: str) -> ReviewDraft:
        """Note that a person has been in a file."""
        return self if path in self.seen else replace(self, seen=self.seen | {path})

    def _say(self, said: Mapping[Unit, _State]) -> ReviewDraft:
        changed = {unit: state for unit, state in said.items() if state != self._state(unit)}
        if not changed:
            return self
        before = tuple((unit, self._state(unit)) for unit in changed)
        verdicts = {**self._verdicts, **{unit: verdict for unit, (verdict, _) in changed.items()}}
        lines = {unit: each for unit, each in self._lines.items() if unit not in changed}
        lines |= {unit: each for unit, (_, each) in changed.items() if each}
        carried = {unit: n for unit, n in self.carried.items() if unit not in changed}
        tally = {**self._tally, **{path: Counter(self._tally[path]) for path, _ in changed}}
        total = Counter(self._total)
        for unit, (verdict, _) in changed.items():
            for counted in (total, tally[unit[0]]):
                counted[self.verdict(*unit)] -= 1
                counted[verdict] += 1
        return replace(
            self,
            carried=carried,
            _tally=tally,
            _total=total,
            _verdicts=verdicts,
            _lines=lines,
            _history=(*self._history, before),
        )

    def _state(self, unit: Unit) -> _State:
        return self.verdict(*unit), self._lines.get(unit)

    # -- sending --------------------------------------------------------------------------------

    @property
    def parts(self) -> Parts:
        """What is accepted: whole files where all of a file is, else single hunks and lines.

        Falsy when nothing is; in an `Approve` that would mean *all*.
        """
        return self._parts(Verdict.ACCEPTED)

    @property
    def rejected_parts(self) -> Parts:
        """What is rejected, in the same form."""
        return self._parts(Verdict.REJECTED)

    @property
    def since(self) -> dict[str, int]:
        """Path -> the earlier attempt from which verdicts in it come."""
        return {path: attempt for (path, _), attempt in self.carried.items()}

    def _parts(self, verdict: Verdict) -> Parts:
        from codeframe_tui.core.change.parts import Parts  # noqa: PLC0415 - loads when first used

        files: list[str] = []
        hunks: list[Unit] = []
        for path, units in self._by_path.items():
            mine = [unit for unit in units if self._is(unit, verdict)]
            if len(mine) == len(units):
                files.append(path)
            else:
                hunks += mine
        lines = (
            (unit[0], first, last)
            for unit in self.units
            if unit in self._lines
            for first, last in self._lines[unit].of(verdict)
        )
        return Parts(tuple(files), tuple(hunks), tuple(lines))

    def _is(self, unit: Unit, verdict: Verdict) -> bool:
        return self._verdicts.get(unit, Verdict.UNDECIDED) is verdict


def _with_lines(
    draft: ReviewDraft,
    verdict: Verdict,
    lines: Sequence[LineRange],
    file: Mapping[str, Any],
    but: Collection[Unit],
) -> ReviewDraft:
    """The draft with a verdict on line ranges of a file, apart from some units."""
    from codeframe_tui.core.change.patch import taken  # noqa: PLC0415 - loads when first used

    hunks = file["hunks"]
    by_hunk: dict[int, list[LineRange]] = {}
    for each in lines:
        near = bisect_right(hunks, each[0], key=lambda hunk: hunk["new_start"]) - 1
        by_hunk.setdefault(max(near, 0), []).append(each)
    chosen: list[tuple[Unit, Mapping[str, Any], Iterable[int]]] = []
    for at, ranges in by_hunk.items():
        unit = (file["path"], hunks[at]["k"])
        if unit not in but:
            is_in = taken(hunk_of(hunks[at]), ranges)
            chosen.append((unit, hunks[at], [row for row, is_ in enumerate(is_in) if is_]))
    return draft.give_chosen(verdict, chosen)
