"""What the events of one run say, and whether the run counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from codeframe_tui.core.evidence.verification import BROKEN, Outcome, TestCase, TestRun
from codeframe_tui.core.text import clean, clean_line
from codeframe_tui.ports import Finished

__all__ = ["Record"]

DETAILS = 4 * 2**20
_FAILED_PHASES = {"setup": Outcome.ERROR, "call": Outcome.FAILED, "teardown": Outcome.ERROR}
_ENDED_WELL = frozenset({0, 1, 2, 5})


@dataclass(slots=True)
class Record:
    """Gathers events; `conclude` judges the run as a whole.

    Attributes:
        on_end: called once for each test that has ended.
    """

    on_end: Callable[[TestCase], None] = lambda _: None
    collected: dict[str, None] = field(default_factory=dict)
    running: str = ""
    cases: dict[str, TestCase] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    errors: dict[str, str] = field(default_factory=dict)
    causes: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)
    suspicions: list[str] = field(default_factory=list)
    failures: int = 0
    room: int = DETAILS
    configured: dict[str, Any] | None = None
    no_pytest: str | None = None
    finish: dict[str, Any] | None = None
    coverage: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take(self, event: dict[str, Any]) -> None:
        """Take the next event."""
        kind = event["event"]
        if kind == "collected":
            self.collected.update(dict.fromkeys(event["ids"]))
        elif kind == "bodies":
            self.bodies.update(event["bodies"])
        elif kind == "start":
            self.running = event["id"]
        elif kind == "report":
            self._report(event)
        elif kind == "collect_error":
            self._collect_error(event)
        elif kind == "configure":
            self.configured = event
        elif kind == "no_pytest":
            self.no_pytest = event["message"]
        elif kind == "coverage":
            self._cover(event)
        elif kind == "finish":
            self.finish = event

    def _cover(self, event: dict[str, Any]) -> None:
        """Our plugin tells each thing once, at the end: what tests send comes beside it."""
        path = str(event.get("path", ""))
        if path in self.coverage:
            self.suspicions.append(f"two reports of what ran of {path or 'the lines'}")
        self.coverage.setdefault(path, event)

    def _collect_error(self, event: dict[str, Any]) -> None:
        self.failures += 1
        head = f"{event.get('error', 'Error')}: {event.get('message', '')}"
        self.errors[event["id"]] = clean(f"{head}\n\n{self._detail(event)}")
        if event.get("cause"):
            self.causes[event["id"]] = event["cause"]

    def _report(self, event: dict[str, Any]) -> None:
        name, when = event["id"], event["when"]
        if event["outcome"] == "rerun":
            self.seen -= {(name, phase) for phase in _FAILED_PHASES}
            return
        self.failures += event["outcome"] == "failed" and not event["xfail"]
        if event.get("sub"):
            if event["outcome"] == "failed":
                self._add(name, self._case(event))
            return
        if (name, when) in self.seen:
            self.suspicions.append(f"two reports of one test: {name}")
        self.seen.add((name, when))
        if event["outcome"] == "passed" and event.get("raw") != "ok":
            self.suspicions.append(f"reported as passed, but it raised: {name}")
        self._add(name, self._case(event))
        if when in {"teardown", "???"}:
            self.done.add(name)
            self.on_end(self.cases[name])

    def _case(self, event: dict[str, Any]) -> TestCase:
        outcome = _outcome(event)
        failed = outcome in BROKEN
        if failed and event.get("cause"):
            self.causes[event["id"]] = event["cause"]
        return TestCase(
            id=event["id"],
            outcome=outcome,
            duration=float(event["duration"]),
            error=clean_line(event.get("error", "")) if failed else "",
            message=clean_line(event.get("message", "")),
            detail=self._detail(event) if failed else "",
        )

    def _add(self, name: str, case: TestCase) -> None:
        """A later phase adds its time, and takes over unless it merely passed."""
        before = self.cases.get(name)
        if before is None:
            self.cases[name] = case
            return
        winner = before if case.outcome is Outcome.PASSED else case
        if before.outcome in {Outcome.FAILED, Outcome.ERROR}:
            winner = before
        self.cases[name] = replace(winner, duration=before.duration + case.duration)

    def _detail(self, event: dict[str, Any]) -> str:
        text = clean(event.get("detail", "")) if self.room > 0 else "[detail left out: too much]"
        self.room -= len(text)
        return text

    def conclude(self, end: Finished, *, changed: tuple[str, ...], collect_only: bool) -> TestRun:
        """The run as a value; see `TestRun.ok` for when it counts."""
        finish = self.finish or {}
        reason, message = self._verdict(end, changed, collect_only=collect_only)
        return TestRun(
            ok=not reason,
            reason=reason,
            message=clean_line(message),
            cases=tuple(self.cases.values()),
            collected=tuple(self.collected),
            collection_errors=tuple(self.errors.items()),
            output=clean(end.output.decode("utf-8", "replace"), limit=300_000),
            duration=end.seconds,
            causes=self.causes,
            hooks=tuple(finish.get("hooks", ())),
            bodies=self.bodies,
        )

    def _verdict(
        self, end: Finished, changed: tuple[str, ...], *, collect_only: bool
    ) -> tuple[str, str]:
        for check in (self._ended, self._complete, self._honest):
            found = check(end)
            if found is not None:
                return found
        foreign = self._foreign(changed)
        if foreign:
            return "import_origin", foreign
        if self.errors:
            files = ", ".join(list(self.errors)[:3])
            return "collection_error", f"cannot be collected: {files}"
        if not self.collected:
            return "no_tests", "no test was collected; add tests or select existing ones"
        missing = [] if collect_only else [name for name in self.collected if name not in self.done]
        if missing:
            return "interrupted", f"{len(missing)} tests have no result, the first: {missing[0]}"
        return "", ""

    def _ended(self, end: Finished) -> tuple[str, str] | None:
        """Whether the program came to its own end."""
        last = f"; last begun: {self.running}" if self.running else ""
        if end.ended == "not_started":
            return "environment", end.message
        if end.ended == "timeout":
            return "timeout", f"{end.message}{last}"
        if self.no_pytest is not None:
            hint = "install pytest into the project's environment"
            return "no_pytest", f"pytest cannot be imported ({self.no_pytest}); {hint}"
        if self.finish is None or end.ended == "limit":
            self._mark_crash()
            how = end.message or f"it ended with exit code {end.exit_code}"
            return "crash", f"pytest did not finish: {how}{last}"
        return None

    def _mark_crash(self) -> None:
        if self.running and self.running not in self.done:
            self.cases[self.running] = TestCase(self.running, Outcome.CRASHED)

    def _complete(self, end: Finished) -> tuple[str, str] | None:
        """Whether what pytest returned fits what was seen."""
        code = (self.finish or {}).get("rc")
        if end.exit_code != code:
            return "tampered", f"pytest returned {code}, but its process ended with {end.exit_code}"
        if code == 4:
            line = _last_error(end.output.decode("utf-8", "replace"))
            return "environment", f"pytest could not begin: {line}"
        crashed = [c.id for c in self.cases.values() if c.outcome is Outcome.CRASHED]
        if crashed or code not in _ENDED_WELL:
            where = f": {crashed[0]}" if crashed else ""
            return "crash", f"a worker or pytest itself crashed{where}"
        return None

    def _honest(self, end: Finished) -> tuple[str, str] | None:
        """Whether what pytest returned, and what it counted, is what was told test by test."""
        del end
        finish = self.finish or {}
        code, counted = finish.get("rc"), finish.get("failed", -1)
        failed = any(c.outcome in {Outcome.FAILED, Outcome.ERROR} for c in self.cases.values())
        if failed and code == 0:
            self.suspicions.append("tests failed, but pytest returned 0")
        if self.failures < counted:
            self.suspicions.append(f"pytest counted {counted} failures, {self.failures} were told")
        elif code == 1 and counted < 0 and not self.failures:
            self.suspicions.append("pytest returned 1, but no failure was told")
        return ("tampered", self.suspicions[0]) if self.suspicions else None

    def _foreign(self, changed: tuple[str, ...]) -> str:
        """Modules of the project that were imported from somewhere else."""
        foreign: dict[str, str] = (self.finish or {}).get("foreign", {})
        for path, file in foreign.items():
            if not changed or path in changed:
                return f"{path} was imported from {file}, so the proposal was not tested"
        return ""


def _outcome(event: dict[str, Any]) -> Outcome:
    outcome, when = event["outcome"], event["when"]
    if outcome == "failed":
        return _FAILED_PHASES.get(when, Outcome.CRASHED)
    if outcome == "skipped":
        return Outcome.XFAILED if event["xfail"] else Outcome.SKIPPED
    return Outcome.XPASSED if event["xfail"] and when == "call" else Outcome.PASSED


def _last_error(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    told = [line for line in lines if " error: " in line]
    marked = told or [line for line in lines if line.startswith(("ERROR", "E "))]
    return (marked or lines or ["no output"])[-1]
