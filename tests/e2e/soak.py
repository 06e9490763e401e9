"""``make soak [MINUTES=5]``: four workers for a long time, while everything goes wrong.

``python -m tests.e2e.soak [--minutes 5] [--seed N]``. A person adds tasks, answers, approves,
rejects, cancels, undoes and redoes; engines are killed and suspended, their disk is full, cockpits
are killed, and the person edits files all the while. The second half is one engine's life, so that
growth can be seen. At the end all that was told is there, nothing was paid for twice or is half
made, and nothing is left: no fault in a log, no process, mount, lock, folder or journal.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from codeframe_tui.adapters.project import Project, open_project
from codeframe_tui.adapters.scripted.server import ScriptedServer
from codeframe_tui.core.queries import ShowTasks, ShowUsage
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.start import Starter
from tests.architecture import reliability
from tests.e2e.estate import ENDED, Estate
from tests.e2e.joining import joined
from tests.e2e.remains import Growth, Remains, adopt
from tests.e2e.trouble import GIVEN, Model, Person, Trouble, files_of
from tests.torture.goals import Result, keep

SETTLING = 240.0
"""Seconds in which all must be over once nothing goes wrong any more."""
TIDYING = 20.0
"""Seconds in which the folders of what is over are removed."""
PROMISED = 120.0
"""Minutes; what is shorter says so."""
LONG = 60.0
"""Seconds; a soak of that length meets faults, and its last life tells of growth."""


class Soak:
    """One soak.

    Attributes:
        lost: a line for everything that is not as it must be.
        refused: why changes were not made.
        grown: what the last engine grew by, in words.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        chance = random.Random(seed)
        self.project = _made(folder)
        self.estate = Estate(self.project, files_of)
        self.person = Person(self.estate, chance)
        self.trouble = Trouble(self.project, chance)
        self.growth = Growth()
        self.lost: list[str] = []
        self.refused: Counter[str] = Counter()
        self._remains = Remains(self.project, [folder / "temporary", self.project.socket.parent])

    async def run(self, seconds: float) -> None:
        """All of it; see the head of this file."""
        async with ScriptedServer(Model(self.estate.asked), delay=0.01) as server:
            os.environ["ANTHROPIC_BASE_URL"] = server.base_url
            starter, began = Starter(self.project), time.monotonic()
            while time.monotonic() < began + seconds / 2:
                async with joined(starter) as client:
                    await self._life(client, began + seconds, deadly=True)
            async with joined(starter) as client:
                await self._life(client, began + seconds, deadly=False)
                await self._end(client)
        await self._reap()
        self.estate.look_at_the_dead()
        self.refused = self.estate.refused()
        self.lost += [*self.estate.lost, *self.growth.faults(), *self._left()]
        self.lost += idle(self.person.deeds, self.trouble.made, self.growth, seconds)

    async def _life(self, client: Client, end: float, *, deadly: bool) -> None:
        """One engine, until it is killed or until the time is over."""
        pid = client.engine["pid"]
        if self.estate.heard:
            self.estate.look_at_the_heir()
        working = asyncio.create_task(self.person.work(client))
        trouble = asyncio.create_task(self.trouble.go_on(pid, deadly=deadly))
        try:
            while time.monotonic() < end and not trouble.done():
                await asyncio.wait({trouble}, timeout=0.5)
                if not deadly:
                    self.growth.look(pid)
        finally:
            trouble.cancel()
            await self._over(trouble, "what makes trouble")
        if deadly:
            with suppress(ProcessLookupError):  # on a slow machine the time ends before its life
                os.kill(pid, signal.SIGKILL)
            await client.lost.wait()
            await self._over(working, "the person")
            self.estate.look_at_the_dead()
        else:
            working.cancel()
            await self._over(working, "the person")

    async def _over(self, task: asyncio.Task[None], who: str) -> None:
        """Somebody stops; what stopped them before is a fault."""
        [error] = await asyncio.gather(task, return_exceptions=True)
        if isinstance(error, Exception):
            self.lost.append(f"{who} was stopped: {error!r}")

    async def _end(self, client: Client) -> None:
        """Nothing goes wrong any more: all ends well."""
        self.person.calm = True
        working = asyncio.create_task(self.person.work(client))
        try:
            async with asyncio.timeout(SETTLING):
                await self.person.over.wait()
            await self._tidied()
            held = (await client.query(ShowUsage()))["reserved_usd"]
            self.estate.must(held == 0.0, f"{held} USD are held for nothing")
        except TimeoutError:
            tasks = (await client.query(ShowTasks()))["tasks"]
            still = [(t["title"], t["status"]) for t in tasks if t["status"] not in ENDED]
            self.lost.append(f"not over after {SETTLING:.0f} s: {still}")
        os.kill(client.engine["pid"], signal.SIGTERM)
        await client.lost.wait()
        await self._over(working, "the person")

    async def _tidied(self) -> None:
        """Wait for the end of the walks: their folders are removed after all was told."""
        end = time.monotonic() + TIDYING
        while time.monotonic() < end and self._remains.workspaces():
            await asyncio.sleep(0.2)

    async def _reap(self) -> None:
        """What engines left comes to us (`adopt`); ended processes are no remains."""
        end = time.monotonic() + 10.0
        while time.monotonic() < end:
            try:
                if os.waitpid(-1, os.WNOHANG)[0] == 0:
                    await asyncio.sleep(0.1)
            except ChildProcessError:
                return

    def _left(self) -> list[str]:
        titles = self.estate.titles("completed")
        files = {path for name in titles for path in files_of(name)} | GIVEN.keys()
        folders = {path.rpartition("/")[0] for path in files}
        found = self._remains.faults((files | folders).__contains__, ())
        root = self.project.root
        if _text(root / "notes.md") != self.trouble.lines:
            found.append("what the person wrote is lost")
        found += [
            f"{path} is not what was approved"
            for name in titles
            for path, content in files_of(name).items()
            if _text(root / path).replace("# mine\n", "") != content
        ]
        return found


def _made(folder: Path) -> Project:
    """A project in git, and an environment in which all is below one folder."""
    places = {"TMPDIR": "temporary", "XDG_RUNTIME_DIR": "run", "CODEFRAME_TUI_STATE_DIR": "state"}
    for variable, place in places.items():
        (folder / place).mkdir(mode=0o700)
        os.environ[variable] = str(folder / place)
    for each in (folder, folder / "temporary"):
        each.chmod(0o711)  # the sandbox of root binds there what another user must reach
    tempfile.tempdir = None  # what it found before
    os.environ |= {"ANTHROPIC_API_KEY": "test-key", "CODEFRAME_TUI_POLICY": "manual"}
    root = folder / "project"
    for path, content in GIVEN.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    name: tuple[str, ...] = ("-c", "user.name=T", "-c", "user.email=t@example.invalid")
    for argv in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "begin")):
        subprocess.run(("git", *name, *argv), cwd=root, check=True)
    project = open_project(root, folder / "state")
    project.prepare()
    return project


def _text(path: Path) -> str:
    """What is in a file; nothing of one that is gone."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def idle(
    deeds: Mapping[str, int], trouble: Mapping[str, int], growth: Growth, seconds: float
) -> list[str]:
    """What did not happen in a soak of that length, so that it shows nothing."""
    found = [] if deeds.get("Approve") else ["nothing was approved"]
    if seconds >= LONG and not trouble:
        found.append("nothing went wrong")
    if seconds >= LONG and growth.grown() is None:
        found.append("the last engine's life was too short to tell whether it grew")
    return found


def told(soak: Soak) -> str:
    """What was done, in a line."""
    grown = soak.growth.grown()
    growth = (
        f"grew by {grown.mib:.1f} MiB, {grown.descriptors} descriptors" if grown else "too short"
    )
    refused = ", ".join(f"{n} {code}" for code, n in soak.refused.items())
    counts = ", ".join(f"{n} {what}" for what, n in (soak.trouble.made + soak.person.deeds).items())
    compared = f"{soak.estate.looked} facts compared"
    return f"{counts}; refused: {refused or 'nothing'}; {compared}; the last engine {growth}"


def result(soak: Soak, minutes: float, note: str) -> Result:
    """What is kept of it."""
    made, today = sum(soak.trouble.made.values()), datetime.now().astimezone().date().isoformat()
    less = f"minutes: {minutes:g} of {PROMISED:g}" if minutes < PROMISED else ""
    what, by, command = "faults met by four workers", ["tests.e2e.soak"], "make soak MINUTES="
    return Result("G19", what, made, len(soak.lost), note, by, today, f"{command}{minutes:g}", less)


def main() -> int:
    """1 when something is lost or left."""
    parser = argparse.ArgumentParser(prog="make soak")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=random.randrange(1, 2**32))
    parser.add_argument(
        "--keep", action="store_true", help="write what came out into the documents"
    )
    wish = parser.parse_args()
    adopt()
    # not where TMPDIR says: the path of a socket below it has 108 bytes at most
    with tempfile.TemporaryDirectory(prefix="cft-", dir="/tmp") as folder:
        soak = Soak(Path(folder).resolve(), wish.seed)
        asyncio.run(soak.run(60 * wish.minutes))
        log = soak.project.engine_log.read_text(errors="replace")
    note = f"{told(soak)}; seed {wish.seed}"
    sys.stdout.write("\n".join([note, *(f"WRONG: {line}" for line in soak.lost)]) + "\n")
    if soak.lost:
        sys.stderr.write(log[-20_000:])
    if wish.keep:
        keep([result(soak, wish.minutes, note)], "G19")
        reliability.DOCUMENT.write_text(reliability.document())
    return int(bool(soak.lost))


if __name__ == "__main__":
    sys.exit(main())
