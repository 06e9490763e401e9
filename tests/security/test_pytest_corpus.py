"""Tests that mean harm (Y1-Y13) to the run that judges them, in the real sandbox."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from codeframe_tui.adapters.pytest import PytestRunner
from codeframe_tui.ports import TestRequest
from tests.contract.sandbox_room import (
    Room,
    alive,
    hostile_environment,
    make_room,
    need_bwrap,
)
from tests.security.cases import parameters
from tests.security.paths import digest

SECONDS = 60.0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    need_bwrap()
    folder = tmp_path_factory.mktemp("runner")
    (folder / "home").mkdir()
    with hostile_environment(folder / "home"):
        room = make_room(folder, "bwrap")
        (room.project / ".git").mkdir()
        (room.project / ".git/config").write_text("mine")
        yield room


@pytest.mark.fault(
    "tests",
    "tests that hang in a teardown or a thread, remove the project or leave servers",
    sees="*not verified* with the reason, or what they showed",
    kept="the project; nothing of them goes on",
)
@pytest.mark.parametrize("case", parameters("pytest"))
async def test_a_run_is_judged_by_what_happened(place: Room, case: dict[str, Any]) -> None:
    workspace = place.workspace(secrets.token_hex(4))
    mark = f"mark-{secrets.token_hex(8)}"
    for name, text in case["files"].items():
        (workspace.root / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace.root / name).write_text(text.replace("{mark}", mark).lstrip("\n"))
    before = digest(place.project)
    request = TestRequest(workspace, "green", timeout_seconds=float(case.get("seconds", SECONDS)))
    run = await PytestRunner(place.sandbox).run(request, lambda _: None)
    if "reason" in case:
        assert (run.ok, run.reason) == (False, case["reason"]), run
        assert case.get("said", "") in run.message
    else:
        ended = {each.id.rpartition("::")[2]: each.outcome.value for each in run.cases}
        assert (run.ok, ended) == (True, {"test_it": case["outcome"]}), run
    assert digest(place.project) == before
    assert alive(mark) == []
