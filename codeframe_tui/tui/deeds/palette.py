"""The deed that finds any other by what it does."""

from __future__ import annotations

from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.modals.palette import Palette
from codeframe_tui.tui.present.palette import entries
from codeframe_tui.tui.theme import NAMES, short_name

__all__ = ["palette"]


async def palette(desk: Desk) -> None:
    """Do what is picked; of what makes no sense now say why."""
    themes = [short_name(name) for name in NAMES]
    found = entries(desk.state, desk.cockpit.pane, desk.chosen, themes)
    picked = await desk.ask(Palette(found, look=desk.preview))
    if picked is None:
        desk.preview("")
    elif (entry := found[picked]).why:
        desk.tell((f"{entry.text.partition(':')[0]}: ", "dim"), (entry.why, "text"))
    else:
        await desk.app.run_action(f"act({entry.action!r})")
