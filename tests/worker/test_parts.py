"""A part of a proposal as a tree: what is accepted of each file, and at what price."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any, ClassVar, cast

from codeframe_tui.core.diff import FileDiff, Hunk
from codeframe_tui.core.parts import Parts
from codeframe_tui.core.progress import Attempt, Decision
from codeframe_tui.core.proposal import Action
from codeframe_tui.worker.apply import _accepted_tree
from codeframe_tui.worker.workshop import Workshop

OLD, NEW = b"a\nb\nc\nd\ne\n", b"A\nb\nc\nd\nE\n"
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
        return NEW if tree == "tree" else OLD

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
