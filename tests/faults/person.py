"""A person who goes on working on the files that a change is written to."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from io import BufferedRandom
from pathlib import Path
from random import Random

__all__ = ["HARMLESS", "KINDS", "Act", "Acts", "Person", "drawn"]

KINDS = (
    "save", "save", "write", "append", "held", "delete", "move away", "link", "folder",
    "executable", "private", "same again", "beside",
)  # fmt: skip
"""What a person does to a file; what editors do most stands twice."""
HARMLESS = {"private", "same again", "beside"}
"""What no change has to give way to."""

Acts = dict[int, list[tuple[str, str]]]
"""By the number of the moment: kind and path."""


@dataclass(frozen=True)
class Act:
    """What was done: after how many moments, at which point, of what kind, to which path."""

    moment: int
    point: str
    kind: str
    path: str


@dataclass
class Person:
    """Acts at moments that were drawn before, and knows what must still be there at the end.

    Args:
        root: the project.
        victim: a file outside that links are made to.

    Attributes:
        acts: what to do when.
        work: by path, bytes that the person wrote there last; None = the person removed it.
        done: what was done, in order.
        passed: by point of this change, the moment it was first passed.
        moment: how many moments went by.
    """

    root: Path
    victim: Path
    acts: Acts = field(default_factory=dict)
    work: dict[str, bytes | None] = field(default_factory=dict)
    done: list[Act] = field(default_factory=list)
    passed: dict[str, int] = field(default_factory=dict)
    moment: int = 0
    _number: int = 0
    _held: dict[str, BufferedRandom] = field(default_factory=dict)

    def start(self, acts: Acts) -> None:
        """Another change begins: draw its acts from here; an editor opens what it will write."""
        self.close_all()
        self.passed.clear()
        self.acts = {self.moment + moment: drawn for moment, drawn in acts.items()}
        for kind, path in (act for acts in self.acts.values() for act in acts):
            file = self.root / path
            if kind == "held" and path not in self._held and file.is_file():
                self._held[path] = file.open("r+b")

    def close_all(self) -> None:
        """Nothing is open any more."""
        for path in [*self._held]:
            self._close(path)

    def _close(self, path: str) -> None:
        if path in self._held:
            self._held.pop(path).close()

    def at(self, point: str) -> None:
        """One moment later: do what was drawn for it."""
        self.moment += 1
        self.passed.setdefault(point, self.moment)
        for kind, path in self.acts.pop(self.moment, ()):
            if self._does(kind, path, self.root / path):
                self.done.append(Act(self.moment, point, kind, path))

    def _token(self) -> bytes:
        self._number += 1
        return b"the person's work, number %d\n" % self._number

    def _does(self, kind: str, path: str, file: Path) -> bool:
        """Whether there was anything to do it to."""
        if kind in {"save", "write", "beside"}:
            return self._writes(kind, path, file)
        if kind == "held":
            return self._writes_into_what_is_open(path)
        if file.is_symlink() or not file.is_file():
            return False
        if kind == "append":
            with file.open("ab") as opened:
                opened.write(self._token())
            self.work[path] = file.read_bytes()
        elif kind in {"executable", "private"}:
            bits = stat.S_IMODE(file.stat().st_mode)
            file.chmod(bits ^ 0o111 if kind == "executable" else 0o600 | bits & 0o100)
        elif kind == "same again":
            self._renamed_over(file, file.read_bytes(), stat.S_IMODE(file.stat().st_mode))
        else:
            self._takes_away(kind, path, file)
        return True

    def _writes(self, kind: str, path: str, file: Path) -> bool:
        if kind == "beside":
            path = f"{path}.{self._number}.beside"
            file = self.root / path
        if file.is_symlink() or file.is_dir():
            return False
        file.parent.mkdir(parents=True, exist_ok=True)
        token = self._token()
        if kind == "save":
            self._renamed_over(file, token, 0o644)
        else:
            file.write_bytes(token)
        self.work[path] = token
        return True

    def _writes_into_what_is_open(self, path: str) -> bool:
        """Not when all is over: then it has no name any more, as after any save of an editor."""
        opened = self._held.get(path)
        if opened is None or "apply.remembered" in self.passed or path in self.work:
            return False
        opened.seek(0)
        token = self._token()
        opened.write(token)
        opened.truncate()
        opened.flush()
        self.work[path] = token
        return True

    def _renamed_over(self, file: Path, content: bytes, bits: int) -> None:
        temporary = self.root / f"editor-{self._number}.tmp"
        temporary.write_bytes(content)
        temporary.chmod(bits)
        temporary.replace(file)
        self._close(file.relative_to(self.root).as_posix())

    def _takes_away(self, kind: str, path: str, file: Path) -> None:
        self._number += 1
        if kind == "delete":
            file.unlink()
        else:
            away = f"away-{self._number}"
            self.work[away] = file.read_bytes()
            file.rename(self.root / away)
        if kind == "link":
            file.symlink_to(self.victim)
        elif kind == "folder":
            file.mkdir()
            self.work[f"{path}/inside"] = b"inside"
            (file / "inside").write_bytes(b"inside")
        self.work[path] = None

    def lost(self, *also: Path) -> list[str]:
        """Paths whose work is neither where it was done nor in folders that the person was told."""
        kept = [f.read_bytes() for folder in also for f in folder.rglob("*") if f.is_file()]
        return [
            path
            for path, content in self.work.items()
            if not self._is_there(path, content) and (content is None or content not in kept)
        ]

    def _is_there(self, path: str, content: bytes | None) -> bool:
        file = self.root / path
        if content is None:
            return file.is_symlink() or not file.is_file()
        return file.is_file() and not file.is_symlink() and file.read_bytes() == content


def drawn(chance: Random, paths: list[str], moments: int) -> Acts:
    """A few acts at random moments; often none, or several at once."""
    acts: Acts = {}
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        act = chance.choice(KINDS), chance.choice(paths)
        acts.setdefault(chance.randint(1, moments), []).append(act)
    return acts
