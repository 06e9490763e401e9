"""The cockpit calls a person who looks elsewhere, and gives the terminal's title back."""

from __future__ import annotations

import sys

from textual import events

from tests.e2e.terminal import Pty
from tests.tui.driving import opened


async def test_a_question_calls_while_the_terminal_is_in_the_background() -> None:
    async with opened() as drive:
        asked: list[str] = []
        drive.app.caller._write = asked.append
        drive.app.post_message(events.AppFocus())
        await drive.pilot.pause(0)
        drive.service.happen("blocker.opened", "1.2.1", kind="SYNC", question="Which?")
        await drive.until(lambda: "1.2.1 has a question" in drive.label("notice"))
        assert asked == []
        drive.key("2")
        await drive.in_pane("diff")
        drive.app.post_message(events.AppBlur())
        drive.service.happen("task.status", "1.2.4", to="in_review")
        await drive.until(lambda: "\x07" in asked)
        assert asked[0] == "\x1b]9;review: 1.2.4 waits for you\x07"
        drive.app.post_message(events.AppFocus())
        await drive.in_pane("diff")


def test_the_title_is_told_and_given_back() -> None:
    program = Pty([sys.executable, "-m", "tests.tui.pty_app"], size=(100, 30))
    try:
        while b"\x1b]2;(2) codeframe-tui shop-api\x07" not in program.written:
            assert program.read(30)
        assert program.exit_code("q") == 0
    finally:
        program.close()
    assert program.written.index(b"\x1b[22;2t") < program.written.index(b"\x1b]2;")
    assert program.written.rstrip(b"q").endswith(b"\x1b[23;2t")  # a late key is echoed
