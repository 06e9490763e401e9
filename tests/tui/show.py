"""Open the cockpit on the fake service, to look at it: ``python -m tests.tui.show [light]``.

Also ``ascii``, ``scripted``, ``empty``, ``nokey``, and the names of all themes.
"""

from __future__ import annotations

import sys

from codeframe_tui.ports import Service
from codeframe_tui.tui.app import CockpitApp
from codeframe_tui.tui.preferences import Preferences
from codeframe_tui.tui.theme import NAMES, short_name
from tests.tui.fake_service import NOW, FakeService


def main() -> None:
    """Run until `q`."""
    service = FakeService()
    if "scripted" in sys.argv:
        service.overview |= {"scripted": True, "paused": True, "workers": []}
    if "empty" in sys.argv:
        service.queue, service.blockers = {"groups": []}, {"blockers": []}
    if "nokey" in sys.argv:
        service.overview["key"] = "set ANTHROPIC_API_KEY, or ANTHROPIC_BASE_URL for another server"

    async def connect() -> Service:
        return service

    theme = next((short for name in NAMES if (short := short_name(name)) in sys.argv), None)
    chosen = Preferences(theme=theme, ascii="ascii" in sys.argv or None)
    CockpitApp(connect, now=lambda: NOW, chosen=chosen).run()


main()
