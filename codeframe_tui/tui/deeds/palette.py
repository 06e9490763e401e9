"""The deed that finds any other by what it does."""

from __future__ import annotations

from collections.abc import Mapping

from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.keymap import KEYS, PLACES, key_names
from codeframe_tui.tui.modals.palette import Palette
from codeframe_tui.tui.present.palette import Known, entries
from codeframe_tui.tui.theme import NAMES, short_name

__all__ = ["known", "palette"]


def known(chosen: Mapping[str, str]) -> list[Known]:
    """The table of keys with a person's own; without the palette's, which is open."""
    return [
        Known(key.action, key_names(chosen.get(key.action, key.keys)), key.label, key.help)
        for key in KEYS
        if key.action != "app.palette"
    ]


async def palette(desk: Desk) -> None:
    """Do what is picked; of what makes no sense now say why."""
    themes = [short_name(name) for name in NAMES]
    table = known(desk.chosen)
    found = entries(table, PLACES, desk.state, desk.cockpit.pane, themes)
    picked = await desk.ask(Palette(found, look=desk.preview))
    if picked is None:
        desk.preview("")
    elif (entry := found[picked]).why:
        desk.tell((f"{entry.text.partition(':')[0]}: ", "dim"), (entry.why, "text"))
    else:
        await desk.app.run_action(f"act({entry.action!r})")
