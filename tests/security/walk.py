"""The cockpit on a pty, led through every part of itself with each hostile text in turn.

``python -m tests.security.walk CASES PICTURES``: names of cases, comma separated, and a file for
what the cockpit itself says is on the screen: one JSON line ``[mark, lines]`` a stop. A case of the
corpus goes through every action there is; ``mix N`` puts another text of it in every place and goes
through a third of them.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, repeat
from pathlib import Path
from random import Random
from typing import Any

from textual import events
from textual._wait import wait_for_idle
from textual.pilot import Pilot

from codeframe_tui.core.errors import Refused
from codeframe_tui.core.hand import marks
from codeframe_tui.ports import Service
from codeframe_tui.tui.app import CockpitApp
from codeframe_tui.tui.keymap import KEYS
from codeframe_tui.tui.present.diff.kinds import Place
from tests.security.corpus import CORPUS
from tests.security.oracle import mark
from tests.security.poison import Hostile, happenings, poisoned_service
from tests.tui.fake_service import NOW

MOVING = ("down", "up", "left", "right", "top", "bottom", "first", "last")
NOT_WALKED = {"app.quit", "app.theme", "blockers.hand", "diff.edit"}
"""What ends the walk, or has a way of its own: `Walk.by_hand`, `Walk.edited`."""
EDITOR = """sh -c 'echo mine >> "$0"'"""
"""An editor that a person has for a moment."""
PANES = ("queue", "diff", "tests", "blockers", "activity")
EVERY = tuple(
    key.action for key in KEYS if key.action not in NOT_WALKED and not key.name.endswith(MOVING)
)


class Walk:
    """One session."""

    def __init__(self, pictures: Path) -> None:
        self.service = Hostile()
        self.app = CockpitApp(self.connect, now=lambda: NOW, tick=0)
        self._pictures = pictures.open("w", encoding="utf-8")
        self._pilot: Pilot[int] = Pilot(self.app)
        self._stops = 0

    async def connect(self) -> Service:
        return self.service

    async def settle(self) -> None:
        """Until nothing is left to do, and all of it is drawn."""
        for _ in range(3):
            await self._pilot._wait_for_screen()
            await wait_for_idle(0)
            self.app.screen._on_timer_update()
        await asyncio.sleep(0)

    async def stop(self, name: str) -> None:
        await self.settle()
        self._stops += 1
        name = f"stop {self._stops} {name}"
        strips = self.app.screen._compositor.render_strips()
        self._write(mark(name))
        self._pictures.write(json.dumps([name, [strip.text for strip in strips]]) + "\n")

    def _write(self, text: str) -> None:
        driver = self.app._driver
        assert driver is not None
        driver.write(text)

    async def case(self, name: str, texts: Iterator[str], actions: Sequence[str]) -> None:
        self._write(mark(name))
        fake = poisoned_service(texts)
        self.service.texts = texts
        app: Any = self.app
        for field, value in vars(fake).items():
            if field not in {"_events", "_signals", "_seq"}:
                setattr(self.service, field, value)
        app.feed.refresh()
        happenings(self.service, texts)
        app.focus_task("1.2.4")
        await self.stop(f"{name}: live")
        app.focus_task("1.2.3")
        for action in actions:
            app.action_act(action)
            await self.stop(f"{name}: {action}")
            if app.screen is not app.cockpit and await self.pasted(texts):
                await self.stop(f"{name}: {action}, pasted")
            while app.screen is not app.cockpit:
                app.screen.dismiss(None)
                await self.settle()

        await self.by_hand(name, texts)
        await self.edited(name, texts)

    async def by_hand(self, name: str, texts: Iterator[str]) -> None:
        """A task in a person's own hands, laid over another attempt that changed the same."""
        self.service.hand = {"path": next(texts)}
        self.service.laid = {
            "attempt": next(texts),
            "conflicts": {next(texts): "text", f"b{next(texts)}": next(texts)},
        }
        self.service.refuse = None
        self.app.action_act("app.pane_blockers")
        await self.come(self.app.state.question)
        self.app.action_act("blockers.hand")
        for sheet, decision in (
            ("in hand", "lay"),
            ("both changed it", "seen"),
            ("in hand again", "throw"),
            ("thrown away?", None),
            ("in hand still", None),
        ):
            await self.decided(f"{name}: by hand, {sheet}", decision)
        await self.stop(f"{name}: by hand, left")

    async def edited(self, name: str, texts: Iterator[str]) -> None:
        """A file in an editor while another attempt changes the same lines."""
        app: Any = self.app
        app.focus_task("1.2.3")
        app.look_at(None, None)
        app.action_act("app.pane_diff")
        await self.come(lambda: app.cockpit.task_parts.diff.draft.proposal and app.state.newest)
        paths = [file["path"] for file in self.service.diffs["1.2.3"]["files"]]
        self.service.files = dict.fromkeys(paths, f"theirs {name}\n")
        app.cockpit.task_parts.diff.reach(Place(next(filter(_is_possible, paths), paths[0])))
        begin, end = marks(2)
        both = f"<<<<<<< {begin}\nmine\n=======\ntheirs\n>>>>>>> {end}\n"
        self.service.merge = {"proposal": "p3", "attempt": next(texts), "conflict": "text",
                              "text": both}  # fmt: skip
        self.service.refuse = Refused(next(texts), hint=next(texts), code="stale_proposal")
        self.app.action_act("diff.edit")
        await self.settle()  # the diff asks for it
        for sheet, decision in (
            ("not taken", "again"),
            ("both changed it", "open"),
            ("still both", None),
        ):
            await self.decided(f"{name}: edited, {sheet}", decision)
        await self.stop(f"{name}: edited, left")

    async def come(self, condition: Callable[[], object]) -> None:
        """Until a document is there."""
        while not condition():
            await asyncio.sleep(0.005)
        await self.settle()

    async def decided(self, name: str, decision: str | None) -> None:
        """Stop at the next sheet of a deed and decide it; nothing where the deed has ended."""
        while self.app.screen is self.app.cockpit and self._busy():
            await asyncio.sleep(0.005)
        sheet: Any = self.app.screen
        if sheet is self.app.cockpit:
            return
        await self.stop(name)
        sheet.decide(decision)
        while self.app.screen is sheet:
            await asyncio.sleep(0)

    def _busy(self) -> bool:
        return any(each.group == "deeds" and not each.is_finished for each in self.app.workers)

    async def pasted(self, texts: Iterator[str]) -> bool:
        """Paste into every field there is; whether there is one."""
        fields = [each for each in self.app.screen.query("Input, TextArea") if each.can_focus]
        for field in fields:
            field.focus()
            await self.settle()
            self.app.post_message(events.Paste(next(texts)))
            await self.settle()
        return bool(fields)

    async def run(self, names: list[str]) -> None:
        try:
            while not self.app.cockpit.ready:
                await asyncio.sleep(0.01)
            for name in names:
                await self.case(name, _texts(name), _stops(name))
            self._write(mark("end"))
        finally:
            self._pictures.close()
            self.app.exit(0)


def _is_possible(path: str) -> bool:
    """Whether a file can be named so; of a mix one at least can."""
    try:
        return len(os.fsencode(path)) < 200 and "\0" not in path
    except UnicodeEncodeError:
        return False


def _stops(name: str) -> Sequence[str]:
    """All actions for a case of the corpus; for a mix its third of them, and every pane."""
    if not name.startswith("mix"):
        return EVERY
    third = EVERY[int(name.split()[1]) % 3 :: 3]
    return [*(f"app.pane_{pane}" for pane in PANES), "app.pane_diff", *third]


def _texts(name: str) -> Iterator[str]:
    """The text of a case again and again, or all of them in an order of their own."""
    if not name.startswith("mix"):
        return repeat(CORPUS[name][0])
    texts = [text for text, _ in CORPUS.values()]
    Random(name).shuffle(texts)
    return cycle(texts)


async def main() -> int:
    walk = Walk(Path(sys.argv[2]))
    walking: list[asyncio.Task[None]] = []

    def begin() -> None:
        walking.append(asyncio.create_task(walk.run(sys.argv[1].split(","))))

    walk.app.call_later(begin)
    await walk.app.run_async()
    await asyncio.gather(*walking)
    return walk.app.return_code or 0


if __name__ == "__main__":
    os.environ["VISUAL"] = EDITOR
    for stale in ("COLUMNS", "LINES"):  # Textual would believe them more than the terminal
        os.environ.pop(stale, None)
    sys.exit(asyncio.run(main()))
