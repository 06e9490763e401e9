"""What a file is beside its content stays with it: through a change, its undo, and a new file."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import stat
import struct
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from codeframe_tui.adapters.apply import JournalledTree
from codeframe_tui.adapters.files import DirectoryFiles
from codeframe_tui.core.errors import Refused
from codeframe_tui.ports import Replacement
from tests.contract.ordinary import stepped_down

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="attributes are kept on Linux")

MATES, STRANGERS = 54_321, 54_322
"""A group that the user is in, and one that it is not in."""
NOTE, COLOUR = "user.note", "user.colour"
ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
OLD, NEW = ("100644", b"old\n"), ("100644", b"new\n")
PROGRAM = ("100755", b"new\n")


def acl(owner: int, group: int, other: int, user: int | None = None) -> bytes:
    """An access list as the kernel takes it; ``user`` is what user 1234 may."""
    entries = [(0x01, owner, -1), (0x04, group, -1), (0x20, other, -1)]
    if user is not None:
        entries += [(0x02, user, 1234), (0x10, group | user, -1)]
    order = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20]
    entries.sort(key=lambda entry: order.index(entry[0]))
    whole = (struct.pack("<HHI", tag, may, who & 0xFFFFFFFF) for tag, may, who in entries)
    return struct.pack("<I", 2) + b"".join(whole)


LIST = acl(6, 4, 0, user=6)


@pytest.fixture(params=["user", "root"])
def project(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A project of an ordinary user who works with others; its state is beside it."""
    if request.param == "root" and os.geteuid() != 0:
        pytest.skip("we are not root")
    place = Path(tempfile.mkdtemp(prefix="cft-rights-"))
    root = place / "project"
    (root / "src").mkdir(parents=True)
    try:
        if request.param == "root":
            yield root
        else:
            with stepped_down(place, [MATES]):
                yield root
    finally:
        shutil.rmtree(place)


@pytest.fixture
def attributes(project: Path) -> None:
    """Skips where the file system knows none."""
    probe = project / "probe"
    probe.touch()
    try:
        os.setxattr(probe, NOTE, b"x")
        os.setxattr(probe, ACCESS, LIST)
    except OSError as error:
        pytest.skip(f"no attributes here: {error.strerror}")
    finally:
        probe.unlink()


@pytest.fixture(params=[True, False], ids=["exchange", "rename"])
def swap(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def mates() -> int:
    """A group of the user's that is not its first."""
    if os.geteuid() == 0:
        return MATES
    return next((group for group in os.getgroups() if group != os.getegid()), os.getegid())


def shared(path: Path, bits: int = 0o660) -> Path:
    """A file with a group, attributes and an access list of its own."""
    path.write_bytes(OLD[1])
    os.chown(path, -1, mates())
    os.setxattr(path, NOTE, b"\0keep \xff")
    os.setxattr(path, COLOUR, b"")
    os.setxattr(path, ACCESS, LIST)
    path.chmod(bits)
    return path


def seen(path: Path) -> tuple[int, int, int, dict[str, bytes]]:
    """Permissions with setuid, owner, group, all attributes."""
    status = path.lstat()
    found = {name: os.getxattr(path, name) for name in os.listxattr(path)}
    return stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, found


def nothing(_: str) -> None:
    """No fault."""


def tree(
    project: Path, crash: Callable[[str], None] = nothing, swap: bool = True
) -> JournalledTree:
    return JournalledTree(project, project.parent / "state", crash=crash, swap=swap)


Side = tuple[str, bytes] | None


async def change(project: Path, old: Side, new: Side, swap: bool = True, name: str = "d") -> None:
    await tree(project, swap=swap).replace(name, [Replacement("src/x", old, new)])


@pytest.mark.usefixtures("attributes")
async def test_a_change_and_its_undo_keep_group_attributes_and_list(
    project: Path, swap: bool
) -> None:
    path = shared(project / "src/x")
    before = seen(path)
    assert before[3].keys() == {NOTE, COLOUR, ACCESS}
    await change(project, OLD, NEW, swap)
    assert path.read_bytes() == NEW[1]
    assert seen(path) == before
    await change(project, NEW, OLD, swap, "u")
    assert path.read_bytes() == OLD[1]
    assert seen(path) == before


@pytest.mark.usefixtures("attributes")
@pytest.mark.parametrize("new", [None, PROGRAM], ids=["deleted", "made a program"])
async def test_an_undo_gives_back_what_its_file_had(project: Path, swap: bool, new: Side) -> None:
    path = shared(project / "src/x", 0o640)
    before = seen(path)
    await change(project, OLD, new, swap)
    if new is not None:
        assert stat.S_IMODE(path.stat().st_mode) == 0o750
        assert os.getxattr(path, NOTE) == before[3][NOTE]
    await change(project, new, OLD, swap, "u")
    assert seen(path) == before


@pytest.mark.usefixtures("attributes")
async def test_a_redo_gives_back_what_its_file_had(project: Path) -> None:
    path = project / "src/x"
    await change(project, None, NEW)
    path.unlink()
    shared(path).write_bytes(NEW[1])
    before = seen(path)
    await change(project, NEW, None, name="u")
    await change(project, None, NEW, name="r")
    assert seen(path) == before


@pytest.mark.usefixtures("attributes")
@pytest.mark.parametrize("mode", ["100644", "100755"])
@pytest.mark.parametrize("path", ["src/x", "src/new/deep/x"])
@pytest.mark.parametrize("kind", ["plain", "setgid", "list", "both"])
async def test_a_new_file_is_as_if_it_were_made_in_its_folder(
    project: Path, swap: bool, kind: str, path: str, mode: str
) -> None:
    if os.geteuid() == 0:
        pytest.skip("root gives new files to the owner of the project")
    if kind in {"setgid", "both"}:
        os.chown(project / "src", -1, mates())
        (project / "src").chmod(0o2770)
    if kind in {"list", "both"}:
        os.setxattr(project / "src", DEFAULT, acl(7, 5, 0, user=7))
    change = [Replacement(path, None, (mode, b"new\n"))]
    await tree(project, swap=swap).replace("d", change)
    rival = project / path.replace("/x", "/y")
    most = 0o777 if mode == "100755" else 0o666
    os.close(os.open(rival, os.O_WRONLY | os.O_CREAT | os.O_EXCL, most))
    assert seen(project / path) == seen(rival)


async def test_root_gives_a_new_file_to_the_group_of_a_shared_folder(project: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("we are not root")
    for folder in (project, project / "src"):
        os.chown(folder, 1234, 1234)
    os.chown(project / "src", -1, MATES)
    (project / "src").chmod(0o2775)
    await change(project, None, NEW)
    assert seen(project / "src/x")[1:3] == (1234, MATES)


@pytest.mark.fault(
    "tree",
    "a file belongs to a group that you are not in",
    sees="the change; the activity says what the file cannot keep",
    kept="its content; nobody may more with it than before",
)
@pytest.mark.parametrize(("bits", "after"), [(0o664, 0o644), (0o660, 0o600), (0o770, 0o700)])
async def test_a_group_that_may_not_be_kept_lends_no_rights_to_another(
    project: Path, caplog: pytest.LogCaptureFixture, bits: int, after: int
) -> None:
    path = project / "src/x"
    path.write_bytes(OLD[1])
    if os.geteuid() == 0 or os.getresuid()[2] != 0:
        pytest.skip("only a root that stepped down can lay such a file")
    user, group = os.geteuid(), os.getegid()
    os.setresuid(0, 0, 0)
    os.chown(path, -1, STRANGERS)
    os.setresuid(user, user, 0)
    path.chmod(bits)
    mode = "100755" if bits & 0o100 else "100644"
    wish = Replacement("src/x", (mode, OLD[1]), (mode, NEW[1]))
    with caplog.at_level(logging.WARNING):
        assert await tree(project).replace("d", [wish]) == ["src/x: its group"]
    assert path.read_bytes() == NEW[1]
    assert seen(path) == (after, user, group, {})
    assert "cannot keep of its files: src/x: its group" in caplog.text


@pytest.mark.fault(
    "tree",
    "the access list of a file cannot be kept",
    sees="the change; the activity says what the file cannot keep",
    kept="its content; the group does not get what the list gave to some of its users",
)
@pytest.mark.usefixtures("attributes")
async def test_a_list_that_may_not_be_kept_does_not_widen_the_group(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shared(project / "src/x")  # the group bits of its mode are the mask: rw, the group's: r
    real = os.setxattr

    def not_the_list(fd: int, name: str, value: bytes) -> None:
        if name == ACCESS:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))
        real(fd, name, value)

    monkeypatch.setattr(os, "setxattr", not_the_list)
    wish = Replacement("src/x", OLD, NEW)
    assert await tree(project).replace("d", [wish]) == [f"src/x: attribute {ACCESS}"]
    bits, _, group, kept = seen(path)
    assert (bits, group, set(kept)) == (0o600, mates(), {NOTE, COLOUR})


async def test_a_group_that_the_system_does_not_let_us_give_narrows_the_file(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project / "src/x"
    path.write_bytes(OLD[1])
    os.chown(path, -1, mates())
    path.chmod(0o640)
    if mates() == os.getegid():
        pytest.skip("the user is in one group only")

    def may_not(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "fchown", may_not)
    wish = Replacement("src/x", OLD, NEW)
    assert await tree(project).replace("d", [wish]) == ["src/x: its group"]
    assert seen(path)[0] == 0o600


POINTS = ["apply.begun", "apply.staged", "apply.journal", "apply.checked.0", "apply.renamed.0"]


@pytest.mark.fault(
    "tree",
    "permissions or attributes of a file change while a change is written to it",
    sees="the change, and no conflict",
    kept="the rights that you gave it last",
)
@pytest.mark.usefixtures("attributes")
@pytest.mark.parametrize("point", ["", *POINTS])
async def test_attributes_that_change_are_no_conflict_and_are_kept(
    project: Path, swap: bool, point: str
) -> None:
    path = shared(project / "src/x")

    def alter(name: str) -> None:
        if name == point:
            os.setxattr(path, NOTE, b"changed")
            os.removexattr(path, COLOUR)
            path.chmod(0o600)

    alter("")
    await tree(project, alter, swap=swap).replace("d", [Replacement("src/x", OLD, NEW)])
    assert path.read_bytes() == NEW[1]
    assert os.getxattr(path, NOTE) == b"changed"
    assert COLOUR not in os.listxattr(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.usefixtures("attributes")
async def test_the_rights_are_those_of_the_file_that_came_out(project: Path, swap: bool) -> None:
    """The same bytes saved anew, by rename, at the last moment: no conflict, its own rights."""
    path = shared(project / "src/x")

    def save(name: str) -> None:
        if name == "apply.checked.0":
            (project / "other").write_bytes(OLD[1])
            (project / "other").chmod(0o600)
            (project / "other").replace(path)

    await tree(project, save, swap=swap).replace("d", [Replacement("src/x", OLD, NEW)])
    assert path.read_bytes() == NEW[1]
    assert seen(path)[0::3] == (0o600, {})


class Death(BaseException):
    """Ends an apply as a kill would: nothing is tidied."""


@pytest.mark.usefixtures("attributes")
@pytest.mark.parametrize("point", ["apply.staged", "apply.journal", "apply.renamed.0"])
async def test_a_recovery_keeps_them_too(project: Path, point: str) -> None:
    path = shared(project / "src/x")
    before = seen(path)

    def die(name: str) -> None:
        if name == point:
            raise Death

    with pytest.raises(Death):
        await tree(project, die).replace("d", [Replacement("src/x", OLD, NEW)])
    await tree(project).recover()
    assert path.read_bytes() == (OLD[1] if point == "apply.staged" else NEW[1])
    assert seen(path) == before


@pytest.mark.usefixtures("attributes")
async def test_the_place_where_a_file_is_made_lends_it_nothing(project: Path) -> None:
    path = project / "src/x"
    path.write_bytes(OLD[1])
    path.chmod(0o640)
    before = seen(path)
    state = project.parent / "state"
    state.mkdir()
    os.setxattr(state, DEFAULT, acl(7, 7, 7, user=7))
    await change(project, OLD, NEW)
    assert seen(path) == before


async def test_what_makes_a_file_run_as_somebody_is_never_kept(
    project: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = project / "src/x"
    path.write_bytes(OLD[1])
    path.chmod(0o6755)
    if os.geteuid() == 0:
        os.setxattr(path, "security.capability", struct.pack("<5I", 0x02000000, 2, 0, 0, 0))
        path.chmod(0o6755)
        os.setxattr(path, "trusted.secret", b"x")
    with caplog.at_level(logging.WARNING):
        await change(project, ("100755", OLD[1]), PROGRAM)
    assert seen(path)[0::3] == (0o755, {})
    if os.geteuid() == 0:
        lost = "src/x: attribute security.capability, src/x: attribute trusted.secret"
        assert lost in caplog.text
    await change(project, PROGRAM, None, name="e")
    await change(project, None, PROGRAM, name="u")
    assert seen(path)[0::3] == (0o755, {})


def without_attributes(*_: object) -> list[str]:
    raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))


@pytest.mark.parametrize("system", ["linux", "darwin"])
async def test_a_file_system_or_system_without_attributes_will_do(
    project: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    for call in ("listxattr", "getxattr", "setxattr", "removexattr"):
        monkeypatch.setattr(os, call, without_attributes)
    monkeypatch.setattr(sys, "platform", system)
    path = project / "src/x"
    path.write_bytes(OLD[1])
    os.chown(path, -1, mates())
    path.chmod(0o640)
    for name, old, new in (("d", OLD, NEW), ("e", NEW, None), ("u", None, NEW)):
        await change(project, old, new, name=name)
    assert path.read_bytes() == NEW[1]
    assert (path.stat().st_gid, stat.S_IMODE(path.stat().st_mode)) == (mates(), 0o640)


@pytest.mark.fault(
    "tree",
    "there is no room for the attributes of a file",
    sees="nothing was written, and why",
    kept="the file, with its attributes",
)
@pytest.mark.usefixtures("attributes")
async def test_no_room_for_the_attributes_is_a_full_disk(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shared(project / "src/x")
    before = seen(path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "setxattr", full)
    with pytest.raises(Refused, match="nothing was written: No space left"):
        await change(project, OLD, NEW)
    monkeypatch.undo()
    assert path.read_bytes() == OLD[1]
    assert seen(path) == before


async def test_what_an_earlier_version_noted_is_still_read(project: Path) -> None:
    path = project / "src/x"
    path.write_bytes(OLD[1])
    path.chmod(0o600)
    await change(project, OLD, None)
    applied = project.parent / "state" / "applied"
    side = (applied / ".rights").read_text().split('["')[1].partition('"')[0]
    (applied / ".rights").unlink()
    (applied / ".permissions").write_text(f'{{"src/x": ["{side}", {0o640}]}}')
    await change(project, None, OLD, name="u")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.usefixtures("attributes")
def test_a_worker_that_writes_a_file_keeps_them(project: Path) -> None:
    path = shared(project / "src/x")
    before = seen(path)
    DirectoryFiles(project).write("src/x", b"new\n")
    assert path.read_bytes() == NEW[1]
    assert seen(path) == before


def test_a_file_that_cannot_be_read_can_still_be_replaced(project: Path) -> None:
    (project / "x").write_bytes(b"old")
    (project / "x").chmod(0o200)
    DirectoryFiles(project).write("x", b"new")
    assert seen(project / "x")[0] == 0o200
