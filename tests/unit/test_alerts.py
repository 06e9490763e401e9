"""Who looks elsewhere is called once, for the reasons they chose; who looks is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from codeframe_tui.core.events import Event
from codeframe_tui.tui.alerts import GAP, HERE, Caller
from codeframe_tui.tui.preferences import Alerts
from codeframe_tui.tui.present.alerts import Alert, alert_of, desktop, merged, title


def event(type_: str, task: str | None = "1.2", **data: Any) -> Event:
    return Event(1, "2026-03-02T14:20:00.000Z", type_, task, data)


REVIEW = event("task.status", to="in_review")
ASKED = event("blocker.opened", kind="SYNC", question="Which?", cause="question")
DONE = event("task.status", to="completed")


class Room:
    """A caller, its clock, and what the terminal was asked."""

    def __init__(self, choice: Alerts | None = None, **environment: str) -> None:
        self.now = 1_000.0
        self.asked: list[str] = []
        self.due: list[tuple[float, Callable[[], None]]] = []
        self.caller = Caller(
            choice or Alerts(),
            self.asked.append,
            lambda seconds, do: self.due.append((self.now + seconds, do)),
            {"TERM": "xterm", **environment},
            clock=lambda: self.now,
        )

    def wait(self, seconds: float) -> None:
        self.now += seconds
        due, self.due = self.due, [each for each in self.due if each[0] > self.now]
        for moment, do in due:
            if moment <= self.now:
                do()


@pytest.mark.parametrize(
    ("happened", "alert"),
    [
        (REVIEW, Alert("review", "review: 1.2 waits for you")),
        (ASKED, Alert("blocker", "question of 1.2: Which?")),
        (
            event("blocker.opened", kind="SYNC", question="5 $?", cause="budget"),
            Alert("budget", "question of 1.2: 5 $?"),
        ),
        (event("blocker.opened", kind="ASYNC", question="Which?"), None),
        (DONE, Alert("done", "done: 1.2")),
        (event("task.status", to="failed", reason="no"), Alert("failed", "failed: 1.2 no")),
        (event("task.status", to="in_progress"), None),
        (event("problem", None, message="x"), None),
    ],
)
def test_an_event_calls_for_a_reason_or_not_at_all(happened: Event, alert: Alert | None) -> None:
    assert alert_of(happened) == alert


def test_nothing_of_a_question_ends_the_request() -> None:
    alert = alert_of(event("blocker.opened", kind="SYNC", question="\x07\x1b\\9;4;1\nb\u202e"))
    assert alert is not None
    assert alert.text == "question of 1.2: 9;4;1 b"


def test_nobody_is_called_who_looks() -> None:
    room = Room()
    room.caller.focus(gained=True)
    room.caller.happened(REVIEW)
    room.caller.focus(gained=False)
    assert room.asked == []
    room.caller.happened(REVIEW)
    assert room.asked == ["\x1b]9;review: 1.2 waits for you\x07", "\x07"]


def test_a_terminal_without_focus_is_looked_at_while_keys_come() -> None:
    room = Room()
    room.caller.touch()
    room.caller.happened(ASKED)
    assert room.asked == []
    room.wait(HERE)
    room.caller.happened(ASKED)
    assert room.asked[-1] == "\x07"


def test_ten_tasks_ring_once_and_then_once_more() -> None:
    room = Room()
    for _ in range(10):
        room.caller.happened(REVIEW)
    room.caller.happened(DONE)
    assert room.asked.count("\x07") == 1
    room.wait(GAP)
    assert room.asked[2:] == ["\x1b]9;news: 9 review, 1 done\x07", "\x07"]
    room.wait(GAP)
    assert room.asked.count("\x07") == 2


def test_who_came_back_in_time_is_not_called_late() -> None:
    room = Room()
    room.caller.happened(REVIEW)
    room.caller.happened(ASKED)
    room.caller.focus(gained=True)
    room.wait(GAP)
    assert room.asked.count("\x07") == 1


def test_only_the_chosen_reasons_call() -> None:
    room = Room(Alerts(bell=("blocker",), desktop=("done",)))
    room.caller.happened(REVIEW)
    assert room.asked == []
    room.caller.happened(DONE)
    assert room.asked == ["\x1b]9;done: 1.2\x07"]
    room.wait(GAP)
    room.caller.happened(ASKED)
    assert room.asked[1:] == ["\x07"]


def test_a_poor_terminal_only_rings() -> None:
    room = Room(TERM="linux")
    room.caller.happened(ASKED)
    room.caller.show_title({"project": "shop"})
    assert room.asked == ["\x07"]


def test_the_title_counts_what_needs_a_person_and_the_old_one_is_kept() -> None:
    room = Room()
    for needs in (2, 2, 0):
        room.caller.show_title({"project": "shop\x07\x1b]0;x", "counts": {"needs_you": needs}})
    assert room.asked == [
        "\x1b[22;2t\x1b]2;(2) codeframe-tui shop\x07",
        "\x1b]2;codeframe-tui shop\x07",
    ]
    quiet = Room(Alerts(title=False))
    quiet.caller.show_title({"project": "shop"})
    assert quiet.asked == []
    assert "\x07" not in title({"project": "x" * 500})[:-1]


@pytest.mark.parametrize(
    ("protocol", "environment", "asked"),
    [
        ("auto", {"TERM": "xterm-kitty"}, "\x1b]9;a\x07"),
        ("auto", {"TERM": "rxvt-unicode-256color"}, "\x1b]777;notify;codeframe-tui;a\x07"),
        ("osc777", {}, "\x1b]777;notify;codeframe-tui;a\x07"),
        ("osc9", {"TERM": "foot"}, "\x1b]9;a\x07"),
        ("auto", {"TMUX": "/run/tmux,1,0"}, "\x1bPtmux;\x1b\x1b]9;a\x07\x1b\\"),
    ],
)
def test_a_terminal_is_asked_in_its_own_way(
    protocol: str, environment: dict[str, str], asked: str
) -> None:
    assert desktop("a", protocol, environment) == asked


def test_one_is_told_in_its_own_words() -> None:
    assert merged([Alert("done", "done: 1")]) == "done: 1"
