"""Glob and Grep over a workspace, bounded in time and size."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from codeframe_tui.core.errors import CodeframeError, WrongUse
from codeframe_tui.ports import Files

__all__ = ["glob_files", "grep_files"]

MAX_PATHS = 1_000
MAX_HITS = 300
MAX_SECONDS = 10.0
"""Bound of one search; Python's matcher can be made slow by a hostile pattern."""
MAX_LINE = 2_000
"""Characters of a line that are searched and shown."""


def glob_files(files: Files, given: Mapping[str, Any]) -> tuple[str, str]:
    """Paths that match a pattern, sorted, at most `MAX_PATHS`."""
    matches = _glob(given["pattern"])
    found = [path for path in files.walk() if matches.fullmatch(path)]
    text = "\n".join(found[:MAX_PATHS]) or "no file matches"
    if len(found) > MAX_PATHS:
        text += f"\n… {len(found) - MAX_PATHS} more paths; use a narrower pattern"
    return text, f"listed {given['pattern']} · {len(found)} files"


def grep_files(files: Files, given: Mapping[str, Any]) -> tuple[str, str]:
    """Lines that match a regular expression, as ``path:line: text``, at most `MAX_HITS`."""
    try:
        pattern = re.compile(given["pattern"])
    except (re.error, RecursionError, OverflowError) as error:
        raise WrongUse(f"the pattern is not a regular expression: {error}") from error
    hits: list[str] = []
    end = time.monotonic() + MAX_SECONDS
    stopped = ""
    for path in _chosen(files, given):
        for number, line in _lines(files, path):
            if pattern.search(line):
                hits.append(f"{path}:{number}: {line}")
        if len(hits) >= MAX_HITS:
            stopped = f"\n… stopped after {MAX_HITS} hits; use a narrower pattern or path"
            break
        if time.monotonic() > end:
            stopped = f"\n… stopped after {MAX_SECONDS:.0f} seconds"
            break
    text = ("\n".join(hits[:MAX_HITS]) or "nothing found") + stopped
    return text, f"searched {given['pattern']!r} · {len(hits)} hits"


def _chosen(files: Files, given: Mapping[str, Any]) -> Iterator[str]:
    below = given.get("path", "").strip("/")
    matches = _glob(given["glob"]) if "glob" in given else None
    for path in files.walk():
        if below not in {"", "."} and path != below and not path.startswith(below + "/"):
            continue
        if matches and not (matches.fullmatch(path) or matches.fullmatch(path.rpartition("/")[2])):
            continue
        yield path


def _lines(files: Files, path: str) -> Iterator[tuple[int, str]]:
    try:
        raw = files.read(path, 2 * 2**20)
    except CodeframeError:
        return
    if b"\0" in raw[:8192]:
        return
    for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
        yield number, line[:MAX_LINE]


_GLOB_TOKEN = re.compile(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]/]*\]|.", re.DOTALL)
_GLOB_FORMS = {"**/": r"(?:[^/]+/)*", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}


def _glob(pattern: str) -> re.Pattern[str]:
    """A glob as a regular expression: ``**`` crosses folders, ``*`` does not."""
    tokens = _GLOB_TOKEN.findall(pattern.removeprefix("./"))
    return re.compile("".join(map(_form, tokens)), re.DOTALL)


def _form(token: str) -> str:
    if token in _GLOB_FORMS:
        return _GLOB_FORMS[token]
    if len(token) > 2 and token.startswith("["):
        negated = token[1] == "!"
        inside = token[2 if negated else 1 : -1].replace("\\", r"\\").replace("[", r"\[")
        return f"[{'^' if negated else ''}{inside}]"
    return re.escape(token)
