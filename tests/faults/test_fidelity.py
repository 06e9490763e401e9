"""Every kind of file, through the whole road: changed in one place, the same everywhere else.

One proposal changes all of `corpora/kinds.toml`; it is approved, looked at, and undone.
"""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from codeframe_tui.adapters.scripted.script import Talks
from codeframe_tui.core.commands import Approve, Undo
from tests.security.cases import cases, parameters
from tests.worker.changes import coded, edit
from tests.worker.room import answer, make_project, room, say

pytestmark = pytest.mark.asyncio(loop_scope="module")
KINDS = cases("kinds")
GIVEN = {
    "attributes/.gitattributes": b"*.dos text eol=crlf\n*.unix text eol=lf\n*.lfs filter=lfs\n"
    b"*.u16 text working-tree-encoding=UTF-16LE-BOM\n",
}
LIST = bytes.fromhex(
    "02000000 01000600ffffffff 02000600d2040000 04000400ffffffff 10000600ffffffff 20000000ffffffff"
)
"""An access list: user 1234 may read and write."""

Seen = tuple[int, int, int, dict[str, bytes], bytes]
"""Permissions with setuid, owner, group, attributes, content."""


def path_of(kind: dict[str, Any]) -> str:
    return str(kind.get("path") or f"kinds/{kind['id'].replace(' ', '_')}.txt")


def encoded(kind: dict[str, Any], text: str) -> bytes:
    name = str(kind.get("encoding", "utf-8"))
    return text.encode("ascii" if name == "every byte" else name)


def content_of(kind: dict[str, Any]) -> bytes:
    """What is there before."""
    if kind.get("encoding") == "every byte":
        return bytes(range(256)) * 2 + b"\0" + bytes(range(255, 66, -1))
    return encoded(kind, kind["text"]) * int(kind.get("times", 1)) + encoded(
        kind, kind.get("after", "")
    )


def changed(kind: dict[str, Any]) -> bytes:
    """What is there afterwards, worked out without any part of the program."""
    content, old = content_of(kind), encoded(kind, kind["old"])
    head, _, tail = content.partition(old) if old else (b"", b"", content)
    return head + encoded(kind, kind["new"]) + tail


def wish(kind: dict[str, Any]) -> dict[str, Any]:
    if kind.get("way") == "bytes":
        return coded(path_of(kind), changed(kind))
    return edit(path_of(kind), (kind["old"], kind["new"]))


def seen(file: Path) -> Seen:
    status = file.lstat()
    names = os.listxattr(file) if hasattr(os, "listxattr") else []
    attributes = {name: os.getxattr(file, name) for name in names}
    rights = stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid
    return *rights, attributes, file.read_bytes()


def other_group() -> int:
    if os.geteuid() == 0:
        return 54_321
    return next((group for group in os.getgroups() if group != os.getegid()), os.getegid())


def give(file: Path, right: str) -> None:
    """Give a file a right that git does not know."""
    if right == "group":
        os.chown(file, -1, other_group())
    elif hasattr(os, "setxattr"):
        name = "system.posix_acl_access" if right == "list" else "user.note"
        value = LIST if right == "list" else b"\0kept\xff"
        try:
            os.setxattr(file, name, value)
        except OSError:  # a file system without them, where there is nothing to keep
            return


@dataclass(frozen=True)
class Road:
    """What each file was at each step."""

    before: dict[str, Seen]
    applied: dict[str, Seen]
    undone: dict[str, Seen]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def road(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Road]:
    folder = tmp_path_factory.mktemp("fidelity")
    files = {path_of(kind): (0o644, content_of(kind)) for kind in KINDS}
    files |= {path: (0o644, content) for path, content in GIVEN.items()}
    project = make_project(folder / "project", files)
    for kind in KINDS:
        file = project / path_of(kind)
        for right in kind.get("has", ()):
            give(file, right)
        file.chmod(kind.get("mode", 0o644))

    def look() -> dict[str, Seen]:
        return {kind["id"]: seen(project / path_of(kind)) for kind in KINDS}

    before = look()
    talks = {"kinds": [[answer(*map(wish, KINDS))]]}
    async with room(folder, Talks(talks, otherwise=say("?")), files=None, sandbox="none") as desk:
        await desk.start()
        task = await desk.add("kinds", evidence="none")
        await desk.becomes(task, "in_review")
        assert look() == before
        assert (await desk.deed(Approve(task))).type == "change.applied"
        applied = look()
        assert (await desk.deed(Undo(task))).type == "change.undone"
        yield Road(before, applied, look())


def kept(kind: dict[str, Any], before: Seen, content: bytes) -> Seen:
    return kind.get("kept", before[0]), *before[1:4], content


@pytest.mark.parametrize("kind", parameters("kinds"))
@pytest.mark.goal("G16", "kinds of files")
async def test_a_change_keeps_all_but_its_place_and_the_undo_brings_it_back(
    road: Road, kind: dict[str, Any]
) -> None:
    name = kind["id"]
    before = road.before[name]
    assert before[4] == content_of(kind)
    assert before[0] == kind.get("mode", 0o644)
    assert road.applied[name] == kept(kind, before, changed(kind))
    assert road.undone[name] == kept(kind, before, content_of(kind))


async def test_there_are_sixty_kinds_and_more(
    road: Road, record_property: Callable[[str, object], None]
) -> None:
    assert len({path_of(kind) for kind in KINDS}) == len(KINDS) >= 60
    assert all(changed(kind) != content_of(kind) for kind in KINDS)
    good = sum(
        road.applied[kind["id"]] == kept(kind, road.before[kind["id"]], changed(kind))
        for kind in KINDS
    )
    record_property("table", f"G16: {good} of {len(KINDS)} kinds are what they have to be")
