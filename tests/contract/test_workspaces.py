from __future__ import annotations

import asyncio
import hashlib
import os
import re
import socket
import stat
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random

import pytest

from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.adapters.workspace.capture import WorkspaceScan
from codeframe_tui.adapters.workspace.git import Git
from codeframe_tui.adapters.workspace.merge import TreeMerge
from codeframe_tui.adapters.workspace.walk import known_state
from codeframe_tui.core.change.diff import FileDiff, summary
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.errors import Lacking, NotFound, PathRefused
from codeframe_tui.core.paths import parents
from codeframe_tui.ports.files import TreeEntry, Workspaces
from codeframe_tui.settings import Limits

KINDS = {
    "crlf.txt": b"one\r\ntwo\r\n",
    "mixed.txt": b"one\r\ntwo\nthree\rfour",
    "bom.py": b"\xef\xbb\xbfprint('x')\n",
    "no_end.py": b"x = 1",
    "latin1.txt": "caf\u00e9 \u00a3\n".encode("latin-1"),
    "utf16.txt": "caf\u00e9\n".encode("utf-16"),
    "nul.bin": bytes(range(256)) * 4,
    "empty.txt": b"",
    "ident.txt": b"$Id$ $Id: something $\n",
    "conflict.txt": b"<<<<<<< a\n=======\n>>>>>>> b\n",
    "big.txt": b"a line of text\n" * 30_000,
    "sub/deep/er/x.py": b"x\n",
}
ODD = (
    "with space.txt",
    'quote".txt',
    "it's.txt",
    "back\\slash.txt",
    "tab\there.txt",
    "line\nbreak.txt",
    "-leading.txt",
    "--output=x",
    "glob*[a]?.txt",
    ":(top)magic.txt",
    "caf\u00e9.txt",
    "cafe\u0301.txt",
    "\u65e5\u672c.txt",
    os.fsdecode(b"latin\xe9.txt"),
    "trailing .txt ",
    "dot.",
    "CON",
    "git~1",
    ".gitignore.txt",
    "sp ace/in folder.txt",
    "@@ -1 +1 @@",
    "x => y",
    "a/b/c.txt",
    "a.b",
    "a-b",
)
HOSTILE_ATTRIBUTES = (
    b"* text=auto eol=crlf ident filter=evil diff=evil working-tree-encoding=UTF-16 -binary\n"
)


def git(folder: Path, *argv: str) -> str:
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder.parent),
        "GIT_CONFIG_NOSYSTEM": "1",
        **{
            f"GIT_{who}_{what}": "x"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
    }
    done = subprocess.run(["git", *argv], cwd=folder, env=env, capture_output=True, check=True)
    return done.stdout.decode()


def put(root: Path, files: dict[str, bytes]) -> None:
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def digest(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*"), key=os.fsencode):
        state = path.lstat()
        found.update(os.fsencode(path) + f"{state.st_mode} {state.st_mtime_ns}".encode())
        if stat.S_ISREG(state.st_mode):
            found.update(path.read_bytes())
    return found.hexdigest()


def files_of(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


@pytest.fixture(autouse=True)
def quiet_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's git configuration is part of the rules; tests bring their own."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    return folder


@pytest.fixture
async def space(project: Path, tmp_path: Path) -> AsyncIterator[GitWorkspaces]:
    workspaces = GitWorkspaces(project, tmp_path / "state", Limits())
    await workspaces.prepare()
    yield workspaces
    await workspaces.close()


def test_the_adapter_fulfils_the_port(space: GitWorkspaces) -> None:
    port: Workspaces = space
    assert port is space


# -- bytes ------------------------------------------------------------------------------------


async def test_every_kind_of_file_comes_back_byte_for_byte(
    space: GitWorkspaces, project: Path
) -> None:
    put(project, KINDS)
    git(project, "add", "-A")
    put(project, {".gitattributes": HOSTILE_ATTRIBUTES})
    (project / "tool.sh").write_bytes(b"#!/bin/sh\n")
    (project / "tool.sh").chmod(0o755)
    (project / "link").symlink_to("crlf.txt")
    snapshot = await space.snapshot()
    workspace = await space.open("task-1", snapshot.tree)
    expected = KINDS | {".gitattributes": HOSTILE_ATTRIBUTES, "tool.sh": b"#!/bin/sh\n"}
    assert files_of(workspace.root) == expected
    assert stat.S_IMODE((workspace.root / "tool.sh").stat().st_mode) == 0o755
    assert stat.S_IMODE((workspace.root / "crlf.txt").stat().st_mode) == 0o644
    assert (workspace.root / "link").readlink() == Path("crlf.txt")
    assert (await space.capture(workspace)).tree == snapshot.tree
    for path, content in expected.items():
        assert await space.read(snapshot.tree, path) == content
    assert await space.read(snapshot.tree, "absent") is None


async def test_overlay_stores_bytes_as_they_are(space: GitWorkspaces, project: Path) -> None:
    put(project, {".gitattributes": HOSTILE_ATTRIBUTES, "old.txt": b"old\r\n", "gone.txt": b"x"})
    base = (await space.snapshot()).tree
    changes: dict[str, tuple[str, bytes] | None] = {
        f"new/{path}": ("100644", content) for path, content in KINDS.items()
    }
    tree = await space.overlay(
        base, changes | {"old.txt": ("100755", b"new\r\n"), "gone.txt": None}
    )
    for path, content in KINDS.items():
        assert await space.read(tree, f"new/{path}") == content
    assert await space.read(tree, "old.txt") == b"new\r\n"
    assert (await space.entries(tree, ["old.txt", "gone.txt"]))["old.txt"].mode == "100755"
    assert await space.read(tree, "gone.txt") is None
    workspace = await space.open("verify-1", tree)
    assert (await space.capture(workspace)).tree == tree
    assert await space.overlay(tree, {}) == tree


async def test_git_agrees_with_our_trees(
    space: GitWorkspaces, project: Path, tmp_path: Path
) -> None:
    put(project, {"a/b": b"1", "a.b": b"2", "a-b": b"3", "a0": b"4", "ab/c/d": b"5"})
    git(project, "add", "-A")
    assert (await space.snapshot()).tree == git(project, "write-tree").strip()
    checked = subprocess.run(
        ["git", "--git-dir", tmp_path / "state" / "objects", "fsck", "--strict"],
        capture_output=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


async def test_odd_names_survive_the_whole_way(space: GitWorkspaces, project: Path) -> None:
    put(project, {name: name.encode("utf-8", "surrogateescape") for name in ODD})
    snapshot = await space.snapshot()
    assert set(await space.entries(snapshot.tree)) == set(ODD)
    workspace = await space.open("task-1", snapshot.tree)
    assert set(files_of(workspace.root)) == set(ODD)
    for name in ODD:
        (workspace.root / name).write_bytes(b"changed\n")
    after = await space.capture(workspace)
    diff = await space.diff(snapshot.tree, after.tree)
    assert {file.path for file in diff} == set(ODD)
    assert all(len(file.hunks) == 1 for file in diff)


@pytest.mark.parametrize("path", ["../x", "/x", "a/../x", "", "a//b", ".git/config", "s/.GIT/x"])
async def test_overlay_refuses_paths_that_would_leave_a_workspace(
    space: GitWorkspaces, path: str
) -> None:
    base = (await space.snapshot()).tree
    with pytest.raises(PathRefused):
        await space.overlay(base, {path: ("100644", b"x")})


async def test_overlay_refuses_a_file_that_is_a_folder_too(space: GitWorkspaces) -> None:
    base = (await space.snapshot()).tree
    with pytest.raises(PathRefused):
        await space.overlay(base, {"a": ("100644", b"x"), "a/b": ("100644", b"x")})


# -- what a snapshot holds --------------------------------------------------------------------


async def test_a_snapshot_is_the_tree_as_it_is(space: GitWorkspaces, project: Path) -> None:
    put(project, {"kept": b"1", "staged": b"1", "dirty": b"1", "deleted": b"1", "moved": b"1"})
    git(project, "add", "-A")
    git(project, "commit", "-qm", "x")
    put(project, {"staged": b"2", "dirty": b"2", "new/file": b"2"})
    git(project, "add", "staged")
    put(project, {"staged": b"3"})
    (project / "deleted").unlink()
    git(project, "rm", "-q", "--cached", "moved")
    found = await space.entries((await space.snapshot()).tree)
    assert set(found) == {"kept", "staged", "dirty", "new/file", "moved"}
    assert await space.read((await space.snapshot()).tree, "staged") == b"3"


def _detach(project: Path) -> Path:
    git(project, "checkout", "-q", "--detach")
    return project


def _worktree(project: Path) -> Path:
    git(project, "worktree", "add", "-q", "../linked", "-b", "other")
    (project.parent / "linked" / "untracked").write_bytes(b"u")
    return project.parent / "linked"


def _plain(project: Path) -> Path:
    (project / ".git").rename(project.parent / "elsewhere")
    return project


def _inside(project: Path) -> Path:
    put(project, {"part/a": b"1", "part/untracked": b"u", ".gitignore": b"*.tmp\n/part/top\n"})
    put(project, {"part/x.tmp": b"", "part/top": b""})
    git(project, "add", "part/a")
    return project / "part"


def _ignored_by_outer(project: Path) -> Path:
    put(project, {".gitignore": b"demo/\n", "demo/a": b"1", "demo/untracked": b"u"})
    return project / "demo"


@pytest.mark.fault(
    "repository",
    "worktrees, detached heads, unborn branches, sparse or shallow clones",
    sees="nothing",
    kept="the tree as it is",
)
@pytest.mark.parametrize(
    "shape", [lambda p: p, _detach, _worktree, _plain, _inside, _ignored_by_outer]
)
async def test_a_snapshot_of_any_shape_of_repository(
    shape: Callable[[Path], Path], project: Path, tmp_path: Path
) -> None:
    put(project, {"a": b"1"})
    git(project, "add", "-A")
    git(project, "commit", "-qm", "x")
    put(project, {"untracked": b"u"})
    folder = shape(project)
    workspaces = GitWorkspaces(folder, tmp_path / "state2", Limits())
    await workspaces.prepare()
    tree = (await workspaces.snapshot()).tree
    workspace = await workspaces.open("t", tree)
    put(workspace.root, {"x.tmp": b"new"} if folder.name == "part" else {})
    assert (await workspaces.capture(workspace)).tree == tree
    assert set(await workspaces.entries(tree)) == {"a", "untracked"}
    await workspaces.close()


async def test_an_unborn_branch_and_an_empty_folder_have_a_tree(space: GitWorkspaces) -> None:
    tree = (await space.snapshot()).tree
    assert await space.entries(tree) == {}
    assert (await space.open("t", tree)).root.is_dir()


@pytest.mark.parametrize("listed", ["by git", "without git", "by a git that fails"])
async def test_what_stands_and_is_not_taken_is_named(
    project: Path, tmp_path: Path, listed: str
) -> None:
    """By its path, or by a folder above it."""
    put(project, {"a.py": b"", ".gitignore": b"*.log\nbuild/\n", "tracked.log": b""})
    git(project, "add", "-f", "-A")
    git(project, "commit", "-qm", "x")
    aside = {
        "b.log": b"", "build/x/y.py": b"", "env/pyvenv.cfg": b"", "env/lib/z.py": b"",
        "node_modules/m/i.js": b"", "__pycache__/a.pyc": b"", ".env": b"SECRET_KEY=abcdefgh1234",
        "sub/c.py": b"", "large.bin": b"x" * 2000,
    }  # fmt: skip
    put(project, aside)
    git(project / "sub", "init", "-q")
    (project / "link.log").symlink_to("a.py")
    os.mkfifo(project / "pipe")
    if listed == "without git":
        _plain(project)
    elif listed == "by a git that fails":
        (project / ".git/index").write_bytes(b"broken")
    space = GitWorkspaces(project, tmp_path / "state2", Limits(file_bytes=1000))
    await space.prepare()
    look = await space.snapshot()
    taken = set(await space.entries(look.tree))
    await space.close()
    assert taken >= {"a.py", ".gitignore"}
    assert not taken.intersection(aside)
    for path in {*files_of(project), "link.log", "pipe"} - taken:
        assert any(each in look.aside for each in (path, *parents(path))), path
    assert not look.aside.intersection(
        {above for path in taken for above in (path, *parents(path))}
    )


@pytest.mark.parametrize("with_git", [True, False])
async def test_environments_and_caches_stay_out_without_any_ignore_file(
    space: GitWorkspaces, project: Path, with_git: bool
) -> None:
    if not with_git:
        _plain(project)
    put(
        project,
        {
            "a.py": b"",
            ".venv/pyvenv.cfg": b"",
            ".venv/bin/python": b"",
            "oddly_named/pyvenv.cfg": b"",
            "oddly_named/lib/x.py": b"",
            "web/node_modules/x/index.js": b"",
            "pkg/__pycache__/a.pyc": b"",
            ".mypy_cache/x": b"",
            "stale.pyc": b"",
            "thing-1.0.dist-info/METADATA": b"",
        },
    )
    tree = (await space.snapshot()).tree
    assert set(await space.entries(tree)) == {"a.py"}
    workspace = await space.open("t", tree)
    assert list((workspace.root / ".venv").iterdir()) == []
    assert list((workspace.root / "oddly_named").iterdir()) == []
    assert not (workspace.root / "web").exists()
    assert (await space.capture(workspace)).tree == tree


async def test_an_environment_behind_a_link_gets_an_empty_mount_point(
    space: GitWorkspaces, project: Path, tmp_path: Path
) -> None:
    put(tmp_path, {"elsewhere_env/pyvenv.cfg": b""})
    (project / ".venv").symlink_to(tmp_path / "elsewhere_env")
    put(project, {"a.py": b""})
    workspace = await space.open("t", (await space.snapshot()).tree)
    assert not (workspace.root / ".venv").is_symlink()
    assert list((workspace.root / ".venv").iterdir()) == []


@pytest.mark.fault(
    "repository",
    "pipes, sockets and nested repositories",
    sees="which ones were left out",
    kept="all of them",
)
async def test_special_files_and_other_repositories_are_told(
    space: GitWorkspaces, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(project, {"a.py": b"", "nested/inner.py": b"", "sub/lib.py": b""})
    (project / "empty" / "hollow").mkdir(parents=True)
    git(project / "nested", "init", "-q")
    git(project / "sub", "init", "-q")
    git(project / "sub", "add", "lib.py")
    git(project / "sub", "commit", "-qm", "x")
    git(project, "add", "sub")
    os.mkfifo(project / "pipe")
    monkeypatch.chdir(project)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("plug")
        snapshot = await space.snapshot()
    entries = await space.entries(snapshot.tree)
    assert {path: entry.mode for path, entry in entries.items()} == {
        "a.py": "100644",
        "sub": "160000",
    }
    notes = "\n".join(snapshot.notes)
    assert "nested: read, never written: another repository" in notes
    assert "sub: read, never written: another repository" in notes
    assert "empty/hollow: left out, an empty folder" in notes
    assert "pipe: left out, it is a named pipe" in notes
    assert "plug: left out, it is a socket" in notes


async def test_a_named_pipe_never_blocks_a_folder_without_git(
    space: GitWorkspaces, project: Path
) -> None:
    _plain(project)
    put(project, {"a.py": b""})
    os.mkfifo(project / "pipe")
    os.mkfifo(project / ".gitignore")
    snapshot = await space.snapshot()
    assert set(await space.entries(snapshot.tree)) == {"a.py"}
    assert "pipe: left out, it is a named pipe" in snapshot.notes


async def test_a_tracked_path_behind_a_linked_folder_is_not_followed(
    space: GitWorkspaces, project: Path, tmp_path: Path
) -> None:
    put(project, {"pkg/secret.py": b"mine"})
    git(project, "add", "-A")
    put(tmp_path, {"outside/secret.py": b"not mine"})
    (project / "pkg" / "secret.py").unlink()
    (project / "pkg").rmdir()
    (project / "pkg").symlink_to(tmp_path / "outside")
    entries = await space.entries((await space.snapshot()).tree)
    assert {path: entry.mode for path, entry in entries.items()} == {"pkg": "120000"}


@pytest.mark.fault(
    "repository",
    "files that are too large",
    sees="which ones were left out",
    kept="the files",
)
async def test_what_is_too_large_is_left_out_and_told(project: Path, tmp_path: Path) -> None:
    put(project, {"large": b"x" * 101, "a": b"x" * 90, "b": b"x" * 90, "c": b"x" * 90})
    limits = Limits(file_bytes=100, snapshot_bytes=200)
    workspaces = GitWorkspaces(project, tmp_path / "state", limits)
    await workspaces.prepare()
    snapshot = await workspaces.snapshot()
    assert set(await workspaces.entries(snapshot.tree)) == {"a", "b"}
    assert snapshot.notes == (
        "c: left out, all files together exceed 200 bytes",
        "large: left out, larger than 100 bytes",
    )
    await workspaces.close()


async def test_a_state_folder_inside_the_project_is_no_part_of_it(project: Path) -> None:
    put(project, {"a.py": b""})
    workspaces = GitWorkspaces(project, project / "var" / "state", Limits())
    await workspaces.prepare()
    for _ in range(2):
        tree = (await workspaces.snapshot()).tree
    assert set(await workspaces.entries(tree)) == {"a.py"}
    await workspaces.close()


async def test_a_second_snapshot_sees_a_change_that_hides_behind_size_and_mtime(
    space: GitWorkspaces, project: Path
) -> None:
    put(project, {"a.py": b"x = 1\n"})
    old = project / "a.py"
    os.utime(old, ns=(10**18, 10**18))
    trees = [(await space.snapshot()).tree]
    for content in (b"x = 2\n", b"x = 3\n", b"x = 4\n"):
        old.write_bytes(content)
        os.utime(old, ns=(10**18, 10**18))
        trees.append((await space.snapshot()).tree)
        assert await space.read(trees[-1], "a.py") == content
    assert len(set(trees)) == 4


async def test_a_change_long_after_the_first_look_shows_although_its_mtime_is_restored(
    space: GitWorkspaces, project: Path
) -> None:
    put(project, {"a.py": b"x = 1\n"})
    written = (project / "a.py").stat()
    while time.time_ns() < written.st_ctime_ns + 3 * 10**7:
        await asyncio.sleep(0)
    first = (await space.snapshot()).tree
    (project / "a.py").write_bytes(b"x = 2\n")
    os.utime(project / "a.py", ns=(written.st_atime_ns, written.st_mtime_ns))
    assert await space.read((await space.snapshot()).tree, "a.py") == b"x = 2\n"
    assert await space.read(first, "a.py") == b"x = 1\n"


async def test_a_second_look_reads_nothing_that_did_not_change(
    space: GitWorkspaces, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(project, {"a.py": b"x = 1\n"})
    written = (project / "a.py").stat()
    while time.time_ns() < written.st_ctime_ns + 3 * 10**7:
        await asyncio.sleep(0)
    first = await space.snapshot()
    opened: list[object] = []
    real = os.open

    def spy(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        opened.append(path)
        return real(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", spy)
    assert await space.snapshot() == first
    assert opened
    assert "a.py" not in opened


async def test_ignored_files_come_along_without_being_part(
    space: GitWorkspaces, project: Path
) -> None:
    put(
        project,
        {
            ".gitignore": b"_version.py\n*.so\nbuild/\n.env*\n*.pem\nlocal/\n",
            "pkg/a.py": b"",
            "pkg/_version.py": b"v = 1\n",
            "pkg/fast.so": b"\x7fELF",
            "build/gen/x.py": b"gen",
            ".env": b"KEY=1",
            "key.pem": b"key",
            "build/id_rsa": b"key",
            "local/credentials.json": b"key",
            "build/__pycache__/x.pyc": b"",
        },
    )
    snapshot = await space.snapshot()
    assert set(await space.entries(snapshot.tree)) == {".gitignore", "pkg/a.py"}
    workspace = await space.open("t", snapshot.tree)
    brought = {"pkg/_version.py", "pkg/fast.so", "build/gen/x.py"}
    assert set(files_of(workspace.root)) == {".gitignore", "pkg/a.py", *brought}
    assert await space.capture(workspace) == type(snapshot)(snapshot.tree)
    put(workspace.root, {"pkg/_version.py": b"v = 2\n", "build/new.o": b""})
    captured = await space.capture(workspace)
    assert captured.tree == snapshot.tree
    assert captured.notes == ("pkg/_version.py: left out, it only came along; it was changed",)
    named = await space.capture(workspace, also=["build/new.o", "pkg/_version.py"])
    assert set(await space.entries(named.tree)) == {
        ".gitignore",
        "pkg/a.py",
        "build/new.o",
        "pkg/_version.py",
    }


# -- the user's repository --------------------------------------------------------------------


@pytest.mark.fault(
    "repository",
    "hooks, filters and programs in the repository's configuration",
    sees="nothing",
    kept="`.git`, byte for byte; none of them runs",
)
async def test_the_users_repository_is_untouched_and_its_programs_never_run(
    space: GitWorkspaces, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = tmp_path / "canary"
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\necho $0 >> {canary}\ncat\n")
    evil.chmod(0o755)
    put(project, KINDS | {".gitattributes": HOSTILE_ATTRIBUTES})
    git(project, "commit", "-q", "--allow-empty", "-m", "x")
    for key in (
        "core.fsmonitor",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "diff.evil.textconv",
        "diff.evil.command",
        "diff.external",
        "core.sshCommand",
        "core.pager",
        "core.editor",
        "gpg.program",
    ):
        git(project, "config", key, str(evil))
    for hook in ("post-index-change", "pre-commit", "post-checkout", "reference-transaction"):
        file = project / ".git" / "hooks" / hook
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(evil.read_bytes())
        file.chmod(0o755)
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(evil))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "wrong"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "wrong-index"))
    before = digest(project)
    snapshot = await space.snapshot()
    base = snapshot.tree
    assert snapshot.notes == ()
    assert set(await space.entries(base)) >= set(KINDS)
    workspace = await space.open("t", base)
    put(
        workspace.root, {"crlf.txt": b"changed\r\n", ".gitattributes": b"* filter=evil diff=evil\n"}
    )
    tree = (await space.capture(workspace)).tree
    await space.diff(base, tree)
    await space.overlay(tree, {"x": ("100644", b"x")})
    await space.remove("t")
    assert digest(project) == before
    assert not canary.exists()
    assert not (tmp_path / "wrong").exists()


async def test_a_repository_planted_in_a_workspace_has_no_effect(
    space: GitWorkspaces, project: Path, tmp_path: Path
) -> None:
    put(project, {"a.py": b"1\n", "pkg/b.py": b"1\n"})
    base = (await space.snapshot()).tree
    workspace = await space.open("t", base)
    canary = tmp_path / "canary"
    for folder in (workspace.root, workspace.root / "pkg", workspace.root / "new"):
        folder.mkdir(exist_ok=True)
        git(folder, "init", "-q")
        git(folder, "config", "core.fsmonitor", f"touch {canary}")
    put(workspace.root, {"a.py": b"2\n", "new/c.py": b"3\n"})
    captured = await space.capture(workspace)
    assert [file.path for file in await space.diff(base, captured.tree)] == ["a.py"]
    assert "new: left out, another repository" in captured.notes
    assert ".git: left out, version control's own data" in captured.notes
    assert not canary.exists()
    await space.open("t", base)
    assert not (workspace.root / ".git").exists()


# -- workspaces -------------------------------------------------------------------------------


async def test_open_undoes_whatever_a_test_did(
    space: GitWorkspaces, project: Path, tmp_path: Path
) -> None:
    names = [f"pkg/mod{i}.py" for i in range(12)]
    put(project, {name: f"x = {min(i, 7):03}\n".encode() for i, name in enumerate(names)})
    put(project, {"other/deep/y.py": b"y\n"})
    (project / "tool.sh").write_bytes(b"#!/bin/sh\n")
    (project / "tool.sh").chmod(0o755)
    (project / "link").symlink_to("tool.sh")
    put(tmp_path, {"outside/victim.py": b"victim"})
    tree = (await space.snapshot()).tree
    root = (await space.open("t", tree)).root
    expected = files_of(root)
    same = (root / names[0]).stat()
    (root / names[0]).write_bytes(b"x = 666\n")
    os.utime(root / names[0], ns=(same.st_atime_ns, same.st_mtime_ns))
    (root / names[1]).unlink()
    (root / names[1]).symlink_to(tmp_path / "outside" / "victim.py")
    (root / names[2]).chmod(0o4755)
    (root / names[3]).unlink()
    os.mkfifo(root / names[3])
    (root / names[4]).unlink()
    (root / names[4]).mkdir()
    (root / names[4] / "inner").write_bytes(b"x")
    (root / names[5]).chmod(0)
    (root / names[6]).unlink()
    os.link(root / names[7], root / names[6])
    (root / names[8]).unlink()
    os.link(root / names[9], root / names[8])
    (root / "other" / "deep" / "y.py").unlink()
    (root / "other" / "deep").rmdir()
    (root / "other" / "deep").symlink_to(tmp_path / "outside")
    (root / "link").unlink()
    (root / "link").symlink_to("/etc/passwd")
    (root / "extra" / "read_only").mkdir(parents=True)
    (root / "extra" / "read_only" / "f").write_bytes(b"x")
    (root / "extra" / "read_only").chmod(0o500)
    (root / "extra").chmod(0)
    (root / "pkg" / "__pycache__").mkdir()
    (root / "pkg" / "__pycache__" / "mod0.pyc").write_bytes(b"poison")
    (root / "pkg").chmod(0o7555)
    root.chmod(0)
    await space.open("t", tree)
    assert files_of(root) == expected
    assert (root / "link").readlink() == Path("tool.sh")
    assert {stat.S_IMODE(path.stat().st_mode) for path in root.rglob("*.py")} == {0o644}
    assert stat.S_IMODE((root / "pkg").stat().st_mode) == 0o755
    assert {path.stat().st_nlink for path in root.rglob("*.py")} == {1}
    assert sorted(path.name for path in root.iterdir()) == ["link", "other", "pkg", "tool.sh"]
    assert (tmp_path / "outside" / "victim.py").read_bytes() == b"victim"
    assert list((tmp_path / "state" / "workspaces" / ".trash").iterdir()) == []


async def test_open_survives_a_folder_nested_beyond_every_limit(
    space: GitWorkspaces, project: Path
) -> None:
    put(project, {"a.py": b""})
    tree = (await space.snapshot()).tree
    root = (await space.open("t", tree)).root
    fd = os.open(root, os.O_RDONLY)
    for _ in range(600):
        os.mkdir("d", dir_fd=fd)
        child = os.open("d", os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = child
    os.close(fd)
    captured = await space.capture(await space.open("t", None))
    assert captured.tree == tree
    await space.open("t", tree)
    assert [path.name for path in root.iterdir()] == ["a.py"]


async def test_open_leaves_unchanged_files_alone(space: GitWorkspaces, project: Path) -> None:
    put(project, {"a.py": b"1", "b.py": b"1"})
    base = (await space.snapshot()).tree
    root = (await space.open("t", base)).root
    kept = known_state((root / "a.py").stat(), "")  # not when it was read last
    await space.open("t", await space.overlay(base, {"b.py": ("100755", b"2")}))
    assert known_state((root / "a.py").stat(), "") == kept
    assert (root / "b.py").read_bytes() == b"2"


async def test_a_workspace_is_taken_as_an_earlier_process_left_it(
    space: GitWorkspaces, project: Path, tmp_path: Path
) -> None:
    put(project, {"a.py": b"1"})
    tree = (await space.snapshot()).tree
    root = (await space.open("t", tree)).root
    (root / "a.py").write_bytes(b"written by the model")
    later = GitWorkspaces(project, tmp_path / "state", Limits())
    await later.prepare()
    workspace = await later.open("t", None)
    captured = await later.capture(workspace)
    assert await later.read(captured.tree, "a.py") == b"written by the model"
    await later.remove("t")
    await later.remove("t")
    assert not root.exists()
    with pytest.raises(NotFound):
        await later.open("t", None)
    with pytest.raises(NotFound):
        await later.capture(workspace)
    await later.close()


@pytest.mark.fault(
    "kill",
    "kill -9 while a workspace is made",
    sees="it is made again",
    kept="the proposal",
)
async def test_a_workspace_that_was_not_finished_is_not_found(
    space: GitWorkspaces, project: Path, tmp_path: Path
) -> None:
    put(project, {"a": b"1", "b": b"2"})
    tree = (await space.snapshot()).tree
    root = (await space.open("t", tree)).root
    blob = (await space.entries(tree))["b"].blob
    (root / "b").unlink()
    # its content is gone from the store: opening fails half-way
    (tmp_path / "state" / "objects" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(NotFound):
        await space.open("t", tree)
    with pytest.raises(NotFound):
        await space.open("t", None)


async def test_capture_tells_links_special_and_setuid_files_and_keeps_the_base(
    space: GitWorkspaces, project: Path
) -> None:
    put(project, {"a.py": b"1", "b.py": b"1", "c.py": b"1", "d.py": b"1"})
    base = (await space.snapshot()).tree
    workspace = await space.open("t", base)
    root = workspace.root
    for name in ("a.py", "b.py"):
        (root / name).unlink()
    (root / "a.py").symlink_to("/etc/passwd")
    os.mkfifo(root / "b.py")
    (root / "c.py").chmod(0o4755)
    (root / "d.py").chmod(0o755)
    (root / "new").symlink_to("/etc/shadow")
    os.mkfifo(root / ".gitignore")
    captured = await space.capture(workspace)
    diff = await space.diff(base, captured.tree)
    assert [(file.path, file.new_mode, file.hunks) for file in diff] == [("d.py", "100755", ())]
    assert set(captured.notes) == {
        "a.py: left as it was, now a symbolic link",
        "b.py: left out, it is a named pipe",
        "c.py: left as it was, now a file that changes who runs it",
        "new: left out, a symbolic link",
        ".gitignore: left out, it is a named pipe",
    }


async def test_capture_reads_what_a_test_locked_away(space: GitWorkspaces, project: Path) -> None:
    put(project, {"pkg/a.py": b"1\n", "pkg/b.py": b"1\n"})
    base = (await space.snapshot()).tree
    workspace = await space.open("t", base)
    put(workspace.root, {"pkg/a.py": b"2\n"})
    for path in ("pkg/a.py", "pkg", "."):
        (workspace.root / path).chmod(0)
    captured = await space.capture(workspace)
    assert [(file.path, file.new_mode) for file in await space.diff(base, captured.tree)] == [
        ("pkg/a.py", "100644")
    ]


async def test_calls_at_the_same_time_do_not_disturb_each_other(
    space: GitWorkspaces, project: Path
) -> None:
    put(project, {f"d{i % 5}/f{i}.py": f"{i}\n".encode() for i in range(100)})
    snapshots = await asyncio.gather(*(space.snapshot() for _ in range(4)))
    assert len({snapshot.tree for snapshot in snapshots}) == 1
    tree = snapshots[0].tree
    opened = await asyncio.gather(*(space.open(f"t{i % 3}", tree) for i in range(9)))
    trees = await asyncio.gather(*(space.capture(workspace) for workspace in opened))
    assert {captured.tree for captured in trees} == {tree}
    contents = await asyncio.gather(*(space.read(tree, f"d{i % 5}/f{i}.py") for i in range(100)))
    assert contents == [f"{i}\n".encode() for i in range(100)]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "-x", ".trash", "=project"])
async def test_names_of_workspaces_cannot_leave_their_folder(
    space: GitWorkspaces, name: str
) -> None:
    tree = (await space.snapshot()).tree
    for call in (space.open(name, tree), space.open(name, None), space.remove(name)):
        with pytest.raises(NotFound):
            await call


@pytest.mark.parametrize("tree", ["", "--help", "HEAD", "0" * 40, "x" * 40])
async def test_an_unknown_tree_is_not_found(space: GitWorkspaces, tree: str) -> None:
    for call in (space.entries(tree), space.open("t", tree), space.diff(tree, tree)):
        with pytest.raises(NotFound):
            await call


async def test_without_git_the_person_is_told(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    workspaces = GitWorkspaces(project, tmp_path / "state", Limits())
    with pytest.raises(Lacking, match="git is not installed"):
        await workspaces.prepare()
    await workspaces.close()


# -- diff -------------------------------------------------------------------------------------


async def test_a_diff_can_leave_white_space_out(space: GitWorkspaces) -> None:
    base = (await space.snapshot()).tree
    old = await space.overlay(
        base,
        {
            "both.py": ("100644", b"a\nb\n"),
            "only.py": ("100644", b"if x:\n  y\n"),
            "only too.py": ("100644", b"if x:\n  y\n"),
            "mode.sh": ("100644", b" x\n"),
            "becomes_link": ("100644", b"x\n"),
            "gone": ("100644", b"x\n"),
        },
    )
    new = await space.overlay(
        old,
        {
            "both.py": ("100644", b"a \nc\n"),
            "only.py": ("100644", b"if x:\n    y\n"),
            "only too.py": ("100644", b"if x:\n    y\n"),
            "mode.sh": ("100755", b"x\n"),
            "becomes_link": ("120000", b"x"),
            "gone": None,
        },
    )
    diff = {file.path: file for file in await space.diff(old, new, space=False)}
    assert list(diff) == ["becomes_link", "both.py", "gone", "mode.sh", "only too.py", "only.py"]
    assert [hunk.lines for hunk in diff["both.py"].hunks] == [
        ((" ", "a "), ("-", "b"), ("+", "c")),
    ]
    for path in ("only.py", "only too.py", "mode.sh"):
        assert (diff[path].hunks, diff[path].binary) == ((), False)
    assert diff["mode.sh"].new_mode == "100755"
    assert diff["becomes_link"].binary
    assert len(diff["gone"].hunks) == 1
    assert all(len(file.hunks) == 1 for file in await space.diff(old, new) if not file.binary)


async def test_a_diff_names_actions_modes_and_lines(space: GitWorkspaces, project: Path) -> None:
    body = b"class A:\n    def m(self):\n" + b"".join(b"        x%d = 1\n" % i for i in range(20))
    put(
        project,
        {
            "changed.py": body,
            "deleted.txt": b"gone\n",
            "deleted_empty": b"",
            "moded.sh": b"x\n",
            "bytes.bin": b"\0\1",
            "no_end": b"a\nb",
            "latin.txt": b"caf\xe9\n",
        },
    )
    (project / "becomes_file").symlink_to("no_end")
    base = (await space.snapshot()).tree
    tree = await space.overlay(
        base,
        {
            "changed.py": ("100644", body.replace(b"x15 = 1", b"x15 = 2")),
            "deleted.txt": None,
            "deleted_empty": None,
            "moded.sh": ("100755", b"x\n"),
            "bytes.bin": ("100644", b"\0\2"),
            "no_end": ("100644", b"a\nb\n"),
            "latin.txt": ("100644", b"caf\xe9s\r\n"),
            "created.txt": ("100644", b"@@ -1 +1 @@\ndiff --git a/x b/x\n"),
            "created_empty": ("100644", b""),
            "becomes_file": ("100644", b"now text\n"),
        },
    )
    diff = {file.path: file for file in await space.diff(base, tree)}
    assert list(diff) == sorted(diff)
    changed = diff["changed.py"].hunks[0]
    assert (changed.k, changed.old_start, changed.old_lines) == (1, 15, 7)
    assert changed.heading == "def m(self):"
    assert ("-", "        x15 = 1") in changed.lines
    assert diff["deleted.txt"].action is Action.DELETE
    assert diff["deleted.txt"].new_mode is None
    assert diff["deleted_empty"].hunks == ()
    assert (diff["moded.sh"].old_mode, diff["moded.sh"].new_mode) == ("100644", "100755")
    assert diff["moded.sh"].hunks == ()
    assert not diff["moded.sh"].binary
    assert diff["bytes.bin"].binary
    assert diff["no_end"].hunks[0].lines == (
        (" ", "a"),
        ("-", "b"),
        ("\\", " No newline at end of file"),
        ("+", "b"),
    )
    assert diff["latin.txt"].hunks[0].lines == (("-", "caf\ufffd"), ("+", "caf\ufffds\r"))
    assert diff["created.txt"].action is Action.CREATE
    assert diff["created.txt"].hunks[0].lines == (
        ("+", "@@ -1 +1 @@"),
        ("+", "diff --git a/x b/x"),
    )
    assert diff["created_empty"].old_mode is None
    assert diff["becomes_file"].binary
    assert await space.diff(tree, tree) == []


async def test_fifty_files_of_400_kilobytes_are_compared(
    space: GitWorkspaces, project: Path
) -> None:
    body = b"some text of one line\n" * 18_000
    put(project, {f"f{i}.txt": b"%d\n" % i + body for i in range(50)})
    base = (await space.snapshot()).tree
    changes = {f"f{i}.txt": ("100644", body + b"%d\n" % i) for i in range(50)}
    diff = await space.diff(base, await space.overlay(base, changes))
    assert len(diff) == 50
    assert all(len(file.hunks) == 2 for file in diff)


NASTY = (b"", b"@@ -1 +1 @@", b"diff --git a/x b/x", b"--- a", b"+++ b", b"\\ No newline", b"x\r")


def rebuilt(old: bytes, file: FileDiff) -> bytes:
    """The new content by the text of the hunks alone."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", old.decode())
    result: list[str] = []
    at = 0
    for hunk in file.hunks:
        begin = hunk.old_start - (hunk.old_lines > 0)
        result += lines[at:begin]
        at = begin + hunk.old_lines
        for sign, text in hunk.lines:
            if sign in {" ", "+"}:
                result.append(text + "\n")
                last = sign
            elif sign == "\\" and last in {" ", "+"}:
                result[-1] = result[-1][:-1]
            else:
                last = sign
    return "".join(result + lines[at:]).encode()


@pytest.mark.parametrize("seed", range(4))
async def test_diffs_of_random_trees_agree_with_git(
    space: GitWorkspaces, tmp_path: Path, seed: int
) -> None:
    random = Random(seed)

    def text(lines: list[bytes]) -> bytes:
        return b"\n".join(lines) + random.choice([b"", b"\n"])

    old: dict[str, bytes] = {}
    new: dict[str, bytes] = {}
    for name in random.sample(ODD, 12) + [f"f{i}" for i in range(30)]:
        lines = [random.choice((*NASTY, b"%d" % i)) for i in range(random.randrange(30))]
        if random.random() < 0.8:
            old[name] = text(lines)
        for _ in range(random.randrange(4)):
            at = random.randrange(len(lines) + 1)
            lines[at : at + random.randrange(3)] = [random.choice(NASTY)] * random.randrange(3)
        if random.random() < 0.8:
            new[name] = text(lines)
    empty = (await space.snapshot()).tree
    base, tree = [
        await space.overlay(empty, {path: ("100644", body) for path, body in side.items()})
        for side in (old, new)
    ]
    diff = await space.diff(base, tree)
    command = ["git", "diff-tree", "-r", "--no-renames", "--numstat", "-z", base, tree]
    env = {"PATH": os.environ["PATH"], "GIT_DIR": str(tmp_path / "state" / "objects")}
    output = subprocess.run(command, env=env, capture_output=True, check=True).stdout
    counted = [line.split(b"\t", 2) for line in output.split(b"\0")[:-1]]
    found = [summary(file) for file in diff]
    assert [(item.path, item.added, item.removed) for item in found] == [
        (os.fsdecode(path), int(added), int(removed)) for added, removed, path in counted
    ]
    assert {file.path for file in diff} == {
        path for path in old | new if old.get(path) != new.get(path)
    }
    for file in diff:
        assert rebuilt(old.get(file.path, b""), file) == new.get(file.path, b"")


# -- the last look, and joining ----------------------------------------------------------------


async def test_a_workspace_goes_only_while_it_holds_what_was_kept_of_it(
    space: GitWorkspaces, project: Path, tmp_path: Path
) -> None:
    put(project, {"a.py": b"a\n", ".gitignore": b"*.log\n"})
    snapshot = await space.snapshot()
    work = await space.open("hand-1", snapshot.tree)
    put(work.root, {"b.py": b"b\n", "kept.log": b"1\n"})
    kept = (await space.capture(work, ["kept.log"])).tree
    put(work.root, {"kept.log": b"2\n"})
    assert not await space.withdraw(work, kept, ["kept.log"])
    assert (work.root / "kept.log").read_bytes() == b"2\n"
    assert await space.withdraw(work, (await space.capture(work)).tree)
    assert not work.root.exists()
    with pytest.raises(NotFound):
        await space.open("hand-1", None)
    await space.close()
    again = GitWorkspaces(project, tmp_path / "state", Limits())  # as after a kill
    await again.prepare()
    back = await again.open("hand-1", None)
    assert files_of(back.root)["b.py"] == b"b\n"
    assert await again.withdraw(back, (await again.capture(back)).tree)
    await again.remove("hand-1")
    await again.close()
    third = GitWorkspaces(project, tmp_path / "state", Limits())
    await third.prepare()
    assert await third.names() == []
    await third.close()


async def test_a_workspace_that_was_put_out_of_reach_does_not_stand_in_the_way_of_a_new_one(
    space: GitWorkspaces, project: Path, tmp_path: Path
) -> None:
    put(project, {"a.py": b"a\n"})
    tree = (await space.snapshot()).tree
    for _ in range(2):  # its removal failed the first time
        assert await space.withdraw(await space.open("hand-1", tree), tree)
    work = await space.open("hand-1", tree)
    put(work.root, {"b.py": b"b\n"})
    await space.close()
    again = GitWorkspaces(project, tmp_path / "state", Limits())
    await again.prepare()
    assert "b.py" in files_of((await again.open("hand-1", None)).root)
    await again.remove("hand-1")
    assert [path.name for path in work.root.parent.iterdir()] == [".trash"]
    await again.close()


@pytest.mark.fault(
    "kill",
    "kill -9 while a copy of a person is looked at for the last time, and its editor saves",
    sees="the copy where it was",
    kept="every save, before and after",
)
async def test_what_was_put_out_of_reach_and_not_looked_at_is_never_thrown_away(
    space: GitWorkspaces, project: Path, tmp_path: Path
) -> None:
    """An engine is killed in the last look, and an editor saves into the place of the folder."""
    put(project, {"a.py": b"a\n", "sub/c.py": b"c\n"})
    work = await space.open("hand-1", (await space.snapshot()).tree)
    put(work.root, {"mine.py": b"mine\n", "b.py": b"b\n"})
    work.root.rename(work.root.with_name("leaving+hand-1"))
    put(work.root, {"b.py": b"newer\n", "new/d.py": b"d\n", "sub/e.py": b"e\n"})
    await space.close()
    again = GitWorkspaces(project, tmp_path / "state", Limits())
    await again.prepare()
    back = await again.open("hand-1", None)
    assert files_of(back.root) == {
        "a.py": b"a\n", "sub/c.py": b"c\n", "mine.py": b"mine\n",
        "b.py": b"newer\n", "new/d.py": b"d\n", "sub/e.py": b"e\n",
    }  # fmt: skip
    await again.remove("hand-1")
    assert [path.name for path in work.root.parent.iterdir()] == [".trash"]
    await again.close()


async def test_what_is_saved_into_the_place_of_a_folder_in_its_last_look_is_kept(
    space: GitWorkspaces, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(project, {"a.py": b"a\n"})
    tree = (await space.snapshot()).tree
    work = await space.open("hand-1", tree)
    put(work.root, {"mine.py": b"mine\n"})
    run = WorkspaceScan.run

    def save_first(scan: WorkspaceScan, root: Path) -> None:
        put(work.root, {"a.py": b"saved\n"})
        run(scan, root)

    monkeypatch.setattr(WorkspaceScan, "run", save_first)
    assert not await space.withdraw(work, tree)
    monkeypatch.undo()
    assert files_of(work.root) == {"a.py": b"saved\n", "mine.py": b"mine\n"}
    assert (await space.open("hand-1", None)).root == work.root


@pytest.mark.parametrize("kind", ["folder for file", "link", "through a link"])
async def test_what_cannot_be_laid_over_is_kept_beside(
    space: GitWorkspaces, project: Path, tmp_path: Path, kind: str
) -> None:
    put(project, {"a.py": b"a\n"})
    elsewhere = tmp_path / "elsewhere"
    put(elsewhere, {"b.py": b"not ours\n"})
    work = await space.open("hand-1", (await space.snapshot()).tree)
    if kind == "through a link":
        (work.root / "linked").symlink_to(elsewhere)
    work.root.rename(work.root.with_name("leaving+hand-1"))
    if kind == "link":
        work.root.symlink_to(elsewhere)
    else:
        put(work.root, {"linked/b.py": b"saved\n", "a.py/b.py": b"saved\n"})
    await space.prepare()
    assert (work.root / "a.py").read_bytes() == b"a\n"
    assert files_of(elsewhere) == {"b.py": b"not ours\n"}
    (beside,) = work.root.parent.glob("beside+hand-1-*")
    assert kind == "link" or (beside / "a.py/b.py").read_bytes() == b"saved\n"
    assert beside.is_symlink() is (kind == "link")
    assert (beside / "linked/b.py").exists() is (kind == "through a link")


@pytest.mark.parametrize("seed", range(8))
async def test_trees_are_joined_as_git_joins_branches(
    space: GitWorkspaces, project: Path, seed: int
) -> None:
    random = Random(seed)
    base = {f"f{n}.txt": [f"line {n} {at}" for at in range(12)] for n in range(5)}
    sides = [_changed(random, base), _changed(random, base)]
    trees: list[str] = []
    for name, files in zip(("main", "side1", "side2"), (base, *sides), strict=True):
        if trees:
            git(project, "checkout", "-q", "-b", name, "main")
        for path in project.glob("*.txt"):
            path.unlink()
        put(
            project,
            {path: "".join(f"{x}\n" for x in text).encode() for path, text in files.items()},
        )
        git(project, "add", "-A")
        git(project, "commit", "-qm", name)
        trees.append((await space.snapshot()).tree)
    joined = await space.merge(trees[0], trees[1], trees[2], labels=("yours", "attempt 2"))
    git(project, "checkout", "-q", "side1")
    try:
        git(project, "-c", "merge.renames=false", "merge", "-q", "--no-edit", "side2")
        conflicts = set()
    except subprocess.CalledProcessError:
        conflicts = set(git(project, "diff", "--name-only", "--diff-filter=U").split())
    assert set(joined.conflicts) == conflicts
    for name in (await space.entries(joined.tree)).keys() | {p.name for p in project.glob("*.txt")}:
        if name not in conflicts:
            there = project / name
            expected = there.read_bytes() if there.exists() else None
            assert await space.read(joined.tree, name) == expected


def _changed(random: Random, base: dict[str, list[str]]) -> dict[str, list[str]]:
    """Some files with other lines, some gone, one more."""
    files = {path: list(lines) for path, lines in base.items()}
    for path in random.sample(sorted(files), 3):
        at = random.randrange(12)
        files[path][at] = f"changed {random.randrange(3)}"
    if random.random() < 0.6:
        del files[random.choice(sorted(files))]
    if random.random() < 0.6:
        files["new.txt"] = [f"new {random.randrange(2)}"]
    return files


async def test_what_cannot_be_joined_stays_mine_and_is_told(
    space: GitWorkspaces, project: Path
) -> None:
    base = {"gone.py": b"1\n", "bin": b"\0a", "text.py": b"1\r\n", "both.py": b"1\n"}
    mine = {"gone.py": b"mine\n", "bin": b"\0mine", "text.py": b"mine\r\n", "both.py": b"2\n",
            "place": b"a file\n"}  # fmt: skip
    other = {"bin": b"\0other", "text.py": b"other\r\n", "both.py": b"2\n",
             "place/inner.py": b"x\n", "more.py": b"more\n"}  # fmt: skip
    trees = []
    for files in (base, mine, other):
        work = await space.open("try", (await space.snapshot()).tree)
        put(work.root, files)
        trees.append((await space.capture(work)).tree)
    joined = await space.merge(trees[0], trees[1], trees[2], labels=("yours", "attempt 2"))
    assert joined.conflicts == {
        "gone.py": "deleted", "bin": "binary", "text.py": "text", "place/inner.py": "place",
    }  # fmt: skip
    for path in ("gone.py", "bin", "place"):
        assert await space.read(joined.tree, path) == mine[path]
    assert await space.read(joined.tree, "more.py") == b"more\n"
    assert await space.read(joined.tree, "text.py") == (
        b"<<<<<<< yours\r\nmine\r\n=======\r\nother\r\n>>>>>>> attempt 2\r\n"
    )


@pytest.mark.parametrize(
    ("mine", "expected", "conflicts"),
    [
        ({}, {"other.py": b"o\n", "d": b"a file\n", "e/inner.py": b"x\n"}, {}),
        (
            {"d/mine.py": b"m\n"},
            {"other.py": b"o\n", "d/mine.py": b"m\n", "e/inner.py": b"x\n"},
            {"d": "place"},
        ),
    ],
)
async def test_a_folder_that_became_a_file_and_the_other_way_round_are_joined(
    space: GitWorkspaces,
    project: Path,
    mine: dict[str, bytes],
    expected: dict[str, bytes],
    conflicts: dict[str, str],
) -> None:
    put(project, {"d/one.py": b"1\n", "d/two.py": b"2\n", "e": b"a file\n"})
    base = (await space.snapshot()).tree
    changes = {path: ("100644", content) for path, content in mine.items()}
    ours = await space.overlay(base, changes)
    gone = dict.fromkeys(["d/one.py", "d/two.py", "e"])
    came = {"d": b"a file\n", "e/inner.py": b"x\n", "other.py": b"o\n"}
    theirs = await space.overlay(
        await space.overlay(base, gone), {path: ("100644", text) for path, text in came.items()}
    )
    joined = await space.merge(base, ours, theirs, labels=("yours", "attempt 2"))
    paths = await space.entries(joined.tree)
    assert {path: await space.read(joined.tree, path) for path in paths} == expected
    assert joined.conflicts == conflicts


def test_joining_takes_steps_as_there_are_files_and_not_their_square(tmp_path: Path) -> None:
    def steps(count: int) -> int:
        mine = {f"a{n}/b/file.py": TreeEntry("100644", "0" * 40) for n in range(count)}
        other = mine | {f"c{n}/d/new.py": TreeEntry("100644", "1" * 40) for n in range(count)}
        merge = TreeMerge(Git(tmp_path), lambda _: b"", lambda _: "", ("mine", "other"))
        calls: Counter[str] = Counter()
        before = sys.getprofile()
        sys.setprofile(lambda _, event, __: calls.update([event]))
        try:
            merge.run(mine, mine, other)
        finally:
            sys.setprofile(before)
        assert len(merge.entries) == 2 * count
        return calls.total()

    assert steps(800) < 12 * steps(100)
