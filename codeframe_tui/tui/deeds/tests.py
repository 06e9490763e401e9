"""Deeds in the Tests pane: what a test printed, its line in the diff, and running it again."""

from __future__ import annotations

from typing import NamedTuple

from codeframe_tui.core.commands import RunTests, StopTests
from codeframe_tui.core.errors import NotFound
from codeframe_tui.core.queries import ShowTestOutput
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.modals.output import Output
from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.links import Link, definition, links_of, place_of
from codeframe_tui.tui.present.lint import place_in
from codeframe_tui.tui.present.proof import UNCHANGED, failing
from codeframe_tui.tui.present.rows import Span, safe, safe_lines
from codeframe_tui.tui.present.tests import RUNS, newest_attempt
from codeframe_tui.tui.present.words import count

__all__ = ["goto", "output", "run", "run_all", "run_failed", "stop"]

_RUNS = ("again", *reversed(RUNS))
"""The newest first: what a person wants to know is why it fails now."""

_NO_TEST: tuple[Span, ...] = (("choose a test first", "dim"),)


class _Printed(NamedTuple):
    """What one test printed in one run."""

    run: str
    outcome: str
    lines: list[str]


async def output(desk: Desk) -> None:
    """What the test under the cursor printed, run by run; a link in it leads into the diff."""
    if _to_finding(desk):
        return
    test = _test(desk)
    if not test:
        desk.tell(*_NO_TEST)
        return
    printed = await _printed(desk, test)
    if not printed:
        desk.tell(("it does not run any more, or did not run yet", "dim"))
        return
    lines: list[str] = []
    for each in printed:
        lines += (
            ["", f"{each.run.upper()}  {each.outcome}", ""] if lines or len(printed) > 1 else []
        )
        lines += each.lines or ["it printed nothing"]
    title = f"{printed[0].outcome}  {safe(test)}"
    link = await desk.ask(Output(title, lines, links_of(lines, desk.diff.document)))
    if link is not None:
        _follow(desk, link)


async def goto(desk: Desk) -> None:
    """To the line in the diff where the test under the cursor fails, or is defined."""
    if _to_finding(desk):
        return
    test = _test(desk)
    if not test:
        desk.tell(*_NO_TEST)
        return
    diff = desk.diff.document
    for each in await _printed(desk, test):
        places = [link.place for link in links_of(each.lines, diff) if link.place]
        if places:
            _show(desk, places[-1])
            return
    place = definition(diff, test)
    if place is None:
        desk.tell((f"no line of the diff belongs to {_short(test)}", "dim"))
        return
    _show(desk, place)


async def run(desk: Desk) -> None:
    """The test under the cursor, once more."""
    test = _test(desk)
    if not test:
        desk.tell(*_NO_TEST)
        return
    await _run(desk, (test,), _short(test))


async def run_failed(desk: Desk) -> None:
    """All that fail."""
    tests = failing(desk.state.proof)
    if not tests:
        desk.tell(("no test fails; ", "dim"), ("A", "bold"), (" runs all", "dim"))
        return
    await _run(desk, tests, count(len(tests), "failed test"))


async def run_all(desk: Desk) -> None:
    """The whole suite."""
    await _run(desk, (), "all tests")


async def stop(desk: Desk) -> None:
    """What runs again."""
    await desk.submit(StopTests(desk.number))
    desk.tell(("stopped; no verdict changes by it", "dim"))


async def _run(desk: Desk, tests: tuple[str, ...], said: str) -> None:
    attempt = newest_attempt(desk.state.proof)
    if attempt is None:
        desk.tell(("there is no proposal to test yet", "dim"))
        return
    await desk.submit(RunTests(desk.number, tests, str(attempt.get("proposal") or "")))
    desk.tell(("● ", "blue"), (f"runs {said} again; the verdict stays", "dim"))


def _short(test: str) -> str:
    """The end of an id, harmless."""
    return safe(test.rpartition("::")[2])


def _test(desk: Desk) -> str:
    """True id of the test under the cursor; empty where there is none."""
    key = desk.cockpit.cursor_of("tests") or ""
    return "" if key == UNCHANGED or place_in(key) else key.partition("::")[2]


def _to_finding(desk: Desk) -> bool:
    """To the line of the finding under the cursor; whether there is one."""
    found = place_in(desk.cockpit.cursor_of("tests") or "")
    if found is not None:
        path, line = found
        _follow(desk, Link(0, safe(path), line, place_of(desk.diff.document, path, line)))
    return found is not None


async def _printed(desk: Desk, test: str) -> list[_Printed]:
    """What a test printed in the runs of the newest attempt, without those that say nothing new."""
    attempt = newest_attempt(desk.state.proof)
    if attempt is None:
        return []
    number = int(attempt.get("attempt") or 0)
    found: list[_Printed] = []
    for name in _RUNS:
        try:
            told = await desk.feed.query(ShowTestOutput(desk.number, number, name, test))
        except NotFound:
            continue
        text = str(told.get("text") or "").rstrip("\n")
        each = _Printed(name, safe(told.get("outcome")), safe_lines(text) if text else [])
        if each[1:] not in [other[1:] for other in found]:
            found.append(each)
    told_of = [each for each in found if each.lines]
    return told_of or found[:1]


def _follow(desk: Desk, link: Link) -> None:
    if link.place is None:
        desk.tell((f"{link.path}:{link.line} is not among the changed lines", "dim"))
    else:
        _show(desk, link.place)


def _show(desk: Desk, place: Place) -> None:
    desk.diff.reach(place)
    desk.cockpit.go("diff")
