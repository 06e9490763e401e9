"""A commit of exactly the approved paths, made of git's plumbing in an index of its own.

The steps are those of ``git commit --only``: the tree of the branch with the new files becomes a
commit; the user's index, under its lock, learns the same files; then the branch moves, if it is
still where it was. Nothing runs that the repository could name: hooks and the file system monitor
are off, paths with a filter are refused, and so is a repository whose commits are signed.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from codeframe_tui.adapters.harmless import (
    FILTERS,
    PATIENCE,
    RUNS_NOTHING,
    emptied,
    environment_of_project,
)
from codeframe_tui.adapters.process import lives
from codeframe_tui.adapters.workspace.git import TIMED_OUT, run_git
from codeframe_tui.core.errors import Refused
from codeframe_tui.ports.points import passing
from codeframe_tui.ports.repository import Blob, CommitPlan, Committed

__all__ = ["GitRepository"]

_SAFE = (
    *RUNS_NOTHING,
    *("-c", "i18n.commitEncoding=UTF-8"),
    *("-c", "core.safecrlf=false"),
    *("-c", "gc.auto=0"),
)
_COPY = "codeframe-tui-"
"""Begins the names of our copies of an index, and what our lock says; the process id follows."""
_LITERAL = ("--literal-pathspecs",)
_UNDER_WAY = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "BISECT_LOG": "a bisection",
}
_WHO = tuple(f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL"))
_Entry = tuple[str, str]
"""Mode and object id."""


class GitRepository:
    """Fulfils `ports.Repository`.

    Args:
        root: the project; it may be a folder of its repository.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    async def commit(self, plan: CommitPlan) -> Committed:
        """See `ports.Repository`."""
        return await asyncio.to_thread(_Commit(self._root).make, plan)


class _Commit:
    """One commit; git runs at the top of the repository."""

    def __init__(self, root: Path) -> None:
        self._at = root
        self._env = {**environment_of_project(*_WHO), "GIT_NO_REPLACE_OBJECTS": "1"}

    def make(self, plan: CommitPlan) -> Committed:
        """See `ports.Repository.commit`."""
        try:
            return self._make(plan)
        except OSError as error:
            hint = "see whether its disk is full or it belongs to somebody else; commit it yourself"
            raise _refused(f"git's folder cannot be used: {error}", hint) from error

    def _make(self, plan: CommitPlan) -> Committed:
        branch, parent, prefix = self._place()
        # git compares files that changed in the moment of its index once more, through filters
        self._env |= emptied(self._try(*FILTERS, none=1) or b"")
        self._require_quiet()
        files = {prefix + path: sides for path, sides in plan.files.items()}
        head = _entries(self._run(*_LITERAL, "ls-tree", "-z", "--full-tree", parent, "--", *files))
        ignored = self._ignored(path for path in files if path not in head)
        files = {path: sides for path, sides in files.items() if path not in ignored}
        if not files:
            raise _refused("git ignores all that it changes", "commit it with `git add -f`")
        self._require_no_filter(files)
        new = {path: self._entry(path, after) for path, (_, after) in files.items()}
        left_out = tuple(sorted(path.removeprefix(prefix) for path in ignored))
        if all(head.get(path) == entry for path, entry in new.items()):
            return Committed(parent, branch, left_out)
        staged = _entries(self._run(*_LITERAL, "ls-files", "-z", "--stage", "--", *files))
        for path, (before, _) in files.items():
            if self._entry(path, before) != head.get(path):
                raise _yours(path, "not committed")
            if staged.get(path) not in {head.get(path), new[path]}:
                raise _yours(path, "staged")
        for path, (_, after) in files.items():  # nothing is written before all is known
            self._entry(path, after, "-w")
        made = self._committed(parent, new, plan.message)
        self._move(parent, made, new, plan.note)
        return Committed(made, branch, left_out)

    # -- may it be ------------------------------------------------------------------------------

    def _place(self) -> tuple[str, str, str]:
        """Branch, its newest commit, and the path of the project in the repository."""
        if self._try("rev-parse", "--is-inside-work-tree") != b"true\n":
            raise _refused("the project is in no git repository", "run `git init` first")
        prefix = os.fsdecode(self._run("rev-parse", "--show-prefix")[:-1])
        self._at = self._at / os.fsdecode(self._run("rev-parse", "--show-cdup")[:-1])
        named = self._try("symbolic-ref", "--quiet", "--short", "HEAD")
        if named is None:
            raise _refused("no branch is checked out (detached HEAD)", "check a branch out")
        branch = os.fsdecode(named.strip())
        parent = self._try("rev-parse", "--quiet", "--verify", "HEAD^{commit}")
        if parent is None:
            raise _refused(
                f"the branch {branch} has no commit yet", "make the first commit yourself"
            )
        return branch, parent.decode().strip(), prefix

    def _require_quiet(self) -> None:
        for name, what in _UNDER_WAY.items():
            if self._git_path(name).exists():
                raise _refused(f"{what} is under way", "end it first")
        if self._try("config", "--type=bool", "--get", "commit.gpgSign") == b"true\n":
            raise _refused("your commits are signed", "commit it yourself, so that it is signed")
        if self._try("var", "GIT_COMMITTER_IDENT") is None:
            raise _refused("git does not know who you are", "set user.name and user.email")

    def _ignored(self, paths: Iterable[str]) -> set[str]:
        told = b"\0".join(map(os.fsencode, paths))
        if not told:
            return set()
        done = self._done(("check-ignore", "-z", "--stdin"), told, None)
        if done.returncode > 1:
            raise _failed("check-ignore", done)
        return {os.fsdecode(path) for path in done.stdout.split(b"\0") if path}

    def _require_no_filter(self, paths: Iterable[str]) -> None:
        """A filter is a program that the repository names."""
        told = b"\0".join(map(os.fsencode, paths))
        said = self._run("check-attr", "-z", "--stdin", "filter", stdin=told).split(b"\0")
        for path, value in zip(said[::3], said[2::3], strict=False):
            if value not in {b"unspecified", b"unset"}:
                name, by = os.fsdecode(path), os.fsdecode(value)
                raise _refused(f"{name} goes through your filter {by}", "commit it yourself")

    def _entry(self, path: str, side: Blob, *write: str) -> _Entry | None:
        """A file as git would store it: its line ends are converted as the attributes say."""
        if side is None:
            return None
        mode, content = side
        named = self._run("hash-object", *write, "--stdin", f"--path={path}", stdin=content)
        return mode, named.decode().strip()

    # -- make it --------------------------------------------------------------------------------

    def _committed(self, parent: str, new: Mapping[str, _Entry | None], message: str) -> str:
        index = self._git_path(_name_of_copy())
        try:
            self._run("read-tree", parent, index=index)
            self._run("update-index", "-z", "--index-info", stdin=_lines(new), index=index)
            tree = self._run("write-tree", "--missing-ok", index=index).decode().strip()
        finally:
            index.unlink(missing_ok=True)
        made = self._run(
            "commit-tree", tree, "-p", parent, "--no-gpg-sign", "-F", "-", stdin=message.encode()
        )
        return made.decode().strip()

    def _move(self, parent: str, made: str, new: Mapping[str, _Entry | None], note: str) -> None:
        """Index and branch learn of the commit, or neither does.

        The index comes first: who meets an engine that died in between finds the change staged.
        """
        index = self._git_path("index")
        with _locked(index) as (before, after):
            self._run("update-index", "-z", "--index-info", stdin=_lines(new), index=after)
            after.replace(index)
            passing("branch.staged")
            if self._try("update-ref", "-m", note, "HEAD", made, parent) is None:
                before.replace(index)
                raise _refused("the branch moved meanwhile", "commit it yourself")

    # -- git ------------------------------------------------------------------------------------

    def _git_path(self, name: str) -> Path:
        told = self._run("rev-parse", "--git-path", name)
        return self._at / os.fsdecode(told.rstrip(b"\n"))

    def _run(self, *argv: str, stdin: bytes = b"", index: Path | None = None) -> bytes:
        done = self._done(argv, stdin, index)
        if done.returncode:
            raise _failed(" ".join(argv[:2]), done)
        return done.stdout

    def _try(self, *argv: str, none: int | None = None) -> bytes | None:
        """Output; None when git says no: by any code, or by the one that is named."""
        done = self._done(argv, b"", None)
        if done.returncode and (
            done.returncode == TIMED_OUT or none not in {None, done.returncode}
        ):
            raise _failed(" ".join(argv[:2]), done)
        return None if done.returncode else done.stdout

    def _done(
        self, argv: tuple[str, ...], stdin: bytes, index: Path | None
    ) -> subprocess.CompletedProcess[bytes]:
        env = self._env if index is None else {**self._env, "GIT_INDEX_FILE": str(index)}
        return run_git([*_SAFE, *argv], env=env, cwd=self._at, stdin=stdin, seconds=PATIENCE)


@contextmanager
def _locked(index: Path) -> Iterator[tuple[Path, Path]]:
    """Two copies of the user's index, one to keep and one to change, while its lock is ours."""
    lock = index.with_name(index.name + ".lock")
    copies = [index.with_name(_name_of_copy()) for _ in range(2)]
    _take(lock)
    try:
        for left in index.parent.glob(f"{_COPY}*"):
            if not _is_in_use(left):  # by an engine that was killed
                left.unlink(missing_ok=True)
        for copy in copies:
            shutil.copy2(index, copy)
        yield copies[0], copies[1]
    finally:
        for path in (*copies, lock):
            path.unlink(missing_ok=True)


def _name_of_copy() -> str:
    return f"{_COPY}{os.getpid()}-{uuid.uuid4().hex}"


def _is_in_use(copy: Path) -> bool:
    owner = copy.name.removeprefix(_COPY).partition("-")[0]
    return owner.isdecimal() and lives(int(owner))


def _take(lock: Path) -> None:
    """Make the lock, which says whose it is; one that a killed engine left is no obstacle."""
    mine = f"{_COPY}{os.getpid()}\n".encode()
    for _ in range(2):
        try:
            with lock.open("xb") as file:
                file.write(mine)
        except FileExistsError:
            if not _is_stale(lock):
                break
            lock.unlink(missing_ok=True)
        else:
            return
    raise _refused("another git is at work (index.lock)", "commit it yourself")


def _is_stale(lock: Path) -> bool:
    """Whether it is the lock of an engine that does not live any more."""
    try:
        owner = lock.read_bytes()[:100].decode()
        return owner.startswith(_COPY) and not lives(int(owner.removeprefix(_COPY)))
    except (OSError, ValueError):
        return False


def _entries(told: bytes) -> dict[str, _Entry]:
    """Of ``ls-tree`` (mode, type, id) or ``ls-files`` (mode, id, stage; of a conflict the last)."""
    found: dict[str, _Entry] = {}
    for line in filter(None, told.split(b"\0")):
        head, _, path = line.partition(b"\t")
        mode, second, third = head.decode().split(" ")
        found[os.fsdecode(path)] = (mode, third if len(third) > 1 else second)
    return found


def _lines(entries: Mapping[str, _Entry | None]) -> bytes:
    """For ``update-index --index-info``; mode 0 takes a path out."""
    zeros = "0" * max((len(entry[1]) for entry in entries.values() if entry), default=40)
    told = ((entry or ("0", zeros), os.fsencode(path)) for path, entry in entries.items())
    return b"".join(f"{mode} {name}\t".encode() + path + b"\0" for (mode, name), path in told)


def _failed(command: str, done: subprocess.CompletedProcess[bytes]) -> Refused:
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
    return _refused(f"git {command} failed: {''.join(said)}", "commit it yourself")


def _yours(path: str, what: str) -> Refused:
    return _refused(f"{path} has changes of yours that are {what}", "commit both yourself")


def _refused(why: str, hint: str) -> Refused:
    return Refused(f"not committed: {why}", hint=hint, code="not_committed")
