"""Plugin of pytest that runs the tests of one goal and writes what came out: ``--goal G3``."""

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
    """What the tests of one goal come to, by what is done."""

    def __init__(self, goal: str, file: Path) -> None:
        self._goal, self._file = goal, file
        self._found: dict[str, Outcome] = {}

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave the tests of the goal."""
        wanted: list[pytest.Item] = []
        others: list[pytest.Item] = []
        for item in items:
            what = [
                mark.args[1] for mark in item.iter_markers("goal") if mark.args[0] == self._goal
            ]
            (wanted if what else others).append(item)
            item.user_properties += [("what", each) for each in what]
        config.hook.pytest_deselected(items=others)
        items[:] = wanted

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test's phase is over; failures of its fixtures count as its own."""
        if report.when == "call" or not report.passed:
            for name, what in report.user_properties:
                if name == "what":
                    self._found.setdefault(str(what), Outcome()).take(report)

    def pytest_sessionfinish(self) -> None:
        """Write it."""
        found = {
            what: {"count": each.count, "wrong": len(each.red), "note": each.note(), "by": each.by}
            for what, each in self._found.items()
        }
        self._file.write_text(json.dumps(found))


def pytest_addoption(parser: pytest.Parser) -> None:
    """How the runner of `make torture` says what it wants."""
    parser.addoption("--goal", help="run only the tests of this goal")
    parser.addoption("--outcomes", type=Path, help="where to write what came out")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to collect."""
    config.pluginmanager.register(Outcomes(config.option.goal, config.option.outcomes))
