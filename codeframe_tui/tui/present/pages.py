"""Pages of an activity, put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["continued", "preceded"]

_Document = Mapping[str, Any]


def continued(page: _Document, before: _Document | None) -> dict[str, Any] | None:
    """What is here with what happened since; None when it does not go on from there.

    Args:
        page: the answer to `ShowActivity` that has just come.
        before: what was here.
    """
    after = page.get("after")
    if not after:
        return dict(page)
    if before is None or before.get("task") != page.get("task") or before["last"] < after:
        return None
    told = {item["seq"]: item for item in page["items"]}
    items = [told.pop(item["seq"], item) for item in before["items"]]
    kept = {name: before[name] for name in ("first", "earlier")}
    last = max(before["last"], page["last"])
    return {**page, **kept, "last": last, "items": [*items, *told.values()]}


def preceded(page: _Document, here: _Document | None) -> dict[str, Any] | None:
    """What is here below an earlier page, if it is still what that page was asked for."""
    if here is None or here.get("task") != page.get("task") or page["last"] >= here["first"]:
        return None if here is None else dict(here)
    kept = {name: page[name] for name in ("first", "earlier")}
    return {**here, **kept, "items": [*page["items"], *here["items"]]}
