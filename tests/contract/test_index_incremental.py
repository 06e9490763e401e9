"""An index that followed every change knows what one that begins now knows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from codeframe_tui.adapters.index.inside import shelf as bounds
from codeframe_tui.adapters.index.inside.room import Room
from codeframe_tui.adapters.workspace.git import Git
from codeframe_tui.adapters.workspace.objects import PLAIN, ObjectWriter
from codeframe_tui.ports.files import TreeEntry
from tests.contract.test_index_past import STEP as PAST
from tests.contract.test_index_past import repository

NAMES = (
    "app/__init__.py", "app/net.py", "app/retry.py", "net.py", "app.txt", "tests/test_net.py",
    "tests/test_retry.py", "src/app/net.py", "odd \udcff.py",
)  # fmt: skip
TEXTS = (
    b"", b"class Retry:\n    def delay(self): ...\n", b"from app.net import get\nget()\n",
    b"from .retry import Retry\n\ndef get():\n    return Retry().delay()\n", b"import net, app\n",
    b"def get(:\n  class\n", b"\0", b"# caf\xe9 retry\n", b"from app import net\n\nget = net.get\n",
)  # fmt: skip
BEGUN = (TEXTS[0], TEXTS[3], TEXTS[1], TEXTS[0], TEXTS[0], TEXTS[2], TEXTS[8])
STEP = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(NAMES), st.sampled_from(TEXTS)),
    st.tuples(st.just("delete"), st.sampled_from(NAMES), st.just(b"")),
    st.tuples(st.just("rename"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("switch"), st.integers(0, 9), st.just(b"")),
    st.tuples(st.just("past"), PAST, st.just(b"")),
)
FOREVER = float("inf")


def step(before: dict[str, bytes], past: list[dict[str, bytes]], change: Any) -> dict[str, bytes]:
    """The files after one change."""
    how, what, other = change
    files = dict(before)
    match how:
        case "write":
            files[what] = other
        case "delete":
            files.pop(what, None)
        case "rename" if what in files:
            files[other] = files.pop(what)
        case "switch":
            files = dict(past[what % len(past)])
    return files


def everything(room: Room, tree: str, files: dict[str, bytes]) -> dict[str, Any]:
    """All that can be asked."""
    told: dict[str, Any] = {
        "context": room.answer(
            "context", tree, FOREVER, text="Retry.delay for get", budget=300, bytes_each=4.0
        )
    }
    for name in ("", "get", "rtr"):
        told[name] = room.answer("find", tree, FOREVER, name=name, among={"kind": "", "path": ""})
    told["callers"] = room.answer("callers", tree, FOREVER, name="get")
    for path, content in files.items():
        for relation in ("outline", "importers", "tests"):
            if b"\0" not in content:
                told[f"{relation} {path}"] = room.answer(relation, tree, FOREVER, name=path)
    return told


@contextmanager
def room_in(folder: Path, git: Git) -> Iterator[Room]:
    room = Room(git.directory, folder / "index.db", folder.with_name("project"))
    try:
        yield room
    finally:
        room.close()


@given(st.lists(STEP, min_size=1, max_size=8), st.booleans())
@settings(max_examples=20)
def test_an_index_that_followed_equals_one_that_begins(changes: list[Any], crowded: bool) -> None:
    spare = bounds._SPARE
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        git = Git(folder / "objects")
        git.prepare()
        writer = ObjectWriter(git, set())
        (folder / "one").mkdir()
        (project := folder / "project").mkdir()
        take = repository(project, *NAMES[:3])
        bounds._SPARE = -30 if crowded else spare
        past: list[dict[str, bytes]] = [dict(zip(NAMES, BEGUN, strict=False))]
        try:
            with room_in(folder / "one", git) as followed:
                for number, change in enumerate(changes):
                    if change[0] == "past":
                        take(number + 1, change[1])
                    past.append(step(past[-1], past, change))
                    entries = {p: TreeEntry(PLAIN, writer.blob(c)) for p, c in past[-1].items()}
                    tree = writer.tree(entries)
                    told = everything(followed, tree, past[-1])
                    if number in {1, len(changes) - 1}:
                        (folder / str(number)).mkdir(exist_ok=True)
                        with room_in(folder / str(number), git) as begun:
                            assert told == everything(begun, tree, past[-1])
        finally:
            bounds._SPARE = spare
