"""Looks for lines or paths in a folder; a process of its own, because a pattern can be hostile.

Python's matcher can neither be interrupted nor does it let other threads run, so the engine ends
this process instead. Reads one JSON object from standard input: ``package`` (where our package
lies), ``root``, ``pattern`` (null = paths only), ``path``, ``glob``, ``limit`` (hits), ``bytes``
(largest file), ``cpu`` (seconds), perhaps ``among`` (the only files meant). Writes one JSON
object a line: ``{"path", "line", "text"}`` for a hit, ``{"note"}`` for what was left out,
``{"error"}`` for a pattern that is none.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codeframe_tui.ports import Files

MEMORY = 2 * 2**30
SHOWN = 400
"""Characters of a line that are shown, around the match."""


def main() -> None:
    """Answer the one request."""
    request = json.load(sys.stdin.buffer)
    _bound(request["cpu"])
    sys.path.insert(0, request["package"])
    from codeframe_tui.adapters.files import DirectoryFiles  # noqa: PLC0415 - found only now

    files = DirectoryFiles(Path(request["root"]))
    try:
        paths = _chosen(files, request)
        hits = _paths(paths) if request["pattern"] is None else _lines(files, request, paths)
        for count, hit in enumerate(hits):
            if count == request["limit"]:
                _tell({"note": f"stopped after {count} hits; use a narrower pattern or path"})
                break
            _tell(hit)
    except (re.error, RecursionError, OverflowError, MemoryError) as error:
        _tell({"error": str(error) or type(error).__name__})


def _bound(seconds: int) -> None:
    """End by the kernel even when the engine is killed and cannot end this process."""
    os.nice(10)
    with suppress(ValueError, OSError):  # macOS has no limit of memory
        resource.setrlimit(resource.RLIMIT_CPU, (seconds + 5, seconds + 5))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _tell(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()  # what was found before this process is ended counts


def _chosen(files: Files, request: dict[str, Any]) -> Iterator[str]:
    from codeframe_tui.core.code.globs import compile_glob  # noqa: PLC0415 - see main

    matches = compile_glob(request["glob"]) if request["glob"] else None
    whole = request["pattern"] is None
    among = request.get("among")
    for path in _below(files, request["path"]) if among is None else among:
        name = "" if whole else path.rpartition("/")[2]
        if matches is None or matches.fullmatch(path) or (name and matches.fullmatch(name)):
            yield path


def _below(files: Files, place: str) -> Iterator[str]:
    from codeframe_tui.core.errors import CodeframeError  # noqa: PLC0415 - see main

    empty = True
    for path in files.walk(place):
        empty = False
        yield path
    if empty and place:
        try:
            files.size(place)
        except CodeframeError as error:
            _tell({"note": str(error)})
        else:
            yield place


def _paths(paths: Iterator[str]) -> Iterator[dict[str, Any]]:
    return ({"path": path, "line": 0, "text": ""} for path in paths)


def _lines(files: Files, request: dict[str, Any], paths: Iterator[str]) -> Iterator[dict[str, Any]]:
    from codeframe_tui.core.code.patterns import required  # noqa: PLC0415 - see main
    from codeframe_tui.core.content import lines_of  # noqa: PLC0415

    pattern = re.compile(request["pattern"])
    # most files do not hold it, and to see that takes no more than to read them
    needed = required(request["pattern"]).encode("utf-8", "surrogatepass")
    skipped = {"binary": 0, "large": 0, "unreadable": 0}
    try:
        for path in paths:
            raw = _content(files, path, request["bytes"], skipped)
            if needed not in raw:
                continue
            for number, line in enumerate(lines_of(raw.decode("utf-8", "replace")), 1):
                if match := pattern.search(line):
                    yield {"path": path, "line": number, "text": _window(line, match)}
    finally:
        for why, count in skipped.items():
            if count:
                _tell({"note": f"not searched: {count} {why} file{'s' if count > 1 else ''}"})


def _content(files: Files, path: str, limit: int, skipped: dict[str, int]) -> bytes:
    from codeframe_tui.core.content import is_binary  # noqa: PLC0415 - see main
    from codeframe_tui.core.errors import CodeframeError  # noqa: PLC0415

    try:
        raw = files.read(path, limit + 1)
    except CodeframeError:
        skipped["unreadable"] += 1
        return b""
    if is_binary(raw):
        skipped["binary"] += 1
        return b""
    if len(raw) > limit:
        skipped["large"] += 1
        return b""
    return raw


def _window(line: str, match: re.Match[str]) -> str:
    if len(line) <= SHOWN:
        return line
    start = max(0, min(match.start() - SHOWN // 4, len(line) - SHOWN))
    end = start + SHOWN
    return f"{'…' if start else ''}{line[start:end]}{'…' if end < len(line) else ''}"


if __name__ == "__main__":
    main()
