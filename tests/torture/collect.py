"""Plugin of pytest that runs the tests of goals and writes what came out: ``--goal G3``."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

__all__ = ["Outcome", "Outcomes"]


@dataclass
class Outcome:
    """What the tests of one kind came to."""

    count: int = 0
    red: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    lacking: Counter[str] = field(default_factory=Counter)

    def take(self, report: pytest.TestReport) -> None:
        """Count a test that is over, and one that failed once, in however many phases."""
        told = dict(report.user_properties)
        name = report.nodeid.partition("[")[0].removeprefix("tests/")
        if name not in self.by:
            self.by.append(name)
        if report.skipped:
            self.lacking[str(report.longrepr[2] if isinstance(report.longrepr, tuple) else "")] += 1
            return
        if report.when != "teardown":
            self.count += int(str(told.get("count", 1)))
        if report.failed:
            self.red.add(report.nodeid)
        if told.get("note") and str(told["note"]) not in self.notes:
            self.notes.append(str(told["note"]))

    def note(self) -> str:
        """All that is worth telling, and what could not be done here."""
        lacking = [f"{n} not possible here ({why})" for why, n in self.lacking.items()]
        return "; ".join([*self.notes, *lacking])


class Outcomes:
    """What the tests of goals come to, by goal and by what is done."""

    def __init__(self, goals: list[str], file: Path) -> None:
        self._goals, self._file = goals, file
        self._found: dict[tuple[str, str], Outcome] = {}

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave the tests of the goals."""
        wanted: list[pytest.Item] = []
        others: list[pytest.Item] = []
        for item in items:
            marks = [mark.args for mark in item.iter_markers("goal") if mark.args[0] in self._goals]
            (wanted if marks else others).append(item)
            item.user_properties += [("shows", each) for each in marks]
        config.hook.pytest_deselected(items=others)
        items[:] = wanted

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test's phase is over; failures of its fixtures count as its own."""
        if report.when == "call" or not report.passed:
            for name, shown in report.user_properties:
                if name == "shows" and isinstance(shown, tuple):
                    self._found.setdefault(shown, Outcome()).take(report)

    def pytest_sessionfinish(self) -> None:
        """Write it."""
        found: dict[str, dict[str, object]] = {}
        for (goal, what), each in self._found.items():
            told = {"count": each.count, "wrong": len(each.red), "note": each.note(), "by": each.by}
            found.setdefault(goal, {})[what] = told
        self._file.write_text(json.dumps(found))


def pytest_addoption(parser: pytest.Parser) -> None:
    """How the runner of `make torture` says what it wants."""
    parser.addoption("--goal", action="append", help="run only the tests of this goal")
    parser.addoption("--outcomes", type=Path, help="where to write what came out")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to collect."""
    config.pluginmanager.register(Outcomes(config.option.goal, config.option.outcomes))
