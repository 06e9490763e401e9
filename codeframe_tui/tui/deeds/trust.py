"""The deed that shows files of the repository, to trust them or not."""

from __future__ import annotations

from codeframe_tui.core.commands import Distrust, Trust
from codeframe_tui.core.queries import ShowTrust
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.modals.trust import TrustList, TrustSheet
from codeframe_tui.tui.present.rows import safe
from codeframe_tui.tui.present.trust import in_order, only_one, state_words

__all__ = ["show"]


async def show(desk: Desk) -> None:
    """Read a file whole, then decide; what is decided about is what was on screen."""
    files = (await desk.feed.query(ShowTrust()))["files"]
    if not files:
        desk.tell(("this repository has no file that could be trusted", "dim"))
        return
    path: str | None = only_one(files)
    if path is None:
        path = await desk.ask(TrustList(in_order(files)))
    if path is None:
        return
    (file,) = (await desk.feed.query(ShowTrust(path)))["files"]
    wish = await desk.ask(TrustSheet(file))
    if wish is None:
        return
    command = Trust(path, file["sha256"]) if wish == "trust" else Distrust(path)
    done = await desk.submit(command)
    sign, words = state_words(done)
    says = safe(done.get("says")) if wish == "trust" else ""
    desk.tell(sign, (safe(path), "text"), (f" · {words[0]}", "text"), (says and f": {says}", "dim"))
