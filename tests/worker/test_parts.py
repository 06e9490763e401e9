"""A part of a proposal as a tree: what is accepted of each file, and at what price."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest

from codeframe_tui.core.change.diff import FileDiff, Hunk
from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.progress import Attempt, Decision
from codeframe_tui.worker.apply import _accepted_tree
from codeframe_tui.worker.workshop import Workshop

OLD, NEW = b"a\nb\nc\nd\ne\n", b"A\nb\nc\nd\nE\n"
FIRST = b"A\nb\nc\nd\ne\n"
HUNKS = (
    Hunk(1, 1, 2, 1, 2, (("-", "a"), ("+", "A"), (" ", "b"))),
    Hunk(2, 4, 2, 4, 2, ((" ", "d"), ("-", "e"), ("+", "E"))),
)


class Trees:
    """The two sides of some differences; remembers what a tree is made of."""

    def __init__(self, *diffs: FileDiff) -> None:
        self._diffs = diffs
        self.changes: dict[str, tuple[str, bytes] | None] = {}

    async def diff(self, old: str, new: str) -> Sequence[FileDiff]:
        return self._diffs

    async def read(self, tree: str, path: str) -> bytes | None:
        (diff,) = (each for each in self._diffs if each.path == path)
        mode, content = (diff.new_mode, NEW) if tree == "tree" else (diff.old_mode, OLD)
        return content if mode else None

    async def overlay(self, base: str, changes: dict[str, tuple[str, bytes] | None]) -> str:
        self.changes = changes
        return "part"


def modified(path: str, new_mode: str = "100644") -> FileDiff:
    return FileDiff(path, Action.MODIFY, "100644", new_mode, False, HUNKS)


async def accepted(parts: Parts, *diffs: FileDiff) -> dict[str, tuple[str, bytes] | None]:
    trees = Trees(*diffs)
    shop = cast(Workshop, SimpleNamespace(workspaces=trees))
    decision = Decision(1, "1", "apply", "hash", parts, False, "person")
    await _accepted_tree(shop, decision, Attempt(1, "base", "tree", "hash", "", ()))
    return trees.changes


class Counted(tuple[Any, ...]):
    """A tuple that knows how often it was gone through."""

    __slots__ = ()
    times: ClassVar[int] = 0

    def __iter__(self) -> Iterator[Any]:
        Counted.times += 1
        return super().__iter__()


async def test_the_named_parts_are_gone_through_once_for_any_number_of_files() -> None:
    paths = [f"{number}.py" for number in range(20)]
    files, hunks = Counted(paths[:5]), Counted((path, 1) for path in paths[5:10])
    lines = Counted((path, 5, 5) for path in paths[10:15])
    Counted.times = 0
    found = await accepted(Parts(files, hunks, lines), *map(modified, paths))
    assert Counted.times == 3
    whole, first, last = (
        ("100644", NEW),
        ("100644", b"A\nb\nc\nd\ne\n"),
        ("100644", b"a\nb\nc\nd\nE\n"),
    )
    sides = [whole] * 5 + [first] * 5 + [last] * 5
    assert found == dict(zip(paths[:15], sides, strict=True))


@pytest.mark.parametrize(
    ("parts", "mode", "content"),
    [
        (Parts(files=("a.py",)), "100755", NEW),
        (Parts(hunks=(("a.py", 1), ("a.py", 2))), "100755", NEW),
        (Parts(lines=(("a.py", 1, 5),)), "100755", NEW),
        (Parts(hunks=(("a.py", 2),), lines=(("a.py", 1, 1),)), "100755", NEW),
        (Parts(hunks=(("a.py", 1),)), "100644", FIRST),
        (Parts(lines=(("a.py", 1, 1),)), "100644", FIRST),
    ],
)
async def test_a_new_mode_is_taken_with_all_of_the_file_and_declined_with_the_rest(
    parts: Parts, mode: str, content: bytes
) -> None:
    assert await accepted(parts, modified("a.py", "100755")) == {"a.py": (mode, content)}


async def test_a_part_of_a_new_file_has_the_mode_of_the_new_file() -> None:
    rows = (("+", "A"), ("+", "b"), ("+", "c"), ("+", "d"), ("+", "E"))
    hunk = Hunk(1, 0, 0, 1, 5, rows)
    created = FileDiff("go", Action.CREATE, None, "100755", False, (hunk,))
    found = await accepted(Parts(lines=(("go", 1, 2),)), created)
    assert found == {"go": ("100755", b"A\nb\n")}
