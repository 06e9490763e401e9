"""Baselines as files: one for each tree and surroundings, checked when it is read."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import tempfile
import threading
import time
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from codeframe_tui.core.evidence.verification import Outcome, TestCase, TestRun

__all__ = ["KeptBaselines"]

logger = logging.getLogger(__name__)

MOST = 64
"""Entries."""
MOST_BYTES = 64 * 2**20
"""All entries together."""
_LONGEST = 64 * 2**20
"""Bytes of an entry when it is unpacked."""


class KeptBaselines:
    """Fulfils `ports.Baselines` with a folder; a folder that fails only costs what it saves.

    An entry is a hash of all that follows, then packed JSON. A damaged one is removed.
    """

    def __init__(self, folder: Path, *, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most = most
        self._most_bytes = most_bytes
        self._lock = threading.Lock()

    async def find(self, tree: str, around: str) -> TestRun | None:
        """See the port."""
        return await asyncio.to_thread(self._find, self._path(tree, around))

    async def keep(self, tree: str, around: str, run: TestRun) -> None:
        """See the port."""
        await asyncio.to_thread(self._keep_alone, self._path(tree, around), run)

    def _path(self, tree: str, around: str) -> Path:
        name = hashlib.sha256(f"{tree}\0{around}".encode()).hexdigest()
        return self._folder / name[:40]

    def _find(self, path: Path) -> TestRun | None:
        try:
            content = path.read_bytes()
            run = _unpacked(content)
            _used_now(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, zlib.error) as error:
            logger.warning("a kept baseline is damaged and is made again: %r", error)
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        return run

    def _keep_alone(self, path: Path, run: TestRun) -> None:
        with self._lock:
            self._keep(path, run)

    def _keep(self, path: Path, run: TestRun) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=self._folder, prefix=".")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(_packed(run))
                _used_now(Path(temporary))
                Path(temporary).replace(path)
            except BaseException:
                Path(temporary).unlink()
                raise
            self._tidy()
        except OSError as error:
            logger.warning("a baseline is not kept: %s", error)

    def _tidy(self) -> None:
        """Remove what was used longest ago, and what an earlier process left half-written."""
        entries = sorted((entry.stat().st_mtime_ns, entry) for entry in self._folder.iterdir())
        room = self._most_bytes
        for place, (_, entry) in enumerate(reversed(entries)):
            room -= entry.stat().st_size
            left = entry.name.startswith(".")
            if place >= self._most or room < 0 or left:
                entry.unlink()


def _used_now(path: Path) -> None:
    """The clock of a file system is too coarse to tell which of two was used last."""
    now = time.time_ns()
    os.utime(path, ns=(now, now))


def _packed(run: TestRun) -> bytes:
    document = {
        "ok": run.ok,
        "reason": run.reason,
        "message": run.message,
        "cases": [_row(case) for case in run.cases],
        "collected": run.collected,
        "collection_errors": run.collection_errors,
        "duration": run.duration,
        "causes": dict(run.causes),
        "hooks": run.hooks,
    }
    body = zlib.compress(json.dumps(document).encode(), 1)
    return hashlib.sha256(body).digest() + body


def _row(case: TestCase) -> dict[str, Any]:
    known = {"detail": "", "outcome": case.outcome.value}
    return {name: value for name, value in {**asdict(case), **known}.items() if value}


def _unpacked(content: bytes) -> TestRun:
    """Raises: ValueError and others for what no `_packed` has made."""
    digest, body = content[:32], content[32:]
    if hashlib.sha256(body).digest() != digest:
        raise ValueError("its hash is another")
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(body, _LONGEST)
    if unpacker.unconsumed_tail:
        raise ValueError("it is too large")
    told = json.loads(text)
    return TestRun(
        ok=told["ok"],
        reason=told["reason"],
        message=told["message"],
        cases=tuple(TestCase(**{**c, "outcome": Outcome(c["outcome"])}) for c in told["cases"]),
        collected=tuple(told["collected"]),
        collection_errors=tuple((file, text) for file, text in told["collection_errors"]),
        duration=told["duration"],
        causes=told["causes"],
        hooks=tuple(told["hooks"]),
    )
