"""Names are swapped for links all the while: nothing outside is read, written or made open.

``CODEFRAME_TUI_SWAPS`` says how many operations each of the three does.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters import beneath
from codeframe_tui.adapters.apply import JournalledTree
from codeframe_tui.adapters.files import DirectoryFiles
from codeframe_tui.adapters.workspace import GitWorkspaces, walk
from codeframe_tui.adapters.workspace.objects import object_id
from codeframe_tui.adapters.workspace.walk import folders, read_file
from codeframe_tui.core.errors import CodeframeError, NotFound, PathRefused
from codeframe_tui.ports import Replacement
from codeframe_tui.settings import Limits
from tests.contract.ordinary import give, stepped_down
from tests.security.swapper import seen, swapping

SWAPS = int(os.environ.get("CODEFRAME_TUI_SWAPS", "1000"))
Record = Callable[[str, object], None]
PAIRS = [("a", "to_folder"), ("b/x", "to_file"), ("closed", "to_shut_folder"), ("shut", "to_shut")]
"""What is swapped; the last two cannot be read by their owner until their mode is taken back."""


def lay(root: Path, outside: Path) -> None:
    """A folder with files, links that lead out of it, and what they lead to."""
    for folder in (outside / "closed", root / "a", root / "b", root / "closed"):
        folder.mkdir(parents=True, exist_ok=True)
    for name in ("x", "y", "shut", "closed/z"):
        (outside / name).write_bytes(b"secret")
    for number in range(20):
        (root / "a" / f"{number}").write_bytes(b"inside")
    for name in ("b/x", "a/y", "shut", "closed/z"):
        (root / name).write_bytes(b"inside")
    links = {
        "to_folder": outside, "to_file": outside / "x",
        "to_shut_folder": outside / "closed", "to_shut": outside / "shut",
    }  # fmt: skip
    for name, target in links.items():
        (root / name).symlink_to(target)
    for name in ("shut", "closed"):
        (root / name).chmod(0)
        (outside / name).chmod(0o711)


@pytest.fixture
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="cft-swap-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def told(record: Record, what: str, count: int, ends: Counter[str]) -> None:
    record("count", count)
    record("table", f"{count:,} {what} against a swapper, 0 escapes ({dict(ends)})")
    assert len(ends) > 1, f"the swapper changed nothing: {ends}"


@pytest.mark.goal("G3", "naive writer, which is led outside as it must be")
def test_who_looks_first_and_then_goes_is_beaten(place: Path) -> None:
    """Else the tests below would prove nothing."""
    root = place / "root"
    lay(root, place / "outside")
    before = seen(place / "outside")
    with swapping(root, PAIRS[:1]):
        for _ in range(100_000):
            with suppress(FileNotFoundError):
                if not (root / "a").is_symlink():
                    (root / "a" / "y").write_bytes(b"escaped")
            if (place / "outside" / "y").read_bytes() != b"secret":
                break
    assert seen(place / "outside") != before


@pytest.mark.parametrize("resolver", ["openat2", "walk"])
@pytest.mark.goal("G3", "accesses of files")
def test_files_against_a_swapper(
    place: Path, record_property: Record, resolver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if resolver == "openat2" and not beneath._HAS_OPENAT2:
        pytest.skip("this kernel has no openat2")
    monkeypatch.setattr(beneath, "_HAS_OPENAT2", resolver == "openat2")
    root, ends = place / "root", Counter[str]()
    lay(root, place / "outside")
    before = seen(place / "outside")
    files = DirectoryFiles(root)
    with swapping(root, PAIRS[:2]):
        for number in range(SWAPS):
            try:
                name = "b/x" if number % 2 else "a/y"
                if number % 3 == 0:
                    assert files.read(name) == b"inside"
                elif number % 3 == 1:
                    files.write(name, b"inside")
                else:
                    files.write("a/new/file", b"inside")
                    files.delete("a/new/file")
                ends["done"] += 1
            except (PathRefused, NotFound, FileNotFoundError) as error:
                ends[type(error).__name__] += 1
    assert seen(place / "outside") == before
    told(record_property, f"accesses by {resolver}", SWAPS, ends)


def stands(files: DirectoryFiles, path: str) -> tuple[str, bytes] | None:
    """What stands at a path, as soon as it can be read."""
    while True:
        with suppress(PathRefused, NotFound):
            mode = files.mode(path)
            return None if mode is None else (mode, files.read(path))


@pytest.mark.fault(
    "tree",
    "links are swapped into its paths without a pause while changes are applied",
    sees="the change, or why the path is refused",
    kept="everything outside of the project",
)
@pytest.mark.goal("G3", "applies")
async def test_apply_against_a_swapper(
    place: Path, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    root, ends = place / "root", Counter[str]()
    lay(root, place / "outside")
    before = seen(place / "outside")
    monkeypatch.setattr(os, "fsync", lambda _: None)  # no power is cut here
    tree = JournalledTree(root, place / "state")
    files = DirectoryFiles(root)
    with swapping(root, PAIRS[:2]):
        for number in range(SWAPS):
            path = ("a/y", "b/x", "a/new/deep/file")[number % 3]
            new = None if number % 4 == 0 else (("100644", "100755")[number % 2], b"inside")
            try:
                wish = Replacement(path, stands(files, path), new)
                await tree.replace(f"decision-{number}", [wish])
                ends["done"] += 1
            except CodeframeError as error:
                ends[type(error).__name__] += 1
    ends.update((await tree.recover()).values())
    assert seen(place / "outside") == before
    told(record_property, "applies", SWAPS, ends)


@pytest.mark.goal("G3", "files of workspaces looked at")
async def test_workspaces_against_a_swapper(place: Path, record_property: Record) -> None:
    """Also where modes lock us out, which are taken back for what stands in a workspace alone."""
    outside, ends, looked_at = place / "outside", Counter[str](), 0
    project = place / "project"
    for name in ("a/y", "b/x"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_bytes(b"inside")
    space = GitWorkspaces(project, place / "state", Limits())
    await space.prepare()
    base = (await space.snapshot()).tree
    workspace = await space.open("task-1", base)
    await space.close()
    lay(workspace.root, outside)
    secret = object_id("blob", b"secret")
    give(place)  # all of it, before any name moves
    with swapping(workspace.root, PAIRS), stepped_down(place):
        before = seen(outside)
        space = GitWorkspaces(project, place / "state", Limits())
        workspace = await space.open("task-1", None)
        while looked_at < SWAPS:
            snapshot = await space.capture(workspace)
            entries = await space.entries(snapshot.tree)
            assert secret not in {entry.blob for entry in entries.values()}
            looked_at += len(entries) + len(snapshot.notes)
            ends[f"{len(entries)} files"] += 1
        assert seen(outside) == before
        await space.close()
    told(record_property, "files of workspaces", looked_at, ends)


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_mode_is_taken_back_of_what_was_looked_at_only(
    place: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The name becomes a link between the refusal and the change of the mode."""
    root, outside = place / "root", place / "outside"
    lay(root, outside)
    name, link = ("closed", "to_shut_folder") if kind == "folder" else ("shut", "to_shut")
    really = os.open
    swapped: list[object] = []

    def opening(*given: Any, **more: Any) -> int:
        try:
            return really(*given, **more)
        except PermissionError:
            if not swapped:
                swapped.append(given)
                (root / name).rename(root / "was")
                (root / link).rename(root / name)
            raise

    with stepped_down(place):
        before = seen(outside)
        top = os.open(root, os.O_RDONLY)
        monkeypatch.setattr(os, "open", opening)
        with suppress(OSError):
            if kind == "folder":
                [*folders(top, repair=True)]
            else:
                read_file(top, name, 100, repair=True)
        monkeypatch.undo()
        os.close(top)
        assert swapped
        assert seen(outside) == before


def test_a_mode_that_goes_after_a_folder_was_opened(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is taken back in a folder of ours, and told of in the user's."""
    root, really, told = place / "root", walk._open_child, list[str]()
    (root / "a").mkdir(parents=True)
    (root / "a/x").write_bytes(b"x")

    def opening(fd: int, name: str, *, repair: bool) -> int:
        child = really(fd, name, repair=repair)
        os.fchmod(child, 0o400)
        return child

    monkeypatch.setattr(walk, "_open_child", opening)
    with stepped_down(place):
        top = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
        ours = {f.path: [name for name, _ in f.files] for f in walk.folders(top, repair=True)}
        theirs = [f.path for f in walk.folders(top, on_error=lambda path, _: told.append(path))]
        os.close(top)
    assert ours == {"": [], "a": ["x"]}
    assert (theirs, told) == ([""], ["a"])
