"""Names what a flag is about, so that it is known again on a later attempt."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from codeframe_tui.core.change.diff import FileDiff, Hunk
from codeframe_tui.core.change.identity import hunk_key
from codeframe_tui.core.evidence.verification import Flag

__all__ = ["Flagged", "fingerprinted", "flag_key"]

_LENGTH = 16
"""Hexadecimal digits of a key: few enough to type, too many to meet by chance."""


@dataclass(frozen=True, slots=True)
class Flagged:
    """A changed file that has flags.

    Attributes:
        diff: what changes in it.
        content: its bytes in the proposal; None where it is deleted.
    """

    diff: FileDiff
    content: bytes | None


def fingerprinted(flags: Iterable[Flag], files: Mapping[str, Flagged]) -> tuple[Flag, ...]:
    """The flags with their fingerprints.

    Two flags of two attempts have the same one when the same is said of the same text: of the hunks
    in which the flagged line and the block that it begins stand, else of the whole file. So a
    person who looked at one has seen the other, and one that reads differently is another flag.

    Args:
        flags: of one attempt.
        files: by path; a flag of a file that does not change is known by its words alone.
    """
    return tuple(
        replace(flag, fingerprint=_digest(*_words(flag), *_about(flag, files.get(flag.path))))
        for flag in flags
    )


def flag_key(flag: Flag, proposal: str) -> str:
    """What a person names a flag of a proposal by.

    Flags that were stored before there were fingerprints are known on their own proposal alone.
    """
    if flag.fingerprint:
        return flag.fingerprint[:_LENGTH]
    return _digest(*_words(flag), str(flag.line), proposal)[:_LENGTH]


def _words(flag: Flag) -> tuple[str, ...]:
    return flag.rule, flag.path, flag.message, flag.before, flag.after


def _about(flag: Flag, file: Flagged | None) -> Iterable[str]:
    if file is None:
        return
    hunks = _hunks(file, flag.line) if flag.line else []
    if not hunks or file.diff.binary:
        content = b"" if file.content is None else hashlib.sha256(file.content).digest()
        yield f"{file.diff.action} {file.diff.old_mode} {file.diff.new_mode} {content.hex()}"
        return
    yield from (hunk_key(flag.path, hunk) for hunk in hunks)
    yield str(_changed_before(hunks[0], flag.line or 0))  # tells equal lines of a hunk apart


def _hunks(file: Flagged, line: int) -> list[Hunk]:
    """Those that touch the line or the block that it begins."""
    last = _block_end((file.content or b"").decode("utf-8", "replace").split("\n"), line)
    return [
        hunk
        for hunk in file.diff.hunks
        if hunk.new_start <= last and line < hunk.new_start + max(hunk.new_lines, 1)
    ]


def _block_end(lines: list[str], line: int) -> int:
    """The last line, from 1, of what stands indented below a line."""
    if line > len(lines):
        return line
    depth, last = _indent(lines[line - 1]), line
    for number, text in enumerate(lines[line:], line + 1):
        if text.strip():
            if _indent(text) <= depth and text.strip()[0] not in ")]}":
                break
            last = number
    return last


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _changed_before(hunk: Hunk, line: int) -> int:
    """How many changed lines of the hunk stand before a line of the new file."""
    at, count = hunk.new_start, 0
    for sign, _ in hunk.lines:
        if at >= line and sign != "-":
            break
        count += sign != " "
        at += sign != "-"
    return count


def _digest(*parts: str) -> str:
    told = "\0".join(parts).encode("utf-8", "surrogateescape")
    return hashlib.sha256(told).hexdigest()
