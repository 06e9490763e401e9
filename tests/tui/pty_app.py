"""The cockpit on the fake service, started through `launch.run`; for tests in a real terminal."""

from __future__ import annotations

import sys
from pathlib import Path

from codeframe_tui.ports import Service
from codeframe_tui.tui.launch import Options, run
from tests.tui.fake_service import FakeService


def main() -> int:
    """Run, with nothing in work so that `q` leaves at once."""
    service = FakeService()
    service.overview |= {"paused": True, "workers": []}

    async def connect() -> Service:
        return service

    return run(Path("/srv/shop-api"), options=Options(connect))


if __name__ == "__main__":
    sys.exit(main())
