"""Diff documents (CONTRACT §9) for tests, pictures and benchmarks."""

from __future__ import annotations

import difflib
from typing import Any

__all__ = ["document", "every_kind", "file", "hunk", "large", "retry"]


def hunk(k: int, at: int, *lines: str, heading: str = "", old_at: int | None = None) -> Any:
    """A hunk from lines with their sign in front."""
    pairs = [[line[0], line[1:]] for line in lines]
    return {
        "k": k,
        "old_start": at if old_at is None else old_at,
        "old_lines": sum(sign in " -" for sign, _ in pairs),
        "new_start": at,
        "new_lines": sum(sign in " +" for sign, _ in pairs),
        "heading": heading,
        "lines": pairs,
        "verdict": None,
    }


def file(
    path: str, *hunks: Any, action: str = "modify", mode: str = "100644", binary: bool = False
) -> Any:
    """One file of a document."""
    return {"path": path, "action": action, "mode": mode, "binary": binary, "hunks": list(hunks)}


def document(*files: Any, proposal: str = "p1") -> dict[str, Any]:
    """A whole document."""
    return {"base": "b", "proposal": proposal, "attempt": 1, "files": list(files)}


def diff(path: str, old: str, new: str) -> Any:
    """A modified file, compared as unified diffs are."""
    a, b = old.splitlines(), new.splitlines()
    hunks: list[Any] = []
    for group in difflib.SequenceMatcher(None, a, b, autojunk=False).get_grouped_opcodes(3):
        lines: list[str] = []
        for tag, i, j, c, d in group:
            lines += [" " + x for x in a[i:j]] if tag == "equal" else ["-" + x for x in a[i:j]]
            lines += [] if tag == "equal" else ["+" + x for x in b[c:d]]
        at, old_at = group[0][3] + 1, group[0][1] + 1
        hunks.append(hunk(len(hunks) + 1, at, *lines, old_at=old_at))
    return file(path, *hunks)


def large(lines: int) -> dict[str, Any]:
    """Changed lines in hunks of ten, in ten files: eight lines around two pairs of changes."""
    files = []
    for f in range(10):
        hunks = []
        for k in range(1, lines // 40 + 1):
            at = k * 40
            rows = [
                f"     value_{at} = compute({at})",
                f"-    total = total + price * {k}",
                f"+    total = total + price * quantity[{k}]",
                "     if total > limit:",
                f'-        log.info("over %d", {k})',
                f'+        log.warning("over the limit by %d", total - limit)  # {k}',
                "         return total",
            ]
            hunks.append(hunk(k, at, *rows, heading="def total_of(order: Order) -> int:"))
        files.append(file(f"shop/module_{f}.py", *hunks))
    return document(*files, proposal=f"large {lines}")


def retry() -> dict[str, Any]:
    """The review of the mock-ups: one task, four files, each kind of row."""
    client = file(
        "client/retry.py",
        hunk(
            1,
            12,
            "+class Limit:",
            '+    """A budget of retries, spent by elapsed time."""',
            "+    def __init__(self, seconds: float) -> None:",
            "+        self.left = seconds",
            heading="class Limit",
            old_at=11,
        ),
        hunk(
            2,
            44,
            "     def run(self, call: Callable[[], Response]) -> Response:",
            "-        for attempt in range(3):",
            "+        for attempt in self.limit.attempts():",
            "             response = call()",
            "-            if response.status != 500:",
            "+            if response.status not in RETRYABLE:",
            "                 return response",
            '+            log.info("retry %d after %.1fs", attempt, delay)',
            "         raise RetriesExhausted(self.limit)",
            heading="Retry.run",
            old_at=41,
        ),
        hunk(3, 92, "-DEFAULT = Retry()", "+DEFAULT = Retry(Limit(seconds=30))", old_at=88),
    )
    tests = file(
        "tests/test_retry.py",
        hunk(
            1,
            1,
            "+import pytest",
            "+",
            "+from client.retry import Limit, Retry",
            "+",
            "+",
            '+@pytest.mark.parametrize("seconds", [0, 1.5, 30])',
            "+def test_stops_when_budget_is_spent(seconds: float) -> None:",
            '+    """No call is made once the budget is gone.',
            "+",
            "+    The clock is a fake.",
            '+    """',
            "+\tassert Retry(Limit(seconds)).run(fail) is None  # tab\u202e hidden",
            "\\ No newline at end of file",
            old_at=0,
        ),
        action="create",
    )
    return document(
        client,
        tests,
        file("client/logo.png", action="create", binary=True),
        file("scripts/run.sh", mode="100755"),
        file(
            "client/legacy.py",
            hunk(1, 0, "-# 単位 価格 légacy", "-RETRIES = 3", old_at=1),
            action="delete",
        ),
    )


def every_kind() -> dict[str, Any]:
    """A file of each kind: made, gone, moved, binary, empty, of another mode, without a newline."""
    same = ["class Table:", "    pass"]
    newline = "\\ No newline at end of file"
    return document(
        file("bin/run.sh", hunk(1, 1, "-set -e", "+set -eu", " exec app"), mode="100755")
        | {"old_mode": "100644"},
        file("bin/old.sh", mode="100644") | {"old_mode": "100755"},
        file("docs/logo.png", action="modify", binary=True),
        file("docs/icon.png", action="create", binary=True),
        file("docs/gone.png", action="delete", binary=True),
        file("src/__init__.py", action="create", mode="100644"),
        file("src/new_table.py", hunk(1, 1, *(f"+{x}" for x in same), old_at=0), action="create"),
        file("src/table.py", hunk(1, 0, *(f"-{x}" for x in same), old_at=1), action="delete"),
        file("src/gone.py", hunk(1, 0, "-# was here", old_at=1), action="delete"),
        file("src/made.py", hunk(1, 1, "+# is here", newline, old_at=0), action="create"),
        file("a.txt", hunk(1, 9, " same", "-no end", newline, "+with an end")),
        file("b.txt", hunk(1, 9, "-\ttab\t単位|", "+\ttab\te\u0301単|", "+\u202eevil")),
    )
