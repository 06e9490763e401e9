"""Why a change waits for a person: the conditions of the policy that do not hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.tui.present.rows import Row, row, safe, wrap

__all__ = ["waiting_rows"]


def waiting_rows(task: Mapping[str, Any] | None, width: int) -> list[Row]:
    """One line for each condition that keeps the policy from applying it; none where none does.

    Args:
        task: a `ShowTask` document.
        width: cells of a row.
    """
    ruling = (task or {}).get("ruling") or {}
    if (task or {}).get("status") != "in_review" or ruling.get("decision") != "review":
        return []
    rows: list[Row] = []
    for each in ruling.get("conditions") or ():
        if not each.get("passed", True):
            said = f"{safe(each.get('name'))}: {safe(each.get('value'))}"
            first, *rest = wrap(said, max(width - 2, 8), limit=2)
            rows.append(row(None, ("○ ", "amber"), (first, "text")))
            rows += [row(None, (f"  {part}", "text")) for part in rest]
    return rows
