"""The port Files on a real folder, against everything a hostile folder can hold."""

from __future__ import annotations

import os
import secrets
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from codeframe_tui.adapters import beneath
from codeframe_tui.adapters.files import DirectoryFiles
from codeframe_tui.core.errors import CodeframeError, NotFound, PathRefused
from codeframe_tui.ports import Files


@pytest.fixture(params=["openat2", "walk"])
def resolver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of staying beneath the root."""
    if request.param == "openat2" and not beneath._HAS_OPENAT2:
        pytest.skip("this kernel has no openat2")
    monkeypatch.setattr(beneath, "_HAS_OPENAT2", request.param == "openat2")
    return str(request.param)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"secret")
    return folder


@pytest.fixture
def files(root: Path, resolver: str) -> Files:
    return DirectoryFiles(root, reserved=(".venv",))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def outside(root: Path) -> dict[str, bytes]:
    folder = root.parent / "outside"
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_bytes_in_are_bytes_out(files: Files, root: Path) -> None:
    content = bytes(range(256)) * 4 + b"\r\nno end"
    files.write("a/b/c.bin", content)
    assert files.read("a/b/c.bin") == content
    assert files.read("a/b/c.bin", 10) == content[:10]
    assert files.size("a/b/c.bin") == len(content)
    assert stat.S_IMODE((root / "a").stat().st_mode) == 0o755
    files.write("a/b/c.bin", b"")
    assert files.read("a/b/c.bin") == b""
    files.delete("a/b/c.bin")
    assert files.mode("a/b/c.bin") is None
    assert names(root / "a" / "b") == []


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        (0o644, None, 0o644),
        (0o600, None, 0o600),
        (0o755, None, 0o755),
        (0o640, "100755", 0o750),
        (0o755, "100644", 0o644),
        (0o6755, None, 0o755),
        (0o1644, None, 0o644),
    ],
)
def test_modes_are_kept_or_changed_as_asked(
    files: Files, root: Path, before: int, wanted: str | None, after: int
) -> None:
    (root / "x").write_bytes(b"old")
    (root / "x").chmod(before)
    files.write("x", b"new", wanted)
    assert stat.S_IMODE((root / "x").stat().st_mode) == after
    assert files.mode("x") == ("100755" if after & 0o100 else "100644")


@pytest.mark.parametrize("mode", [None, "100644", "100755"])
def test_a_new_file_has_the_mode_asked_for(files: Files, mode: str | None) -> None:
    files.write("x", b"", mode)
    assert files.mode("x") == (mode or "100644")


@pytest.mark.parametrize("path", ["missing", "no/such/folder", "-rf", "*[a]?", "$HOME/x"])
def test_what_is_absent_is_told(files: Files, path: str) -> None:
    assert files.mode(path) is None
    for access in (files.read, files.size, files.delete):
        with pytest.raises(NotFound):
            access(path)


@pytest.mark.parametrize(
    "path", ["../outside/secret", "/etc/passwd", ".git/config", ".venv/x", "a//b", "", "a\0b"]
)
def test_the_lexical_gate_stands_before_everything(files: Files, root: Path, path: str) -> None:
    for access in (files.read, files.size, files.delete, files.mode):
        with pytest.raises(PathRefused):
            access(path)
    with pytest.raises(PathRefused):
        files.write(path, b"x")
    assert names(root) == []
    assert outside(root) == {"secret": b"secret"}


LINKS = {
    "P37 folder outside": ("link", "../outside", "link/secret"),
    "P37 folder inside": ("link", "real", "link/x"),
    "P37 deep": ("real/link", "../../outside", "real/link/secret"),
    "P37 absolute": ("link", "/", "link/etc/passwd"),
    "P37 proc": ("link", "/proc/self/root", "link/etc/passwd"),
    "P38 file outside": ("link", "../outside/secret", "link"),
    "P38 file inside": ("link", "real/x", "link"),
    "P38 dangling": ("link", "../outside/new", "link"),
    "P38 loop": ("link", "link", "link"),
    "P38 device": ("link", "/dev/null", "link"),
}


@pytest.mark.parametrize(("name", "to", "path"), LINKS.values(), ids=LINKS.keys())
def test_p37_p38_no_link_is_ever_followed(
    files: Files, root: Path, name: str, to: str, path: str
) -> None:
    (root / "real").mkdir()
    (root / "real" / "x").write_bytes(b"inside")
    (root / name).symlink_to(to)
    for access in (files.read, files.size, files.delete):
        with pytest.raises(PathRefused, match="symbolic link"):
            access(path)
    with pytest.raises(PathRefused, match="symbolic link"):
        files.write(path, b"evil")
    if path == name:
        assert files.mode(path) == "120000"
    else:
        with pytest.raises(PathRefused, match="symbolic link"):
            files.mode(path)
    assert (root / name).is_symlink()
    assert outside(root) == {"secret": b"secret"}
    assert (root / "real" / "x").read_bytes() == b"inside"


@pytest.fixture
def special(root: Path) -> Iterator[Path]:
    (root / "folder").mkdir()
    os.mkfifo(root / "fifo")
    here = Path.cwd()
    os.chdir(root)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        os.chdir(here)
        if os.geteuid() == 0:
            os.mknod(root / "device", stat.S_IFCHR | 0o600, os.makedev(1, 3))
        yield root


@pytest.mark.parametrize("name", ["folder", "fifo", "socket", "device"])
def test_p39_only_regular_files_are_touched(files: Files, special: Path, name: str) -> None:
    if not (special / name).exists():
        pytest.skip("only root can make devices")
    before = (special / name).lstat()
    for access in (files.read, files.size, files.delete, files.mode):
        with pytest.raises(PathRefused):
            access(name)
    with pytest.raises(PathRefused):
        files.write(name, b"x")
    assert (special / name).lstat().st_ino == before.st_ino


def test_p40_a_file_with_other_names_is_not_replaced(files: Files, root: Path) -> None:
    os.link(root.parent / "outside" / "secret", root / "x")
    with pytest.raises(PathRefused, match="2 hard links"):
        files.write("x", b"evil")
    with pytest.raises(PathRefused, match="2 hard links"):
        files.require_replaceable("x")
    assert outside(root) == {"secret": b"secret"}
    assert files.read("x") == b"secret"


def test_p42_another_repository_inside_is_left_alone(files: Files, root: Path) -> None:
    (root / "sub" / "deep").mkdir(parents=True)
    (root / "sub" / ".git").write_text("gitdir: ../.git/modules/sub")
    (root / "sub" / "deep" / "x").write_bytes(b"x")
    with pytest.raises(PathRefused, match="'sub' is a repository of its own"):
        files.write("sub/deep/x", b"y")
    for access in (files.delete, files.require_replaceable):
        with pytest.raises(PathRefused, match="repository of its own"):
            access("sub/deep/x")
    assert files.read("sub/deep/x") == b"x"


def test_p43_a_file_is_no_folder(files: Files) -> None:
    files.write("a", b"x")
    for access in (files.read, files.mode, files.size, files.delete, files.require_replaceable):
        with pytest.raises(PathRefused, match="'a' is not a folder"):
            access("a/b")
    files.require_replaceable("a")
    files.require_replaceable("b/c")
    with pytest.raises(PathRefused, match="'a' is not a folder"):
        files.write("a/b", b"x")
    assert files.read("a") == b"x"


def test_p47_a_read_only_file_is_not_replaced(files: Files, root: Path) -> None:
    (root / "x").write_bytes(b"keep")
    (root / "x").chmod(0o444)
    with pytest.raises(PathRefused, match="read-only"):
        files.write("x", b"new")
    with pytest.raises(PathRefused, match="read-only"):
        files.require_replaceable("x")
    assert files.read("x") == b"keep"


def test_a_failed_write_leaves_nothing_behind(files: Files, root: Path) -> None:
    (root / "x").write_bytes(b"keep")
    name = "n" * 255
    files.write(name, b"fits")
    with pytest.raises(PathRefused):
        files.write("x/y", b"z")
    assert names(root) == sorted([name, "x"])


def test_no_link_in_the_place_of_a_new_file_is_written_through(
    files: Files, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name is guessed here."""
    monkeypatch.setattr(secrets, "token_hex", lambda _: "guessed")
    (root / ".codeframe-tui-guessed").symlink_to("../outside/secret")
    with pytest.raises((OSError, CodeframeError)):
        files.write("x", b"evil")
    assert outside(root) == {"secret": b"secret"}


def test_walk_tells_the_regular_files_sorted(files: Files, root: Path) -> None:
    for path in ("b", "a/z", "a-b", ".hidden", ".venv/x", ".git/config", "sub/.git/x", "sub/y"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"")
    (root / "link").symlink_to("a")
    os.mkfifo(root / "fifo")
    (root / "bad\nname").write_bytes(b"")
    (root / os.fsdecode(b"latin-\xe9")).write_bytes(b"")
    assert list(files.walk()) == [".hidden", "a-b", "a/z", "b", "sub/y"]


def test_root_gives_new_files_to_the_owner_of_the_folder(root: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    os.chown(root, 1234, 1234)
    DirectoryFiles(root).write("a/x", b"")
    assert {p.stat().st_uid for p in (root / "a", root / "a" / "x")} == {1234}
    os.chown(root / "a" / "x", 4321, 1234)
    DirectoryFiles(root).write("a/x", b"new")
    assert (root / "a" / "x").stat().st_uid == 4321
