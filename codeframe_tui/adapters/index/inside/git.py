"""git, read only: trees and contents of the private store, and the project's past."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Generator, Iterable, Iterator
from itertools import islice, takewhile
from pathlib import Path
from typing import IO

from codeframe_tui.adapters.harmless import (
    PATIENCE,
    RUNS_NOTHING,
    environment_of_project,
    environment_of_store,
)
from codeframe_tui.adapters.index.inside.questions import AbsentError

__all__ = ["Objects", "UnreadError", "read_commits"]

_REGULAR = {b"100644", b"100755"}
_ENDED = "git ended in the middle of an answer"
_OF_PROJECT = ("--no-optional-locks", *RUNS_NOTHING, "-c", "log.showSignature=false")


class UnreadError(Exception):
    """The past cannot be read now, which says nothing of what it is."""


class Objects:
    """An object store.

    Args:
        directory: the bare repository.
    """

    def __init__(self, directory: Path) -> None:
        self._env = environment_of_store(directory)
        self._process: subprocess.Popen[bytes] | None = None

    def tree(self, tree: str) -> dict[str, str]:
        """The blobs of a tree's regular files by path. Raises: AbsentError."""
        done = subprocess.run(
            ["git", "ls-tree", "-r", "-z", "--full-tree", tree],
            env=self._env,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise AbsentError(done.stderr.decode("utf-8", "replace").strip())
        files = {}
        for line in done.stdout.split(b"\0")[:-1]:
            head, _, path = line.partition(b"\t")
            mode, _, blob = head.split(b" ")
            if mode in _REGULAR:
                files[os.fsdecode(path)] = blob.decode("ascii")
        return files

    def read(self, blobs: Iterable[str], largest: int) -> Generator[bytes | None, None, None]:
        """Contents in the given order; None for one that is larger. Raises: AbsentError.

        Whoever may stop before the end closes it: what git still says is no answer to others.
        """
        rest = iter(blobs)
        done = False
        try:
            # a chunk fits the pipe's buffer, so that writing it never waits for our own reading
            while chunk := list(islice(rest, 500)):
                questions, answers = self._pipes()
                questions.write("".join(f"{blob}\n" for blob in chunk).encode("ascii"))
                questions.flush()
                for _ in chunk:
                    yield _answer(answers, largest)
            done = True
        finally:
            if not done:
                self.close()

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                ["git", "cat-file", "--batch"],
                env=self._env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def close(self) -> None:
        """End the process, and with it what was half read."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _answer(answers: IO[bytes], largest: int) -> bytes | None:
    """What `git cat-file --batch` says of one blob."""
    head = answers.readline().split()
    if len(head) < 3:
        raise AbsentError(b" ".join(head).decode("ascii", "replace") or _ENDED)
    size = int(head[2])
    if size > largest:
        _skip(answers, size + 1)
        return None
    content = answers.read(size + 1)
    if len(content) <= size:
        raise AbsentError(_ENDED)
    return content[:-1]


def _skip(stream: IO[bytes], size: int) -> None:
    while size > 0:
        skipped = len(stream.read(min(size, 2**20)))
        if not skipped:
            raise AbsentError(_ENDED)
        size -= skipped


def read_commits(
    project: Path, head: str, since: str, most: int
) -> tuple[str, bool, list[tuple[str, str, list[str]]]]:
    """The newest commits without merges, the oldest first: id, message and the files it touched.

    Args:
        head: a revision.
        since: the commit that was read last, a merge too, empty for none.

    Returns:
        What ``head`` is, empty where there is no past; whether one commit after the other leads
        to it from ``since``, and these; else all. A merge puts commits before those that are
        known, so that what leads over one is read anew.

    Raises:
        UnreadError: git does not tell.
    """
    found = _ask(project, "rev-parse", "--verify", "--quiet", f"{head}^{{commit}}")
    newest = found.decode("ascii").strip() if found else ""
    if not newest or newest == since:
        return newest, newest == since, []
    goes_on = bool(since) and _leads(project, since, newest)
    output = _ask(
        project,
        *("log", "--no-merges", "--no-renames", "--name-only", "--no-show-signature", "-z"),
        *("--no-ext-diff", "--format=%x00%H%x00%B%x00", "--encoding=UTF-8", f"-n{most}"),
        f"{since}..{newest}" if goes_on else newest,
        "--",
    )
    if output is None:
        raise UnreadError
    return newest, goes_on, list(_commits(output))[::-1]


def _leads(project: Path, since: str, newest: str) -> bool:
    """Whether single commits lead from one to the other."""
    if _ask(project, "merge-base", "--is-ancestor", since, newest) is None:
        return False
    return _ask(project, "rev-list", "--merges", "-n1", f"{since}..{newest}") == b""


def _commits(output: bytes) -> Iterator[tuple[str, str, list[str]]]:
    """Of ``log -z``: zeros, which no message and no name can hold, stand between all parts.

    Of a commit: nothing, id, message, nothing, its names, of which the first begins a line.
    """
    parts = iter(output.split(b"\0")[1:])
    while commit := next(parts, b""):
        message = next(parts).decode("utf-8", "replace")
        next(parts)
        files = [os.fsdecode(name) for name in takewhile(bool, parts)]
        files[:1] = [file.removeprefix("\n") for file in files[:1]]
        yield commit.decode("ascii"), message, files


def _ask(project: Path, *argv: str) -> bytes | None:
    """What git says; None when it says no. Raises: UnreadError."""
    try:
        done = subprocess.run(
            ["git", *_OF_PROJECT, *argv],
            env=environment_of_project(),
            cwd=project,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnreadError from error
    return None if done.returncode else done.stdout
