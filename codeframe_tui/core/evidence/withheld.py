"""Tests that need a file which stays at home: their failure says so, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from codeframe_tui.core.evidence.verification import FINE, TestCase, TestRun

__all__ = ["naming_withheld"]


def naming_withheld(run: TestRun, withheld: Sequence[str]) -> TestRun:
    """A run in which every failure that names such a file says where that file is.

    Args:
        withheld: paths of files that look secret, so that no workspace has them.
    """
    if not withheld:
        return run
    by_name: dict[str, list[str]] = {}
    for path in withheld:
        by_name.setdefault(path.rpartition("/")[2], []).append(path)
    name = re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, by_name))})(?![\w-]|\.\w)")

    def why(*texts: str) -> str:
        found = next(filter(None, map(name.search, texts)), None)
        if found is None:
            return ""
        paths = by_name[found.group()]
        told = (path for path in paths if "/" in path and any(path in text for text in texts))
        which = max(told, key=len, default="") or " or ".join(paths[:3])
        return f"{which} stays at home, it looks secret; `secrets.allowed` lets tests have it"

    cases = tuple(_with(case, why) if case.outcome not in FINE else case for case in run.cases)
    errors = tuple(
        (file, "\n".join(filter(None, [why(text), text]))) for file, text in run.collection_errors
    )
    excuse = "" if run.ok else why(run.message, *(text for _, text in run.collection_errors))
    told = _joined(run.message, excuse)
    return replace(run, cases=cases, collection_errors=errors, message=told)


def _with(case: TestCase, why: Callable[..., str]) -> TestCase:
    excuse = why(case.message, case.detail)
    return replace(case, message=_joined(case.message, excuse)) if excuse else case


def _joined(message: str, excuse: str) -> str:
    return "; ".join(filter(None, [message, excuse]))
