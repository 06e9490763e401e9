"""Tracebacks as far as they help: the project's own frames, and where they point."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

from codeframe_tui.core.evidence.verification import TestCase

__all__ = ["frames_of", "signature", "trimmed"]

_SEPARATOR = re.compile(r"(?:_ ){3,}_*\s*")
_SECTION = re.compile(r"--- .{1,200} ---")
_PLACE = re.compile(r"(?P<path>[^\s:\"']{1,400}):(?P<line>\d{1,7})(?::|$)")
_FILE = re.compile(r'\s*File "(?P<path>[^"]{1,400})", line (?P<line>\d{1,7})')
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+|\b\d+\.\d+s\b|/tmp/[^\s'\"]+")
_SPACE = re.compile(r"\s+")
_ENDS = 2
"""Frames that are kept at either end of a long traceback."""
_TAIL = 20
"""Lines that are kept of what a test printed."""


def frames_of(detail: str, paths: Collection[str]) -> list[tuple[str, int]]:
    """Places of a traceback that lie in the project, in order, each once.

    Args:
        detail: of a test case.
        paths: the files of the project.
    """
    found = (_place(line, paths) for line in detail.split("\n"))
    return list(dict.fromkeys(place for place in found if place))


def trimmed(detail: str, paths: Collection[str], limit: int = 4_000) -> str:
    """A traceback without the frames of others, and with the end of what the test printed.

    Args:
        detail: of a test case.
        paths: the files of the project.
        limit: most characters; the end stays, and half of them for what failed.
    """
    lines = detail.split("\n")
    cut = next((at for at, line in enumerate(lines) if _SECTION.fullmatch(line)), len(lines))
    printed = _ended("\n".join(_printed(lines[cut:])), limit // 2)
    return _ended("\n".join([*_own_frames(lines[:cut], paths), printed]).strip(), limit)


def _ended(text: str, limit: int) -> str:
    """The end of a text that is too long."""
    return text if len(text) <= limit else "…\n" + text[-limit:]


def signature(case: TestCase) -> str:
    """What tells one failure of a test from another: the error and its words, but no addresses."""
    said = _SPACE.sub(" ", _ADDRESS.sub("#", case.message)).strip()
    return f"{case.outcome.value} {case.error} {said}"


def _place(line: str, paths: Collection[str]) -> tuple[str, int] | None:
    match = _FILE.match(line) or _PLACE.match(line)
    if match is None:
        return None
    path = _known(match["path"], paths)
    return (path, int(match["line"])) if path else None


def _known(name: str, paths: Collection[str]) -> str:
    """The path of the project that is meant, also where the name is absolute."""
    name = name.removeprefix("./")
    if name in paths:
        return name
    parts = name.split("/")
    ends = ("/".join(parts[at:]) for at in range(1, len(parts))) if name.startswith("/") else ()
    return next((end for end in ends if end in paths), "")


def _own_frames(lines: Sequence[str], paths: Collection[str]) -> list[str]:
    """Frames of the project; the error itself stays wherever it was raised."""
    frames = [list(group) for ends, group in groupby(lines, _is_separator) if not ends]
    if len(frames) < 2:
        return list(lines)
    own = [at for at, frame in enumerate(frames) if any(_place(line, paths) for line in frame)]
    last = len(frames) - 1
    wanted = {*own[: _ENDS + 1], *own[-_ENDS:], last}
    kept: list[str] = []
    for at, frame in enumerate(frames):
        if at in wanted:
            kept += frame if at in own else _errors(frame)
        elif at - 1 in wanted:
            kept.append("…")
    return kept


def _errors(frame: Sequence[str]) -> Iterator[str]:
    """Of a frame of others only what went wrong, and where."""
    for line in frame:
        if line.startswith("E ") or _PLACE.match(line):
            yield line


def _printed(lines: Sequence[str]) -> Iterator[str]:
    """The end of each captured section."""
    section: list[str] = []
    for line in [*lines, None]:
        if line is None or _SECTION.fullmatch(line):
            if len(section) > _TAIL + 1:
                section[1:-_TAIL] = [f"… {len(section) - _TAIL - 1} lines"]
            yield from section
            section = []
        if line is not None:
            section.append(line)


def _is_separator(line: str) -> bool:
    return _SEPARATOR.fullmatch(line) is not None
