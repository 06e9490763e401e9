"""Any size, at any moment, with anything open: nothing fails, and every line fills its width."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import sys
import termios
from random import Random

import pytest

from tests.e2e.terminal import Terminal
from tests.tui.driving import Drive, opened

OPEN = (
    *("app.pane_queue", "app.pane_diff", "app.pane_tests", "app.pane_blockers"),
    *("app.pane_activity", "app.full", "tests.log", "app.help", "app.palette", "queue.edit"),
    *("blockers.answer", "diff.send", "app.policy"),
)
FIRM = ((1, 1), (2, 1), (1, 24), (500, 1), (80, 24))
LARGEST = (500, 200)


def sizes(seed: str) -> list[tuple[int, int]]:
    random = Random(seed)
    wild = [(random.randint(1, 200), random.randint(1, 50)) for _ in range(1)]
    order = [*random.sample(FIRM, 3), *wild, *([LARGEST] if random.random() < 0.1 else [])]
    random.shuffle(order)
    return order


async def resized(drive: Drive, size: tuple[int, int]) -> None:
    await drive.pilot.resize_terminal(*size)
    await drive.until(lambda: tuple(drive.app.screen._compositor.size) == size)
    strips = drive.app.screen._compositor.render_strips()
    assert [strip.cell_length for strip in strips] == [size[0]] * size[1]


@pytest.mark.parametrize("action", OPEN)
async def test_every_part_takes_every_size(action: str) -> None:
    async with opened() as drive:
        drive.app.action_act(action)
        for size in sizes(action):
            await resized(drive, size)
        await resized(drive, (120, 40))
        while drive.app.screen is not drive.app.cockpit:
            drive.app.screen.dismiss(None)
            await drive.pilot.pause(0)
        drive.key("1")
        await drive.in_pane("queue")
        assert drive.label("header").startswith("shop-api")


def test_a_storm_of_sizes_in_a_real_terminal_ends_in_a_whole_picture() -> None:
    program = Terminal([sys.executable, "-m", "tests.tui.pty_app"], size=(100, 30))
    try:
        program.wait("NEEDS YOU")
        for columns, rows in [*sizes("storm"), LARGEST, *sizes("again"), (100, 30)]:
            window = struct.pack("HHHH", rows, columns, 0, 0)
            fcntl.ioctl(program._fd, termios.TIOCSWINSZ, window)
            os.kill(program.pid, signal.SIGWINCH)
            program.read(0.02)
        program.press("2", "1")
        program.wait(r"1\.2\.3 Retry on 429 .*hunks")
        program.wait("ctrl\\+p all")
        assert program.exit_code("q") == 0
    finally:
        program.close()
    assert b"Traceback" not in program.written
