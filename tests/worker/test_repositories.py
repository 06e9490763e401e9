"""Every kind of repository: read exactly, written only where it may be, its git never touched."""

from __future__ import annotations

import base64
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.facts import read_facts
from codeframe_tui.adapters.scripted.script import Talks, Turn
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.core.commands import Approve, Cancel, Reject, Undo
from codeframe_tui.settings import Limits
from tests.worker.repositories import KINDS, Kind, arm, universe
from tests.worker.room import Room, answer, room, say

pytestmark = pytest.mark.parametrize("name", KINDS)


def made(kind: Kind, folder: Path) -> Path:
    """The repository in a folder of its own, armed; marks go beside it."""
    place = folder / "place"
    place.mkdir()
    root = kind.make(place)
    arm(root, folder / "mark")
    return root


def whole(root: Path, left_out: tuple[str, ...]) -> dict[str, tuple[str, bytes]]:
    """The tree as git would name it, by looking at the disk alone."""
    found = {}
    for path in root.rglob("*"):
        name = path.relative_to(root)
        places = {name.as_posix(), *(parent.as_posix() for parent in name.parents)}
        if ".git" in name.parts or not places.isdisjoint(left_out):
            continue
        if path.is_symlink():
            found[name.as_posix()] = ("120000", os.fsencode(path.readlink()))
        elif path.is_file():
            mode = "100755" if path.stat().st_mode & 0o100 else "100644"
            found[name.as_posix()] = (mode, path.read_bytes())
    return found


@pytest.mark.goal("G4", "kinds of repositories that are looked at, armed where they can be")
async def test_a_snapshot_is_exact_and_a_workspace_gives_it_back(name: str, tmp_path: Path) -> None:
    kind = KINDS[name]
    root = made(kind, tmp_path)
    before = universe(tmp_path / "place")
    space = GitWorkspaces(root, tmp_path / "state", Limits())
    await space.prepare()
    snapshot = await space.snapshot()
    entries = await space.entries(snapshot.tree)
    held = {
        path: (entry.mode, await space.read(snapshot.tree, path))
        for path, entry in entries.items()
        if entry.mode != "160000"
    }
    expected = whole(root, kind.left_out)
    assert held == expected
    told = "\n".join(snapshot.notes)
    assert all(note in told for note in kind.notes), told
    assert kind.notes or not told

    workspace = await space.open("t", snapshot.tree)
    assert whole(workspace.root, kind.brought) == expected
    copied = whole(workspace.root, ()).keys() - expected.keys()
    assert copied == set(kind.brought)
    for path in kind.brought:
        assert (workspace.root / path).read_bytes() == (root / path).read_bytes()
    assert (await space.capture(workspace)).tree == snapshot.tree
    await read_facts(root)
    await space.close()
    assert universe(tmp_path / "place") == before
    assert not (tmp_path / "mark").exists()


def changed(root: Path, kind: Kind) -> tuple[list[dict[str, Any]], dict[str, bytes | None]]:
    """An answer that creates, edits and deletes, and what the files hold afterwards."""
    files: list[dict[str, Any]] = [
        {"path": "made/here.py", "action": "create", "content": "M = 1\r\n"},
        {"path": "a.py", "action": "modify", "edits": [{"old": "A = 1", "new": "A = 9"}]},
        {"path": "b.txt", "action": "delete"},
    ]
    after = {
        "made/here.py": b"M = 1\r\n",
        "a.py": (root / "a.py").read_bytes().replace(b"A = 1", b"A = 9"),
        "b.txt": None,
    }
    for number, path in enumerate(kind.fits):
        there = (root / path).exists()
        if there and number % 2:
            files.append({"path": path, "action": "delete"})
            after[path] = None
            continue
        new = b"\xff\xfe new\r\n\0" + path.encode()
        coded = base64.b64encode(new).decode()
        action = "modify" if there else "create"
        files.append({"path": path, "action": action, "content": coded, "encoding": "base64"})
        after[path] = new
    return files, after


def talk(root: Path, paths: Mapping[str, str]) -> list[list[Turn]]:
    """One answer after the other, each for one path."""
    actions = {path: "modify" if os.path.lexists(root / path) else "create" for path in paths}
    return [
        [answer({"path": path, "action": action, "content": "x\n"})]
        for path, action in actions.items()
    ]


@asynccontextmanager
async def desk(name: str, folder: Path) -> AsyncIterator[tuple[Room, dict[str, bytes | None]]]:
    """An engine at work on a kind, with the contents that the change leads to."""
    kind = KINDS[name]
    root = made(kind, folder)
    files, after = changed(root, kind)
    talks: dict[str, list[list[Turn]]] = {"fits": [[answer(*files)]]}
    for number, reasons in enumerate(in_threes(kind.refused)):
        talks[f"refused {number}"] = talk(root, reasons)
    for path in kind.declined:
        talks[f"declined {path}"] = talk(root, {path: ""})
    script = Talks(talks, otherwise=say("?"))
    async with room(folder, script, files=None, project=root, sandbox="none") as at:
        await at.start()
        yield at, after


@pytest.mark.goal("G5", "kinds of repositories, applied and undone")
async def test_a_change_is_applied_and_undone_and_nothing_else_is_touched(
    name: str, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    async with desk(name, tmp_path) as (at, after):
        before = universe(place)
        top = at.project.relative_to(place).as_posix()
        for ending in (Approve, Reject):
            task = await at.add("fits", evidence="none")
            await at.becomes(task, "in_review")
            assert universe(place) == before
            if ending is Approve:
                assert (await at.deed(Approve(task))).type == "change.applied"
                assert contents(at.project, after) == after
                touched = {f"{top}/{path}" for path in after}
                assert differing(before, universe(place)) <= touched | above(touched)
                assert (await at.deed(Undo(task))).type == "change.undone"
            else:
                await at.service.submit(Reject(task, "not like this"))
                await at.becomes(task, "in_progress")
                await at.service.submit(Cancel(task))
                await at.becomes(task, "cancelled")
            assert universe(place) == before
        for number, reasons in enumerate(in_threes(KINDS[name].refused)):
            await are_refused(at, f"refused {number}", [*reasons.values()])
        for path, reason in KINDS[name].declined.items():
            await is_declined(at, f"declined {path}", reason)
        assert universe(place) == before
    assert not (tmp_path / "mark").exists()


def in_threes(paths: Mapping[str, str]) -> list[dict[str, str]]:
    """As many as one task can be refused before a person is asked."""
    rest = iter(paths.items())
    return [dict(three) for three in iter(lambda: list(islice(rest, 3)), [])]


async def are_refused(at: Room, title: str, reasons: list[str]) -> None:
    task = await at.add(title, evidence="none")
    for reason in [*reasons, reasons[-1], reasons[-1]][:3]:
        told = (await at.until("answer.refused", task)).data["message"]
        assert reason in told, told
    await at.becomes(task, "blocked")
    await at.service.submit(Cancel(task))


async def is_declined(at: Room, title: str, reason: str) -> None:
    task = await at.add(title, evidence="none")
    await at.becomes(task, "in_review")
    refused = await at.deed(Approve(task))
    assert refused.type == "change.refused"
    assert reason in refused.data["message"]
    await at.service.submit(Cancel(task))


def contents(root: Path, paths: dict[str, bytes | None]) -> dict[str, bytes | None]:
    return {path: (root / path).read_bytes() if (root / path).exists() else None for path in paths}


def differing(before: dict[str, object], after: dict[str, object]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def above(paths: set[str]) -> set[str]:
    return {parent.as_posix() for path in paths for parent in Path(path).parents}
