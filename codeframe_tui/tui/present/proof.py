"""The rows of the Tests pane: one per test, which tells its story."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from codeframe_tui.tui.present.kinds import Told, told_kind
from codeframe_tui.tui.present.lint import lint_rows
from codeframe_tui.tui.present.live import AGAIN, Live
from codeframe_tui.tui.present.proof_head import head_rows, newest_again
from codeframe_tui.tui.present.rows import Row, Span, cells, heading, row, safe
from codeframe_tui.tui.present.tested import GOOD, are_coming
from codeframe_tui.tui.present.tests import RUNS, verdict_spans, verification_of
from codeframe_tui.tui.present.times import milliseconds
from codeframe_tui.tui.present.words import OUTCOMES

__all__ = ["UNCHANGED", "Proof", "Shown", "failing", "proof_rows"]

UNCHANGED = "unchanged::"
"""Key of the row that stands for all tests about which there is nothing to say."""
_FLAKY = "flaky"
_FINE = GOOD - {_FLAKY}
_TAKES, _AGAIN = 7, 9
"""Cells of the columns at the right edge."""
_STORY, _THIRD = 7, 4
"""Cells of the signs before a name, and of those of a third run."""
_FEW = 5
"""One name of so many may be shortened more than the others."""
_WIDE, _WORTH = 100, 16
"""Cells from where on words stand beside the signs, and of a message that says something."""

_Document = Mapping[str, Any]
_Seen = tuple[str, float]
"""Outcome and seconds."""


class Shown(NamedTuple):
    """How a person wants the rows.

    Attributes:
        width: cells of a row.
        failures: only what fails.
        unfolded: each unchanged test is a row of its own.
        lines: most that the reason of a verdict may take.
        sought: only tests whose id holds this text, whatever its case; empty = all.
    """

    width: int = 100
    failures: bool = False
    unfolded: bool = False
    sought: str = ""
    lines: int = 3


class _Test(NamedTuple):
    """What is known of one test, by run.

    Attributes:
        id: what it is called by those who run it, word for word; never drawn.
        name: the same as it is shown.
    """

    id: str
    name: str
    red: _Seen | None
    green: _Seen | None
    regression: _Seen | None
    again: _Seen | None
    message: str
    kind: Told | None
    """How it was RED on the base, or why it was not."""
    before: str
    """Outcome on the base of a test that was there before; empty = it is new, or not known."""

    @property
    def is_new(self) -> bool:
        return bool(self.red or self.green)

    @property
    def runs(self) -> list[_Seen]:
        """On the proposal, as far as it ran there."""
        return [seen for seen in (self.green, self.regression, self.again) if seen]

    @property
    def fails(self) -> bool:
        return any(outcome not in _FINE and outcome != _FLAKY for outcome, _ in self.runs)

    @property
    def is_flaky(self) -> bool:
        outcomes = [outcome for outcome, _ in self.runs]
        return _FLAKY in outcomes or len({outcome in _FINE for outcome in outcomes}) > 1

    @property
    def key(self) -> str:
        run = "green" if self.green else "red" if self.red else "regression"
        return f"{run if self.is_new or self.regression else AGAIN}::{self.id}"


class Proof:
    """Makes rows and the verdict only when something they say has changed."""

    def __init__(self) -> None:
        self._task: _Document | None = None
        self._told: tuple[Any, ...] = (True, None, None)
        self._live: tuple[Live | None, int] = (None, 0)
        self._shown: Shown | None = None
        self._tests: list[_Test] | None = None
        self._body: list[Row] = []
        self.found = ""
        self._verdict: list[Span] | None = None

    def rows(
        self, task: _Document | None, live: Live | None, shown: Shown, now: datetime
    ) -> list[Row]:
        """See `proof_rows`; only what runs while time passes is made at each call."""
        self._look_at(task, live)
        if shown != self._shown:
            if self._tests is None:
                self._tests = _tests(task, live)
            tests = _sought(self._tests, shown.sought)
            self.found = f"{len(tests):,} of {len(self._tests):,}" if shown.sought else ""
            self._shown, self._body = shown, _body(tests, shown) or _teach(task, shown)
            if not (shown.failures or shown.sought):
                self._body += lint_rows(verification_of(task), width=shown.width)
        return [*head_rows(task, live, width=shown.width, lines=shown.lines, now=now), *self._body]

    def verdict(self, task: _Document | None, live: Live | None) -> list[Span]:
        """See `verdict_spans`."""
        self._look_at(task, live)
        if self._verdict is None:
            self._verdict = verdict_spans(task, live)
        return self._verdict

    def _look_at(self, task: _Document | None, live: Live | None) -> None:
        heard = (live, live.tested if live else 0)
        if task is not self._task:
            told = (task is None, verification_of(task), newest_again(task))
            if told != self._told:  # most events change other things of a task
                self._tests = self._shown = self._verdict = None
            self._task, self._told = task, told
        if heard[0] is not self._live[0] or heard[1] != self._live[1]:
            self._live = heard
            self._tests = self._shown = self._verdict = None


def failing(task: _Document | None) -> tuple[str, ...]:
    """Ids of the tests of the newest attempt that fail."""
    return tuple(test.id for test in _tests(task, None) if test.fails)


def proof_rows(
    task: _Document | None, live: Live | None, shown: Shown, *, now: datetime
) -> list[Row]:
    """Why it is not proven, what runs again, and a row per test, failures first.

    Keys are ``run::test id``, the true one, with the run whose output tells most, `UNCHANGED`, or
    those of `lint_rows`.

    Args:
        task: a `ShowTask` document.
        live: what signals told, shown until the evidence is recorded.
        shown: how a person wants them.
        now: aware, in the person's time zone.
    """
    return Proof().rows(task, live, shown, now)


def _sought(tests: list[_Test], text: str) -> list[_Test]:
    """The tests that a filter leaves."""
    wanted = text.casefold()
    return [test for test in tests if wanted in test.name.casefold()] if text else tests


def _body(tests: Sequence[_Test], shown: Shown) -> list[Row]:
    unfolded = shown.unfolded or bool(shown.sought)
    told = [test for test in tests if test.is_new or test.fails or test.is_flaky]
    told.sort(key=lambda test: (not test.fails, test.before in {"failed", "?"}))
    if shown.failures:
        told = [test for test in told if test.fails]
    ids = {test.id for test in told}
    same = [] if shown.failures else [test for test in tests if test.id not in ids]
    page = _Page(shown.width, [*told, *same] if unfolded else told)
    rows = [page.row(test) for test in told]
    if same and not shown.sought:
        rows.append(_fold(same, shown, alone=not told))
    return [*rows, *(page.row(test) for test in same)] if unfolded else rows


def _tests(task: _Document | None, live: Live | None) -> list[_Test]:
    """All tests in the order in which the runs told of them, new ones first."""
    found = verification_of(task)
    runs, messages = _recorded(found) if found is not None else (_streamed(live), {})
    again = dict(_outcomes((newest_again(task) or {}).get("tests") or (), messages))
    if live is not None and live.again:
        again = _clean(live.tests.get(AGAIN) or {})
    runs[AGAIN] = again
    ids = dict.fromkeys(test for run in (*RUNS, AGAIN) for test in runs[run])
    red = ((found or {}).get("red") or {}).get("tests") or ()
    kinds = {test.get("id"): told_kind(test) for test in red}
    regressed = (found or {}).get("regression") or {}
    return [
        _Test(
            test,
            safe(test),
            runs["red"].get(test),
            runs["green"].get(test),
            runs["regression"].get(test),
            again.get(test),
            messages.get(test, ""),
            kinds.get(test),
            _before(test, runs, regressed),
        )
        for test in ids
    ]


def _before(test: str, runs: Mapping[str, Mapping[str, _Seen]], regressed: _Document) -> str:
    """What a test that was there before did on the base: it is told only of those that matter."""
    if test in runs["red"] or test in runs["green"] or test not in runs["regression"]:
        return ""
    if runs["regression"][test][0] in {*_FINE, _FLAKY} or not regressed:
        return "passed"
    if regressed.get("verdict") != "regressed":
        return "failed"
    said = safe(regressed.get("message"))
    return "passed" if not said or safe(test) in said else "?"


def _recorded(found: Mapping[str, Any]) -> tuple[dict[str, dict[str, _Seen]], dict[str, str]]:
    messages: dict[str, str] = {}
    runs = {}
    for name in RUNS:  # that a new test fails on the base is as it should be
        told = {} if name == "red" else messages
        runs[name] = dict(_outcomes((found.get(name) or {}).get("tests") or (), told))
    return runs, messages


def _outcomes(
    tests: Sequence[Mapping[str, Any]], messages: dict[str, str]
) -> Iterable[tuple[str, _Seen]]:
    for test in tests:
        id_, outcome = str(test.get("id") or ""), safe(test.get("outcome"))
        if outcome not in _FINE and test.get("message"):
            messages[id_] = safe(test.get("message"))
        yield id_, (outcome, test.get("duration") or 0.0)


def _streamed(live: Live | None) -> dict[str, dict[str, _Seen]]:
    told = live.tests if live else {}
    return {name: _clean(told.get(name) or {}) for name in RUNS}


def _clean(tests: Mapping[str, _Seen]) -> dict[str, _Seen]:
    return {test: (safe(outcome), took) for test, (outcome, took) in tests.items()}


class _Page:
    """Rows of one width, whose columns stand below each other."""

    def __init__(self, width: int, tests: Sequence[_Test]) -> None:
        self._width = width
        self._again = any(test.again for test in tests)
        self._third = any(_third(test) for test in tests)
        story = _STORY + (_THIRD if self._third else 0)
        kinds = max((cells(test.kind.words) + 2 for test in tests if test.kind), default=0)
        room = width - story - _TAKES - (_AGAIN if self._again else 0) - kinds - 2
        self._short = _shortness([test.name for test in tests], room)

    def row(self, test: _Test) -> Row:
        right: list[Span] = [*_tag(test, self._width)]
        if test.kind:
            right.append((f"{test.kind.words}  ", test.kind.style))
        if self._again:
            sign, style = OUTCOMES.get(test.again[0], ("?", "dim")) if test.again else ("", "")
            right += [("again ", "dim"), (f"{sign}  ", style)] if sign else [(" " * _AGAIN, "")]
        took = milliseconds(test.runs[-1][1] if test.runs else (test.red or ("", 0.0))[1])
        right.append((f"{took:>{_TAKES}}", "faint"))
        left = [*self._story(test)]
        taken = sum(cells(text) for text, _ in (*left, *right)) + 2
        left += _name(test.name, self._width - taken, self._short)
        rest = self._width - sum(cells(text) for text, _ in (*left, *right)) - 4
        said = test.message if test.fails else test.kind.message if test.kind else ""
        if said and rest >= min(cells(said), _WORTH if test.fails else _WORTH * 2):
            left.append((f"  {said}", "faint"))
        return row(test.key, *left, right=right)

    def _story(self, test: _Test) -> Iterable[Span]:
        before = test.red[0] if test.red else test.before
        after = test.green or test.regression
        yield OUTCOMES.get(before, ("·", "faint"))
        yield " → ", "faint"
        yield OUTCOMES.get(after[0], ("?", "dim")) if after else ("·", "faint")
        if self._third:
            third = _third(test)
            yield (" → ", "faint") if third else ("   ", "")
            yield OUTCOMES.get(third, ("?", "dim")) if third else (" ", "")
        yield "  ", ""


def _third(test: _Test) -> str:
    """The outcome in the whole suite, where it is another than alone."""
    if test.green is None or test.regression is None:
        return ""
    same = (test.green[0] in _FINE) == (test.regression[0] in _FINE)
    return "" if same else test.regression[0]


def _tag(test: _Test, width: int) -> Iterable[Span]:
    if test.is_flaky:
        yield "flaky  ", "amber"
    elif width < _WIDE:
        return
    elif test.red and test.red[0] in _FINE:
        yield "passed before, too  ", "dim"
    elif test.before == "failed":
        yield "failed before, too  ", "dim"
    elif test.regression and test.regression[0] == "missing":
        yield "is gone  ", "dim"


def _shortness(names: Sequence[str], room: int) -> int:
    """How much is left out of all names, so that most of them fit and look alike.

    0: nothing; 1: the folders; 2: the path.
    """
    wide = [sum(cells(each) > room for each in names)]
    wide.append(
        sum(cells(name[name.rfind("/", 0, name.find("::")) + 1 :]) > room for name in names)
    )
    return next((level for level, count in enumerate(wide) if count * _FEW <= len(names)), 2)


def _name(name: str, room: int, short: int) -> Sequence[Span]:
    """Path and test, with what is left out of all of them, and more where it does not fit."""
    path, mark, test = name.partition("::")
    if not mark:
        return ((name, "text"),)
    if short or cells(name) > room:
        path = path.rpartition("/")[2]
        if short == 2 or cells(path) + 2 + cells(test) > room:
            return ((test, "text"),)
    return (path, "dim"), (mark, "faint"), (test, "text")


def _fold(same: Sequence[_Test], shown: Shown, *, alone: bool) -> Row:
    total = sum(test.runs[-1][1] for test in same if test.runs)
    said = f"{len(same):,} unchanged" if alone else f"{len(same):,} more unchanged"
    opens = "enter hides them" if shown.unfolded else "enter lists them"
    story = (OUTCOMES["passed"], (" → ", "faint"), OUTCOMES["passed"], ("  ", ""))
    took = (f"{milliseconds(total):>{_TAKES}}", "faint")
    return row(UNCHANGED, *story, (said, "dim"), (f"  {opens}", "faint"), right=[took])


def _teach(task: _Document | None, shown: Shown) -> list[Row]:
    if shown.sought:
        return [heading("No test has this in its name.", "dim")]
    if are_coming(verification_of(task)):
        return [heading("The tests of this attempt are on their way.", "dim")]
    if shown.failures:
        return [heading("No test fails.", "dim"), heading("F shows all tests", "faint")]
    if task is None:
        return []
    said = "No test ran." if verification_of(task) is not None else "No tests yet."
    return [
        heading(said, "dim"),
        heading("Every attempt is tested in a sealed copy: new tests must fail on the", "faint"),
        heading("code as it is (RED) and pass on what is proposed (GREEN).", "faint"),
    ]
