"""What a task waits for, and what waits for it: two trees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from codeframe_tui.tui.present.rows import BLANK, Row, heading, row, safe
from codeframe_tui.tui.present.words import sign_of, state_of

__all__ = ["dependency_rows", "needs_in", "number_at"]

_TREES = (
    ("needs", "WAITS FOR", "for nothing: it can start"),
    ("holds", "WAITING FOR IT", "nothing"),
)


def dependency_rows(document: Mapping[str, Any]) -> list[Row]:
    """Rows of both trees; keys are ``needs:POSITION:NUMBER`` and ``holds:POSITION:NUMBER``."""
    rows: list[Row] = []
    for name, title, nothing in _TREES:
        rows += [BLANK] if rows else []
        rows.append(heading(title))
        nodes = document.get(name) or ()
        rows += [_node(f"{name}:{at}:{safe(node.get('number'))}", node)
                 for at, node in enumerate(nodes)]  # fmt: skip
        if not nodes:
            rows.append(heading(f"  {nothing}", "faint"))
        if (document.get("cut") or {}).get(name):
            rows.append(heading("  … and more", "faint"))
    return rows


def _node(key: str, node: Mapping[str, Any]) -> Row:
    sign, style = sign_of(node)
    word, colour = state_of(node)
    depth = max(int(node.get("depth") or 0), 0)
    done = node.get("status") == "completed"
    return row(
        key,
        ("│ " * min(depth, 12), "faint"),
        (sign if sign.strip() else "·", style if sign.strip() else "faint"),
        (" ", ""),
        (f"{safe(node.get('number'))} ", "dim"),
        (safe(node.get("title")), "dim" if done else "text"),
        right=[
            ("see above  " if node.get("again") else "", "faint"),
            ("on hold" if node.get("held") else word or ("done" if done else "queued"), colour),
        ],
    )


def number_at(key: str) -> str:
    """The task of a row."""
    return key.rpartition(":")[2]


def needs_in(document: Mapping[str, Any]) -> Iterator[str]:
    """Numbers of the tasks that it waits for itself, in their order."""
    for node in document.get("needs") or ():
        if not node.get("depth"):
            yield str(node.get("number"))
