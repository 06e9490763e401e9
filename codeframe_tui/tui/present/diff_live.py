"""A file while it is written, as a diff against what it was."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

__all__ = ["live_document"]

_SMALL = 400  # lines of a base that is compared anew with every piece of a streamed file


def live_document(path: str, content: str, base_text: str | None) -> dict[str, Any]:
    """A file as far as it has been written, in the form of a diff document.

    Args:
        path: of the file.
        content: what has arrived so far.
        base_text: the file as it was; None when it is new. A large one is not compared: all
            that arrives is shown as added.
    """
    lines, base = _split(content), _split(base_text or "")
    action = "create" if base_text is None else "modify"
    if base and len(base) <= _SMALL and len(lines) <= 2 * _SMALL:
        hunks = _compared(base, lines)
    else:
        hunks = [_hunk(1, (0, 0), (0, len(lines)), [["+", line] for line in lines])]
    file = {"path": path, "action": action, "mode": None, "binary": False, "hunks": hunks}
    return {"base": "", "proposal": "", "live": True, "files": [file]}


def _compared(base: list[str], lines: list[str]) -> list[dict[str, Any]]:
    hunks: list[dict[str, Any]] = []
    for group in SequenceMatcher(None, base, lines, autojunk=False).get_grouped_opcodes(3):
        tag, a, b, c, d = group[-1]
        if tag != "equal" and b == len(base):  # its rest is not removed, only not reached yet
            group[-1] = ("replace", a, min(b, a + d - c), c, d)
        if all(tag == "equal" or (a == b and c == d) for tag, a, b, c, d in group):
            continue
        rows: list[list[str]] = []
        for tag, a, b, c, d in group:
            if tag != "equal":
                rows.extend(["-", line] for line in base[a:b])
            rows.extend([" " if tag == "equal" else "+", line] for line in lines[c:d])
        old, new = (group[0][1], group[-1][2]), (group[0][3], group[-1][4])
        hunks.append(_hunk(len(hunks) + 1, old, new, rows))
    return hunks


def _split(text: str) -> list[str]:
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


def _hunk(
    k: int, old: tuple[int, int], new: tuple[int, int], lines: list[list[str]]
) -> dict[str, Any]:
    return {
        "k": k,
        "old_start": old[0] + 1,
        "old_lines": old[1] - old[0],
        "new_start": new[0] + 1,
        "new_lines": new[1] - new[0],
        "heading": "",
        "lines": lines,
        "verdict": None,
    }
