"""Repositories of every kind, made by real git: what is in them, and what may be written there."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import stat
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.worker.room import CONFIG

__all__ = ["KINDS", "Kind", "arm", "put", "universe"]

Make = Callable[[Path], Path]
"""Builds the project in an empty folder; returns its root. What lies beside it belongs to it."""

FILES = {
    "a.py": b"A = 1\r\nB = 2\r\n",
    "b.txt": b"gone",
    "pkg/c.py": b"C = 3\n",
    "pyproject.toml": CONFIG,
}
TWIN_NFC, TWIN_NFD = "caf\u00e9.py", "cafe\u0301.py"
ODD_NAMES = (
    "with space.py",
    'quo"te.py',
    "it's.py",
    "-rf",
    "--output=x",
    "glob*[a]?.py",
    ":(top)magic.py",
    "tab\there.py",
    "line\nbreak.py",
    "back\\slash.py",
    "trailing ",
    "dot.",
    "CON",
    "git~1",
    "x => y",
    "\u65e5\u672c.py",
    os.fsdecode(b"latin\xe9.py"),
    "n" * 255,
    "/".join(["deep" * 10] * 30 + ["end.py"]),
)


@dataclass(frozen=True)
class Kind:
    """One kind of repository.

    Attributes:
        left_out: what of the disk is no part of a snapshot; a folder stands for all below it.
        notes: what the snapshot says of it.
        brought: what a workspace holds besides the snapshot.
        fits: a path that can be created, modified or deleted besides the usual three.
        refused: path -> why an answer that names it is sent back.
        declined: path -> why nothing is written although a person approved.
    """

    make: Make
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    brought: tuple[str, ...] = ()
    fits: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    declined: Mapping[str, str] = field(default_factory=dict)


def git(folder: Path, *argv: str, check: bool = True) -> str:
    """Run git as its user would, with a quiet configuration."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_NAME": "x" for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": "x@example.invalid" for who in ("AUTHOR", "COMMITTER")},
    }
    config = ("-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *config, *argv], cwd=folder, env=env, capture_output=True, check=check
    )
    return done.stdout.decode()


def put(root: Path, files: Mapping[str, bytes]) -> Path:
    """Write files below a folder that may not be there yet."""
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def plain(root: Path) -> Path:
    """Files with modes that git does not know."""
    put(root, FILES)
    (root / "a.py").chmod(0o664)
    (root / "b.txt").chmod(0o640)
    return root


def commit(root: Path, *, init: tuple[str, ...] = ()) -> Path:
    """Make everything one commit."""
    git(root, "init", "-q", *init)
    git(root, "add", "-A", "-f")
    git(root, "commit", "-qm", "begin")
    return root


def one_commit(folder: Path) -> Path:
    return commit(plain(folder / "project"))


# -- git's own states ---------------------------------------------------------------------------


def detached(folder: Path) -> Path:
    git(one_commit(folder), "checkout", "-q", "--detach")
    return folder / "project"


def unborn(folder: Path) -> Path:
    git(plain(folder / "project"), "init", "-q")
    git(folder / "project", "add", "a.py")
    return folder / "project"


def linked_worktree(folder: Path) -> Path:
    commit(put(folder / "main", FILES))
    git(folder / "main", "worktree", "add", "-q", "../project", "-b", "other")
    return plain(folder / "project")


def cloned(*options: str) -> Make:
    def make(folder: Path) -> Path:
        origin = commit(put(folder / "origin", FILES))
        put(origin, {"a.py": b"A = 1\r\nB = 22\r\n"})
        git(origin, "commit", "-qam", "second")
        git(folder, "clone", "-q", "--no-local", *options, f"file://{origin}", "project")
        shutil.rmtree(origin)
        return plain(folder / "project")

    return make


def sparse(folder: Path) -> Path:
    root = commit(put(plain(folder / "project"), {"away/d.py": b"D = 4\n"}))
    git(root, "sparse-checkout", "set", "--cone", "--sparse-index", "pkg")
    assert not (root / "away").exists()
    return root


def in_conflict(folder: Path) -> Path:
    root = one_commit(folder)
    for branch in ("left", "right"):
        git(root, "checkout", "-q", "-b", branch, "main")
        put(root, {"pkg/c.py": branch.encode() + b"\n"})
        git(root, "commit", "-qam", branch)
    git(root, "merge", "left", check=False)
    assert b"<<<<<<<" in (root / "pkg/c.py").read_bytes()
    return root


def staged_by_halves(folder: Path) -> Path:
    root = one_commit(folder)
    put(root, {"pkg/c.py": b"C = 4\n", "untracked.py": b"U = 1\n", "intended.py": b"I = 1\n"})
    git(root, "add", "pkg/c.py")
    git(root, "add", "-N", "intended.py")
    put(root, {"pkg/c.py": b"C = 5\n", ".git/index.lock": b""})
    return root


def sha256(folder: Path) -> Path:
    return commit(plain(folder / "project"), init=("--object-format=sha256",))


def separate_git_dir(folder: Path) -> Path:
    return commit(plain(folder / "project"), init=("--separate-git-dir", "../elsewhere"))


def part_of_a_larger_one(folder: Path) -> Path:
    put(folder / "outer", {".gitignore": b"*.tmp\n/inner/kept_out\n", "top.py": b""})
    root = put(plain(folder / "outer/inner"), {"x.tmp": b"", "kept_out": b""})
    git(folder / "outer", "init", "-q")
    git(folder / "outer", "add", "-A")
    return root


def ignored_by_a_larger_one(folder: Path) -> Path:
    commit(put(folder / "outer", {".gitignore": b"inner/\n"}))
    return plain(folder / "outer/inner")


def no_git(folder: Path) -> Path:
    return put(plain(folder / "project"), {".gitignore": b"*.tmp\n", "x.tmp": b""})


def broken_git(folder: Path) -> Path:
    return put(plain(folder / "project"), {".git": b"gitdir: /nowhere/at/all\n"})


# -- other repositories in it -------------------------------------------------------------------


def submodules(folder: Path) -> Path:
    library = commit(put(folder / "library", {"lib.py": b"L = 1\n", "more/m.py": b""}))
    root = one_commit(folder)
    for name in ("sub", "empty"):
        git(root, "submodule", "add", "-q", str(library), name)
    git(root, "commit", "-qm", "with submodules")
    git(root, "submodule", "deinit", "-q", "-f", "empty")
    return put(root, {"sub/lib.py": b"L = 2\n", "sub/own.py": b"", "sub/.env": b"KEY=1"})


def nested_repositories(folder: Path) -> Path:
    root = one_commit(folder)
    commit(put(root / "vendor/inner", {"inner.py": b"I = 1\n"}))
    commit(put(root / "ignored/inner", {"other.py": b""}))
    git(put(root / "unborn", {"u.py": b""}), "init", "-q")
    return put(root, {".gitignore": b"ignored/\n"})


# -- what is in the files -----------------------------------------------------------------------


def conversions(folder: Path) -> Path:
    rules = (
        "*.txt text=auto eol=crlf\n*.py text eol=lf ident filter=evil diff=evil merge=evil\n"
        "*.u16 working-tree-encoding=UTF-16LE-BOM eol=crlf\nignored export-ignore\n"
        "id.txt ident export-subst\n[attr]all filter=evil text\n*.dat all\n*.bin -text binary\n"
    )
    root = plain(folder / "project")
    put(root, {
        ".gitattributes": rules.encode(),
        "lf.txt": b"one\ntwo\n",
        "mixed.txt": b"one\r\ntwo\nthree\rfour",
        "id.txt": b"$Id$ $Id: abc $ $Format:%H$\n",
        "wide.u16": "caf\u00e9\r\n".encode("utf-16"),
        "x.dat": b"d\r\n",
        "x.bin": bytes(range(256)),
        "ignored": b"\xef\xbb\xbfx",
        "pkg/.gitattributes": b"* text eol=crlf working-tree-encoding=UTF-16\n",
    })  # fmt: skip
    git(root, "init", "-q")
    git(root, "config", "core.autocrlf", "true")
    git(root, "add", "a.py")
    return root


def lfs_pointers(folder: Path) -> Path:
    oid = hashlib.sha256(b"the real thing").hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 14\n"
    root = put(plain(folder / "project"), {
        ".gitattributes": b"*.model filter=lfs diff=lfs merge=lfs -text\n",
        "fetched.model": b"the real thing",
        "pointer.model": pointer.encode(),
    })  # fmt: skip
    commit(root)
    for key, program in (("clean", "clean"), ("smudge", "smudge"), ("process", "filter-process")):
        git(root, "config", f"filter.lfs.{key}", f"git-lfs {program}")
    git(root, "config", "filter.lfs.required", "true")
    return root


def needed_but_ignored(folder: Path) -> Path:
    rules = b"_version.py\n*.so\nbuild/\n.env*\n*.tmp\n"
    root = commit(put(plain(folder / "project"), {".gitignore": rules}))
    return put(root, {
        "pkg/_version.py": b"v = 1\n",
        "pkg/fast.so": b"\x7fELF",
        "build/lib/gen.py": b"G = 1\n",
        ".env": b"KEY=1",
        "pkg/__pycache__/c.pyc": b"",
    })  # fmt: skip


# -- what is in the folders ---------------------------------------------------------------------


def symlinks(folder: Path) -> Path:
    put(folder / "outside", {"theirs.py": b"T = 1\n"})
    root = plain(folder / "project")
    for name, target in {
        "inside.py": "a.py",
        "folder": "pkg",
        "outside.py": "../outside/theirs.py",
        "outer": str(folder / "outside"),
        "dangling": "nowhere",
        "loop": "loop",
        "pkg/up.py": "../a.py",
    }.items():
        (root / name).symlink_to(target)
    return commit(root)


def odd_names(folder: Path) -> Path:
    root = one_commit(folder)
    return put(root, {name: os.fsencode(name)[:40] for name in ODD_NAMES})


def twins(folder: Path) -> Path:
    names = ("README", "readme", "Pkg/c.py", TWIN_NFC, TWIN_NFD)
    return commit(put(plain(folder / "project"), {name: name.encode() for name in names}))


def special_files(folder: Path) -> Path:
    root = one_commit(folder)
    (root / "hollow/inner").mkdir(parents=True)
    os.mkfifo(root / "pipe")
    os.mkfifo(root / "pkg/pipe")
    here = Path.cwd()
    with socket.socket(socket.AF_UNIX) as bound:
        os.chdir(root)
        bound.bind("plug")
        os.chdir(here)
    return root


def odd_modes(folder: Path) -> Path:
    modes = {"private": 0o600, "group": 0o664, "tool": 0o744, "owner_tool": 0o700, "all": 0o777}
    root = put(plain(folder / "project"), {name: name.encode() for name in modes})
    put(root, {"locked": b"read-only", "one": b"linked"})
    os.link(root / "one", root / "other")
    commit(root)
    for name, mode in {**modes, "locked": 0o444}.items():
        (root / name).chmod(mode)
    return root


KINDS: dict[str, Kind] = {
    "one commit": Kind(one_commit),
    "detached HEAD": Kind(detached),
    "unborn branch": Kind(unborn),
    "linked worktree": Kind(linked_worktree),
    "shallow clone": Kind(cloned("--depth=1")),
    "partial clone": Kind(cloned("--filter=blob:none")),
    "sparse checkout": Kind(sparse, notes=("1 tracked file is not checked out",)),
    "merge in conflict": Kind(in_conflict),
    "staged by halves, locked": Kind(staged_by_halves, fits=("pkg/c.py", "intended.py")),
    "sha256": Kind(sha256),
    "separate git dir": Kind(separate_git_dir),
    "part of a larger one": Kind(
        part_of_a_larger_one, left_out=("x.tmp", "kept_out"), brought=("x.tmp", "kept_out")
    ),
    "ignored by a larger one": Kind(ignored_by_a_larger_one),
    "no git": Kind(no_git, left_out=("x.tmp",), brought=("x.tmp",)),
    "broken git": Kind(broken_git, notes=("git could not list the project",)),
    "submodules": Kind(
        submodules,
        left_out=("sub",),
        brought=("sub/lib.py", "sub/more/m.py", "sub/own.py"),
        notes=("sub: read, never written: another repository", "empty: read, never written"),
        refused={
            "sub/new.py": "'sub', which is no folder",
            "sub/lib.py": "'sub', which is no folder",
            "empty/new.py": "'empty', which is no folder",
            "sub": "it is a folder, not a regular file",
            ".gitmodules": "`.gitmodules` makes git fetch",
        },
    ),
    "nested repositories": Kind(
        nested_repositories,
        left_out=("vendor", "ignored", "unborn"),
        brought=("vendor/inner/inner.py", "ignored/inner/other.py", "unborn/u.py"),
        notes=("vendor/inner: read, never written", "unborn: read, never written"),
        fits=("vendor/beside.py",),
        refused={
            "vendor/inner/new.py": "'vendor/inner' is a repository of its own",
            "ignored/inner/other.py": "'ignored/inner' is a repository of its own",
        },
    ),
    "conversions": Kind(conversions, fits=("lf.txt", "mixed.txt", "id.txt", "wide.u16", "x.dat")),
    "LFS pointers": Kind(lfs_pointers, fits=("pointer.model", "fetched.model")),
    "ignored but needed": Kind(
        needed_but_ignored,
        left_out=("pkg/_version.py", "pkg/fast.so", "build", ".env", "pkg/__pycache__"),
        brought=("pkg/_version.py", "pkg/fast.so", "build/lib/gen.py"),
        fits=("pkg/_version.py", "build/new.py"),
        refused={".env": "holds secrets"},
    ),
    "symlinks": Kind(
        symlinks,
        refused={
            "inside.py": "'inside.py' is a symbolic link",
            "outside.py": "'outside.py' is a symbolic link",
            "dangling": "'dangling' is a symbolic link",
            "folder/new.py": "'folder', which is no folder",
            "outer/theirs.py": "'outer', which is no folder",
            "loop/x": "'loop', which is no folder",
        },
    ),
    "odd names": Kind(
        odd_names,
        fits=(*ODD_NAMES[:6], "x => y", "\u65e5\u672c.py", *ODD_NAMES[-2:]),
        refused={
            ":(top)magic.py": "a component has a colon",
            "line\nbreak.py": "a control character (U+000A)",
            "tab\there.py": "a control character (U+0009)",
            "back\\slash.py": "it has a backslash",
            "trailing ": "ends with a space or a dot",
            "dot.": "ends with a space or a dot",
            "CON": "`con` is a device on Windows",
            "git~1": "`.git` belongs to git",
            os.fsdecode(b"latin\xe9.py"): "a lone surrogate",
            "n" * 256: "a component is longer than 255 bytes",
        },
    ),
    "case and Unicode twins": Kind(
        twins,
        fits=("README", TWIN_NFC),
        refused={
            "ReadMe": "differ in case or Unicode form only",
            "PKG/new.py": "folder 'PKG' and 'Pkg' differ in case or Unicode form only",
        },
    ),
    "special files": Kind(
        special_files,
        left_out=("pipe", "pkg/pipe", "plug"),
        notes=(
            "pipe: left out, it is a named pipe",
            "pkg/pipe: left out, it is a named pipe",
            "plug: left out, it is a socket",
            "hollow/inner: left out, an empty folder",
        ),
        fits=("hollow/inner/full.py",),
        refused={"pipe": "a special file", "plug": "a special file", "pipe/x": "not a folder"},
    ),
    "odd modes": Kind(
        odd_modes,
        fits=("private", "group", "tool", "owner_tool", "all"),
        declined={"locked": "the file is read-only", "one": "has 2 hard links"},
    ),
}


def arm(root: Path, mark: Path) -> None:
    """Let every program that a repository can name leave a mark."""
    script = mark.with_name("evil")
    script.write_text(f"#!/bin/sh\necho $0 $* >> {mark}\ncat\n")
    script.chmod(0o755)
    common = git(root, "rev-parse", "--git-common-dir", check=False).strip()
    if not common:
        return
    place = root / common
    for key in (
        *("core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "diff.external"),
        *(f"filter.{name}.{way}" for name in ("evil", "lfs") for way in ("clean", "process")),
        *("filter.evil.smudge", "diff.evil.textconv", "diff.evil.command", "merge.evil.driver"),
        *("gpg.program", "core.askPass", "credential.helper"),
    ):
        git(root, "config", key, str(script))
    put(place, {"info/attributes": b"* filter=evil diff=evil merge=evil\n"})
    for hook in ("post-index-change", "pre-commit", "post-checkout", "reference-transaction"):
        put(place, {f"hooks/{hook}": script.read_bytes()})
        (place / "hooks" / hook).chmod(0o755)


def universe(folder: Path) -> dict[str, object]:
    """Everything below a folder: kind, mode, and bytes or target; ``.git`` and all."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*"), key=os.fsencode):
        mode = path.lstat().st_mode
        content: object = None
        if stat.S_ISREG(mode):
            content = path.read_bytes()
        elif stat.S_ISLNK(mode):
            content = str(path.readlink())
        found[path.relative_to(folder).as_posix()] = (oct(mode), content)
    return found
