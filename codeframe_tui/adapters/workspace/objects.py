"""Blobs and trees of the private store.

Object ids are computed here and objects reach git as packs, so that content never passes a filter
or a path git would open by itself.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from types import TracebackType
from typing import IO, Self, TypeAlias

from codeframe_tui.adapters.workspace.git import Git
from codeframe_tui.core.errors import CodeframeError, NotFound, PathRefused
from codeframe_tui.ports.files import TreeEntry

__all__ = [
    "LINK",
    "PLAIN",
    "PROGRAM",
    "SUBMODULE",
    "ObjectReader",
    "ObjectWriter",
    "object_id",
    "read_tree",
]

PLAIN, PROGRAM, LINK, SUBMODULE = "100644", "100755", "120000", "160000"
_FOLDER = "40000"
_KINDS = {"tree": 2, "blob": 3}
_FLUSH_BYTES = 32 * 2**20
_LOOSE_COUNT = 100
_ID = re.compile(r"[0-9a-f]{40}")

_Folder: TypeAlias = "dict[str, TreeEntry | _Folder]"


def object_id(kind: str, content: bytes) -> str:
    """The name git gives an object."""
    digest = hashlib.sha1(f"{kind} {len(content)}\0".encode(), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest()


class ObjectWriter:
    """Collects objects and stores them durably with `flush`.

    Args:
        git: the store.
        known: ids that are in the store already; grows with what is written.
    """

    def __init__(self, git: Git, known: set[str]) -> None:
        self._git = git
        self.known = known
        self._packed: dict[str, bytes] = {}
        self._bytes = 0

    def blob(self, content: bytes) -> str:
        """Add a file's content; returns its id."""
        return self._add("blob", content)

    def tree(self, entries: Mapping[str, TreeEntry]) -> str:
        """Add the trees of all folders; returns the root's id, all objects being stored.

        Raises:
            PathRefused: a path cannot be part of a tree.
        """
        root: _Folder = {}
        folders = {"": root}
        for path, entry in entries.items():
            parent, _, name = path.rpartition("/")
            folder = folders.get(parent)
            if folder is None:
                folder = _make_folder(folders, parent)
            _check(path, name, folder)
            folder[name] = entry
        tree = self._folder(root)
        self.flush()
        return tree

    def _folder(self, folder: _Folder) -> str:
        lines = []
        for name, item in folder.items():
            raw = os.fsencode(name)
            if isinstance(item, TreeEntry):
                lines.append((raw, item.mode, item.blob))
            else:
                # git sorts folders as if their names ended in a slash
                lines.append((raw + b"/", _FOLDER, self._folder(item)))
        lines.sort()
        content = b"".join(
            b"%s %s\0%s" % (mode.encode(), raw.rstrip(b"/"), bytes.fromhex(blob))
            for raw, mode, blob in lines
        )
        return self._add("tree", content)

    def _add(self, kind: str, content: bytes) -> str:
        name = object_id(kind, content)
        if name not in self.known and name not in self._packed:
            packed = _pack_header(kind, len(content)) + zlib.compress(content, 1)
            self._packed[name] = packed
            self._bytes += len(packed)
            if self._bytes > _FLUSH_BYTES:
                self.flush()
        return name

    def flush(self) -> None:
        """Store what was collected. Raises: CodeframeError when git cannot."""
        if not self._packed:
            return
        head = b"PACK" + (2).to_bytes(4, "big") + len(self._packed).to_bytes(4, "big")
        pack = b"".join([head, *self._packed.values()])
        pack += hashlib.sha1(pack, usedforsecurity=False).digest()
        few = len(self._packed) < _LOOSE_COUNT
        self._git.run(*(["unpack-objects", "-q"] if few else ["index-pack", "--stdin"]), stdin=pack)
        self.known.update(self._packed)
        self._packed = {}
        self._bytes = 0


def _make_folder(folders: dict[str, _Folder], path: str) -> _Folder:
    above, _, name = path.rpartition("/")
    parent = folders.get(above)
    if parent is None:
        parent = _make_folder(folders, above)
    _check(path, name, parent)
    folder: _Folder = {}
    parent[name] = folders[path] = folder
    return folder


def _check(path: str, name: str, folder: _Folder) -> None:
    odd = path.startswith("/") or "\0" in name or name in {"", ".", ".."}
    if odd or name in folder or name.casefold() == ".git":
        raise PathRefused(f"{path!r} cannot be part of a tree", hint="rename it")


def _pack_header(kind: str, size: int) -> bytes:
    """Kind and size in the variable-length form of packs: 4 bits, then 7 a byte."""
    first = _KINDS[kind] << 4 | size & 0xF
    size >>= 4
    header = bytearray()
    while size:
        header.append(first | 0x80)
        first = size & 0x7F
        size >>= 7
    header.append(first)
    return bytes(header)


def read_tree(git: Git, tree: str) -> tuple[dict[str, TreeEntry], set[str]]:
    """Files of a tree by path, and the ids of all its folders.

    Raises:
        NotFound: the store has no such tree.
    """
    if not _ID.fullmatch(tree):
        raise NotFound(f"{tree!r} is no tree", hint="take a fresh snapshot")
    try:
        output = git.run("ls-tree", "-r", "-t", "-z", "--full-tree", tree)
    except CodeframeError as error:
        raise NotFound(
            f"tree {tree} is not in the private store", hint="take a fresh snapshot"
        ) from error
    entries: dict[str, TreeEntry] = {}
    folders = {tree}
    for line in output.split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        mode, kind, name = head.decode("ascii").split(" ")
        if kind == "tree":
            folders.add(name)
        else:
            entries[os.fsdecode(path)] = TreeEntry(mode, name)
    return entries, folders


class ObjectReader:
    """One ``git cat-file --batch``, started with its first use. Safe to share between threads."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()

    def read(self, blob: str) -> bytes:
        """Content of a blob. Raises: NotFound."""
        with self._lock:
            try:
                return next(self._ask([blob]))
            except (OSError, EOFError):
                # the process was killed from outside; a second one will do
                self._stop()
                return next(self._ask([blob]))

    def read_all(self, blobs: Iterable[str]) -> Iterator[bytes]:
        """Contents in the given order; not to be mixed with other calls until it ends."""
        rest = iter(blobs)
        # a chunk fits the pipe's buffer, so that writing it never waits for our own reading
        while chunk := list(islice(rest, 500)):
            yield from self._ask(chunk)

    def _ask(self, blobs: list[str]) -> Iterator[bytes]:
        questions, answers = self._pipes()
        questions.write("".join(f"{blob}\n" for blob in blobs).encode("ascii"))
        questions.flush()
        for blob in blobs:
            head = answers.readline().split()
            if not head:
                raise EOFError("git cat-file ended")
            if head[-1] == b"missing":
                raise NotFound(
                    f"content {blob} is not in the private store", hint="take a fresh snapshot"
                )
            content = answers.read(int(head[2]) + 1)
            yield content[:-1]

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None:
            self._process = self._git.start("cat-file", "--batch")
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        process.kill()
        process.stdout.close()
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.wait()
