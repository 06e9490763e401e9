"""The eye of `make soak` sees what is left and what grows; a short soak leaves nothing."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from codeframe_tui.adapters.lock import ProjectLock
from codeframe_tui.adapters.project import Project, open_project
from codeframe_tui.core.errors import Refused
from codeframe_tui.wire.client import Client
from tests.contract.sandbox_room import need_bwrap
from tests.e2e import remains
from tests.e2e.estate import Estate
from tests.e2e.points import ROOT
from tests.e2e.remains import SAMPLES, Growth, Remains, Use
from tests.e2e.soak import LONG, Soak, idle, result
from tests.e2e.trouble import Person, files_of


def life(descriptors: Callable[[int], int], mib: Callable[[int], float]) -> Growth:
    return Growth([Use(descriptors(at), mib(at)) for at in range(10 * SAMPLES)])


@pytest.mark.parametrize(
    ("growth", "seen"),
    [
        (life(lambda at: 30 + at % 7, lambda at: 90 + at % 5), []),
        (life(lambda at: min(30 + at, 80), lambda at: min(50.0 + at, 90.0)), []),
        (life(lambda at: 30 + at // 5, lambda _: 90.0), ["descriptors"]),
        (life(lambda _: 30, lambda at: 90 + at / 3), ["MiB"]),
        (Growth([Use(at, at) for at in range(SAMPLES - 1)]), []),
    ],
    ids=["level", "only while it warms up", "descriptors", "memory", "too short to tell"],
)
def test_a_planted_leak_is_seen(growth: Growth, seen: list[str]) -> None:
    assert [next(word for word in line.split() if word in {"MiB", "descriptors"})
            for line in growth.faults()] == seen  # fmt: skip


def test_descriptors_and_memory_of_a_process_are_looked_up() -> None:
    before = Use.of(os.getpid())
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(Path(os.devnull).open())
        kept = bytes(1) * 2**26
        after = Use.of(os.getpid())
    assert after.descriptors == before.descriptors + 50
    assert after.mib > before.mib + len(kept) / 2**21


@pytest.fixture
def place(tmp_path: Path) -> tuple[Project, Remains]:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "a.py").touch()
    (tmp_path / "temporary").mkdir()
    project = open_project(tmp_path / "project", tmp_path / "state")
    project.prepare()
    for name in ("apply", "workspaces/.trash", "workspaces/task-1"):
        (project.state / name).mkdir(parents=True)
    project.engine_log.write_text(
        "2026-01-02 03:04:05,678 INFO 1 x: all is well\n"
        "2026-01-02 03:04:06,678 ERROR 1 x: refused\nTraceback (most recent call last):\n"
        "OSError: No space left on device\n"
    )
    return project, Remains(project, [tmp_path / "temporary"])


def nothing(_: Project) -> None:
    pass


def folder(name: str) -> Callable[[Project], None]:
    return lambda project: (project.state_root.parent / name).mkdir()


def of_state(name: str) -> Callable[[Project], None]:
    return lambda project: (project.state / name).mkdir()


def lock(project: Project) -> None:
    (project.root / ".git").mkdir()
    (project.root / ".git" / "index.lock").touch()


def fault(project: Project) -> None:
    with project.engine_log.open("a") as log:
        log.write("2026-01-02 03:04:07,678 ERROR 1 asyncio: Task exception was never retrieved\n")


def report(project: Project) -> None:
    (project.reports / "report-1-engine-2.txt").touch()


PLANTED = {
    "nothing": (nothing, None),
    "a temporary folder": (folder("temporary/tmpx"), "tmpx"),
    "a folder in the project": (folder("project/.codeframe-tui-1"), "left in the project"),
    "a journal": (of_state("apply/decision-1"), "a journal is left: decision-1"),
    "a workspace": (of_state("workspaces/verify-2"), "a workspace is left: verify-2"),
    "a folder in the trash": (of_state("workspaces/.trash/1"), "a workspace is left: 1"),
    "a lock of git": (lock, "index.lock"),
    "a fault in the log": (fault, "never retrieved"),
    "a report": (report, "report-1-engine-2.txt"),
}


@pytest.mark.parametrize(("plant", "seen"), PLANTED.values(), ids=PLANTED)
def test_what_is_planted_is_seen(
    place: tuple[Project, Remains], plant: Callable[[Project], None], seen: str | None
) -> None:
    project, at = place
    plant(project)
    found = at.faults({"a.py"}.__contains__, ["task-1"])
    assert [seen in line for line in found] == [True] if seen else found == []


def test_a_process_a_mount_and_a_held_lock_are_seen(
    place: tuple[Project, Remains], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, at = place
    mounts = remains._mounts()
    monkeypatch.setattr(remains, "_mounts", lambda: mounts | {"/planted"})
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        with ProjectLock(project.lock):
            found = at.faults({"a.py"}.__contains__, ["task-1"])
        child.kill()
    assert [line.partition(":")[0] for line in found] == [
        "a process is left", "a mount is left", "the project's lock is held",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("deeds", "trouble", "samples", "seconds", "seen"),
    [
        ({"Approve": 1}, {"killed": 1}, SAMPLES, LONG, []),
        ({"Approve": 1}, {}, 0, LONG - 1, []),
        ({"Cancel": 9}, {"killed": 1}, SAMPLES, LONG, ["approved"]),
        ({"Approve": 1}, {}, SAMPLES, LONG, ["went wrong"]),
        ({"Approve": 1}, {"killed": 1}, SAMPLES - 1, LONG, ["too short"]),
    ],
    ids=["busy", "short", "no approval", "no trouble", "too short to tell"],
)
def test_a_soak_in_which_nothing_happened_shows_nothing(
    deeds: dict[str, int], trouble: dict[str, int], samples: int, seconds: float, seen: list[str]
) -> None:
    found = idle(deeds, trouble, Growth([Use(1, 1.0)] * samples), seconds)
    assert [word in line for word, line in zip(seen, found, strict=True)] == [True] * len(seen)


@pytest.mark.parametrize(
    ("minutes", "told"), [(6.0, "minutes: 6 of 120"), (120.0, ""), (150.0, "")]
)
def test_a_soak_shorter_than_promised_says_so(minutes: float, told: str) -> None:
    soak = SimpleNamespace(trouble=SimpleNamespace(made=Counter(full=2, killed=1)), lost=["x"])
    kept = result(cast(Soak, soak), minutes, "seed 7")
    assert (kept.count, kept.wrong, kept.note) == (3, 1, "seed 7")
    assert (kept.command, kept.smaller_than_promised) == (f"make soak MINUTES={minutes:g}", told)


@pytest.mark.parametrize(("fails", "lost"), [(True, ["she was stopped: OSError()"]), (False, [])])
async def test_what_stopped_somebody_is_a_fault_and_a_cancel_is_none(
    fails: bool, lost: list[str]
) -> None:
    async def work() -> None:
        if fails:
            raise OSError
        await asyncio.Event().wait()

    soak = SimpleNamespace(lost=[])
    working = asyncio.create_task(work())
    await asyncio.sleep(0)
    working.cancel()
    await Soak._over(cast(Soak, soak), working, "she")
    assert soak.lost == lost


class Broken(Client):
    def __init__(self, error: Exception) -> None:
        super().__init__(comes_back=False)
        self._error = error

    async def submit(self, command: object) -> dict[str, object]:
        raise self._error


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (Refused("gone", code="engine_lost"), True),
        (Refused("no", code="storage_failed"), False),
        (KeyError("tasks"), False),
    ],
)
async def test_only_the_loss_of_an_engine_stops_a_person_in_silence(
    place: tuple[Project, Remains], error: Exception, passes: bool
) -> None:
    (place[0].root / ".git").mkdir()
    person = Person(Estate(place[0], files_of), random.Random(1))
    with nullcontext() if passes else pytest.raises(type(error)):
        await person.work(Broken(error))


@pytest.mark.e2e
@pytest.mark.timeout(400)
def test_a_short_soak_loses_and_leaves_nothing() -> None:
    need_bwrap()
    argv = [sys.executable, "-m", "tests.e2e.soak", "--minutes", "0.15", "--seed", "3"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
