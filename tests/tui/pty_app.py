"""The cockpit on the fake service, started through `launch.run`; for tests in a real terminal."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from codeframe_tui.ports import Service
from codeframe_tui.tui.launch import Options, run
from tests.tui.fake_service import FILES, FakeService


def main() -> int:
    """Run, with nothing in work so that `q` leaves at once."""
    service = FakeService()
    service.overview |= {"paused": True, "workers": []}
    service.files |= dict.fromkeys((str(f["path"]) for f in FILES), "class Retry:\n    pass\n")

    async def connect() -> Service:
        if "busy" in sys.argv[1:]:  # for as long as it runs
            service.floods.append(asyncio.create_task(_flood(service)))
        return service

    return run(Path("/srv/shop-api"), options=Options(connect))


async def _flood(service: FakeService) -> None:
    """Something new to draw, again and again."""
    number = 0
    while True:
        number += 1
        service.queue["groups"][0]["rows"][0]["title"] = f"Retry on {number}"
        service.happen("task.edited", "1.2.3", fields=["title"])
        service.signal("test.output", "1.2.3", append=True, run="green", text=f"line {number}\n")
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main())
