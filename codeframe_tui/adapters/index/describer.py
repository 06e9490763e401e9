"""Makes documents of files in a process beside ours."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import AsyncIterable
from typing import IO, Any

from codeframe_tui.adapters.index.child import PACKAGE, run_script
from codeframe_tui.core.context import Document, Symbol

__all__ = ["describe"]

MAX_BYTES = 512 * 1024
"""Larger files are not described; generated files are the rule there."""
BATCH_BYTES = 32 * 2**20
SECONDS = 300.0
"""Limit of a batch, for a machine in trouble."""


async def describe(
    files: AsyncIterable[tuple[str, str, bytes]], known: dict[str, Document | None]
) -> None:
    """Add what is known of each (blob, path, content) to ``known``; None for what is not text."""
    feed = _open()
    try:
        async for blob, path, content in files:
            if len(content) > MAX_BYTES:
                known[blob] = None
                continue
            head = {"blob": blob, "path": path, "size": len(content)}
            feed.write(json.dumps(head).encode("ascii") + b"\n" + content)
            if feed.tell() > BATCH_BYTES:
                await _run(feed, known)
                feed.close()
                feed = _open()
        await _run(feed, known)
    finally:
        feed.close()


def _open() -> IO[bytes]:
    feed = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the caller
    feed.write(json.dumps({"package": str(PACKAGE)}).encode("ascii") + b"\n")
    return feed


async def _run(feed: IO[bytes], known: dict[str, Document | None]) -> None:
    def take(line: dict[str, Any]) -> None:
        known[line["blob"]] = _document(line) if "counts" in line else None

    await run_script("describe", feed, take, seconds=SECONDS)


def _document(line: dict[str, Any]) -> Document:
    # the same words stand in most files: keep each once
    counts = {sys.intern(word): count for word, count in line["counts"].items()}
    symbols = tuple(Symbol(*symbol) for symbol in line["symbols"])
    return Document(counts, line["length"], symbols, frozenset(map(sys.intern, line["names"])))
