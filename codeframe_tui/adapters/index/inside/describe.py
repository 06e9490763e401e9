"""Reads files and tells their words and definitions; a process of its own, for it takes seconds.

Standard input: a JSON line with ``package`` (where our package lies), then for each file a JSON
line ``{"blob", "path", "size"}`` and as many bytes. Writes a JSON line for each: ``{"blob"}`` and
the fields of `core.context.Document`, or no more than the blob for what is not text.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def main() -> None:
    """Describe every file."""
    os.nice(5)
    feed = sys.stdin.buffer
    sys.path.insert(0, json.loads(feed.readline())["package"])
    while head := feed.readline():
        file = json.loads(head)
        known = _describe(file["path"], feed.read(file["size"]))
        sys.stdout.write(json.dumps({"blob": file["blob"], **known}) + "\n")


def _describe(path: str, content: bytes) -> dict[str, Any]:
    from codeframe_tui.core.context import document_of  # noqa: PLC0415 - found only in main

    if b"\0" in content[:8192]:
        return {}
    found = document_of(path, content.decode("utf-8", "replace"))
    symbols = [(s.name, s.kind, s.line, s.signature) for s in found.symbols]
    names = sorted(found.names)
    return {"counts": found.counts, "length": found.length, "symbols": symbols, "names": names}


if __name__ == "__main__":
    main()
