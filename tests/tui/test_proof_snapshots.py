"""Pictures of the tests and the activity in their states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService, at, shown, verification
from tests.tui.svg import Picture, picture

NONE = {"verdict": "not_run", "tests": []}
BAD = "tests/test_retry.py::test_never_retries_400"


def _service(found: dict[str, Any] | None, **attempt: Any) -> FakeService:
    service, document = FakeService(), shown()
    document["attempts"][-1] |= {"verification": found, **attempt}
    service.tasks["1.2.3"] = document
    return service


def none() -> FakeService:
    service = _service(None)
    service.tasks["1.2.3"]["attempts"] = []
    service.diffs = {}
    return service


def live() -> FakeService:
    service = _service(None)
    for number, name in enumerate(("stops_when_budget_is_spent", "never_retries_400")):
        id_ = f"tests/test_retry.py::test_{name}"
        for run, outcome in (("red", "failed"), ("green", "passed")):
            if number == 0 or run == "red":
                service.signal("test", "1.2.3", key=run + id_, run=run, id=id_, outcome=outcome,
                               duration=0.01)  # fmt: skip
    service.signal("waiting", "1.2.3", why="tests (green)", since=at(0.2), until=at(-9))
    service.signal("test.progress", "1.2.3", key="red", run="red", done=2, total=2, running="")
    service.signal("test.progress", "1.2.3", key="green", run="green", done=1, total=2, running=BAD)
    return service


def proven() -> FakeService:
    return _service(verification())


def failed() -> FakeService:
    found = verification() | {
        "verdict": "failed",
        "message": "passes on the base and fails now: tests/test_old.py::test_7",
    }
    tests = [dict(test) for test in found["regression"]["tests"]]
    tests[10] |= {"outcome": "failed", "message": "assert 3 == 4"}
    tests[11] |= {"outcome": "missing"}
    found["regression"] = {"verdict": "regressed", "message": "", "tests": tests}
    return _service(found)


def not_verified() -> FakeService:
    run = {"verdict": "not_verified", "reason": "no_pytest", "message": "", "tests": []}
    why = "pytest cannot be imported; install it into the project's environment to have it proven"
    return _service({"verdict": "not_verified", "reason": "no_pytest", "message": why, "red": run,
                     "green": run, "regression": run, "lint": NONE})  # fmt: skip


def again() -> FakeService:
    tests = [{"id": BAD, "outcome": "failed", "duration": 0.3, "message": "assert 2 == 1"}]
    return _service(verification(), again={"at": at(2), "ok": True, "passed": 0, "failed": 1,
                    "skipped": 0, "seconds": 0.9, "differ": [BAD], "tests": tests})  # fmt: skip


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("state", [none, live, proven, failed, not_verified, again])
async def test_the_tests_look_as_meant(
    state: Callable[[], FakeService], size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    async with opened(state(), size=size) as drive:
        drive.key("3", "f")  # on the whole screen: the other panes have pictures of their own
        await drive.in_pane("tests")
        await drive.until(lambda: drive.app.cockpit.has_class("-full"))
        await drive.until(lambda: drive.pane("tests").count())
        if state is live:
            await drive.until(lambda: "● GREEN" in drive.pane("tests").text_at(0))
        assert await picture(drive.pilot) == snapshot.use_extension(Picture)


@pytest.mark.parametrize(
    "size", [(80, 24), (120, 40), (200, 50)], ids=["80x24", "120x40", "200x50"]
)
async def test_the_activity_looks_as_meant(
    size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    async with opened(size=size) as drive:
        await _activity(drive)
        assert await picture(drive.pilot) == snapshot.use_extension(Picture)


async def _activity(drive: Drive) -> None:
    drive.key("5", "f")
    await drive.in_pane("activity")
    await drive.until(lambda: drive.app.cockpit.has_class("-full"))
    await drive.until(lambda: "today" in drive.label("proof-title"))
