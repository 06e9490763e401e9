"""git, read only: trees and contents of the private store, and the project's past."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO

__all__ = ["Objects", "read_commits"]

_REGULAR = {b"100644", b"100755"}
_SECONDS = 60
_OF_PROJECT = (
    *("--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"),
    *("-c", "log.showSignature=false"),
)


class Objects:
    """An object store.

    Args:
        directory: the bare repository.
    """

    def __init__(self, directory: Path) -> None:
        self._env = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(directory),
            "LC_ALL": "C",
            "GIT_DIR": str(directory),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_NO_REPLACE_OBJECTS": "1",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def tree(self, tree: str) -> dict[str, str]:
        """The blobs of a tree's regular files by path. Raises: LookupError."""
        done = subprocess.run(
            ["git", "ls-tree", "-r", "-z", "--full-tree", tree],
            env=self._env,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise LookupError(done.stderr.decode("utf-8", "replace").strip())
        files = {}
        for line in done.stdout.split(b"\0")[:-1]:
            head, _, path = line.partition(b"\t")
            mode, _, blob = head.split(b" ")
            if mode in _REGULAR:
                files[os.fsdecode(path)] = blob.decode("ascii")
        return files

    def read(self, blobs: Iterable[str], largest: int) -> Iterator[bytes | None]:
        """Contents in the given order; None for one that is larger. Raises: LookupError."""
        rest = iter(blobs)
        # a chunk fits the pipe's buffer, so that writing it never waits for our own reading
        while chunk := list(islice(rest, 500)):
            questions, answers = self._pipes()
            questions.write("".join(f"{blob}\n" for blob in chunk).encode("ascii"))
            questions.flush()
            for _ in chunk:
                head = answers.readline().split()
                if len(head) < 3:
                    raise LookupError(b" ".join(head).decode("ascii", "replace"))
                size = int(head[2])
                if size > largest:
                    _skip(answers, size + 1)
                    yield None
                else:
                    yield answers.read(size + 1)[:-1]

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


def _skip(stream: IO[bytes], size: int) -> None:
    while size > 0:
        size -= len(stream.read(min(size, 2**20))) or size


def read_commits(
    project: Path, head: str, since: str, most: int
) -> tuple[str, list[tuple[str, str, list[str]]] | None]:
    """The newest commits without merges, the oldest first: id, message and the files it touched.

    Args:
        head: a revision.
        since: what is known already, empty for nothing.

    Returns:
        The id of ``head``, and None instead of commits when ``since`` is no part of its past; an
        empty id where there is no past to be read.
    """
    found = _ask(project, "rev-parse", "--verify", "--quiet", f"{head}^{{commit}}")
    newest = found.decode("ascii").strip() if found else ""
    if not newest or newest == since:
        return newest, []
    if since and _ask(project, "merge-base", "--is-ancestor", since, newest) is None:
        return newest, None
    output = _ask(
        project,
        *("log", "--no-merges", "--no-renames", "--name-only", "--no-show-signature", "-z"),
        *("--no-ext-diff", "--format=%x01%x01%H%x01%B%x01", "--encoding=UTF-8", f"-n{most}"),
        *([f"{since}..{newest}"] if since else [newest]),
        "--",
    )
    return (newest, list(_commits(output))[::-1]) if output is not None else ("", [])


def _commits(output: bytes) -> Iterator[tuple[str, str, list[str]]]:
    for record in output.split(b"\x01\x01")[1:]:
        commit, _, rest = record.partition(b"\x01")
        message, _, names = rest.rpartition(b"\x01")
        files = [os.fsdecode(name.lstrip(b"\n")) for name in names.split(b"\0")]
        yield commit.decode("ascii"), message.decode("utf-8", "replace"), [f for f in files if f]


def _ask(project: Path, *argv: str) -> bytes | None:
    try:
        done = subprocess.run(
            ["git", *_OF_PROJECT, *argv],
            cwd=project,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return None
    return None if done.returncode else done.stdout
