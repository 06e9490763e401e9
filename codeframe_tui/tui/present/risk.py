"""The order in which files are read: what may hurt first, what tools wrote last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from codeframe_tui.tui.present.diff.quiet import quiet_reason

__all__ = ["by_risk"]

_SEVERITIES = {"red": 0, "amber": 1}
_TESTS, _SOURCE, _QUIET = 2, 3, 4


def by_risk(
    files: Sequence[Mapping[str, Any]], flags: Iterable[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Files of a diff document: those with red flags, amber ones, tests, source, tools' own.

    Among their like the larger change comes first; equal ones stay as they were.
    """
    from codeframe_tui.core.evidence.verdict import is_test_support  # noqa: PLC0415 - not for the first picture

    worst: dict[str, int] = {}
    for flag in flags:
        rank = _SEVERITIES.get(str(flag.get("severity")), _TESTS)
        path = str(flag.get("path"))
        worst[path] = min(rank, worst.get(path, rank))

    def key(file: Mapping[str, Any]) -> tuple[int, int]:
        path = file["path"]
        kind = _QUIET if quiet_reason(file) else _TESTS if is_test_support(path) else _SOURCE
        return min(kind, worst.get(path, kind)), -_size(file)

    return sorted(files, key=key)


def _size(file: Mapping[str, Any]) -> int:
    if "added" in file:
        return int(file["added"]) + int(file["removed"])
    return sum(len(hunk["lines"]) for hunk in file["hunks"])
