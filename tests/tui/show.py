"""Open the cockpit on the fake service, to look at it: ``python -m tests.tui.show [light]``."""

from __future__ import annotations

import sys

from codeframe_tui.ports import Service
from codeframe_tui.tui.app import CockpitApp
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

    theme = "codeframe-light" if "light" in sys.argv else "codeframe-dark"
    CockpitApp(connect, now=lambda: NOW, theme=theme).run()


main()
