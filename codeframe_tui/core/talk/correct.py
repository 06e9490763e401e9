"""What the worker is told after a failure: what fails and where, what it changed, what it tried."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from codeframe_tui.core.code.entry import fenced
from codeframe_tui.core.evidence.traces import frames_of, signature, trimmed
from codeframe_tui.core.evidence.verdict import is_test_support
from codeframe_tui.core.evidence.verification import BROKEN, Outcome, TestCase, Verification
from codeframe_tui.core.progress import Attempt
from codeframe_tui.core.some import some

__all__ = ["Material", "correction", "failing_cases", "places_to_show", "repeated"]

_CASES = 12
_PLACES = 6
_AROUND = 6
"""Lines of source before and after the one that failed."""
_OUTPUT = 6_000
_FAILED = BROKEN | {Outcome.MISSING}


@dataclass(frozen=True, slots=True)
class Material:
    """What is read beside the stored attempts.

    Attributes:
        paths: the files of the proposal's tree.
        change: all that the proposal changes, as a diff.
        since: how it differs from the attempt before; empty for the first.
        sources: lines of files that tracebacks lead to, by path.
    """

    paths: Collection[str] = ()
    change: str = ""
    since: str = ""
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)


def correction(attempts: Sequence[Attempt], material: Material) -> str:
    """The message, about the newest of the attempts, which are oldest first and all verified."""
    newest = attempts[-1]
    assert newest.verification is not None
    failing = failing_cases(newest.verification)
    told = failing[:_CASES]
    parts = [f"Your proposal was run and does not pass: {newest.verification.message}"]
    parts += [_case(case, material.paths) for case in told]
    if len(failing) > _CASES:
        parts.append(f"… and {len(failing) - _CASES} more failing tests.")
    if not failing:
        parts += _outputs(newest.verification)
    parts += [_source(*place, material.sources) for place in places_to_show(attempts, material)]
    parts += _again(attempts)
    parts.append("Tried so far:\n" + "\n".join(map(_tried, attempts)))
    if material.since:
        since = f"Your last correction, since attempt {attempts[-2].number}, changed only this:"
        parts.append(f"{since}\n{fenced(material.since)}")
    parts.append(f"Your whole change so far:\n{fenced(material.change)}")
    parts.append(
        "Find the cause, correct it and answer again in the same form. Your files are still in "
        "place; send only what changes. Do not weaken or remove tests."
    )
    return "\n\n".join(parts)


def failing_cases(verification: Verification) -> list[TestCase]:
    """Tests that fail on the proposal, each once."""
    runs = (verification.green, verification.regression)
    found = (case for run in runs for case in run.tests if case.outcome in _FAILED)
    return list({case.id: case for case in found}.values())


def places_to_show(attempts: Sequence[Attempt], material: Material) -> list[tuple[str, int]]:
    """Where the code under test failed, as far as the tracebacks do not print it themselves."""
    newest = attempts[-1].verification
    if newest is None:
        return []
    found: dict[str, int] = {}
    for case in failing_cases(newest)[:_CASES]:
        for path, line in reversed(frames_of(case.detail, material.paths)):
            text = _line(material.sources.get(path), line)
            if not is_test_support(path) and not (text and text in case.detail):
                found.setdefault(path, line)
    return list(found.items())[:_PLACES]


def repeated(attempts: Sequence[Attempt]) -> dict[str, list[int]]:
    """Tests that fail just as they did before -> the numbers of those attempts."""
    newest = attempts[-1].verification
    if newest is None:
        return {}
    found: dict[str, list[int]] = {}
    now = {case.id: signature(case) for case in failing_cases(newest)}
    for before in attempts[:-1]:
        for case in failing_cases(before.verification) if before.verification else ():
            if now.get(case.id) == signature(case):
                found.setdefault(case.id, []).append(before.number)
    return found


def _again(attempts: Sequence[Attempt]) -> list[str]:
    same = repeated(attempts)
    if not same:
        return []
    lines = [f"- {name} (attempt {_and(numbers)})" for name, numbers in list(same.items())[:_CASES]]
    return [
        "These fail with the very same words as before, so what you changed since does not reach "
        "their cause. Question what you took for it, read the code on their way anew, and try "
        "something else:\n" + "\n".join(lines)
    ]


def _and(numbers: Sequence[int]) -> str:
    *most, last = map(str, numbers)
    return f"{', '.join(most)} and {last}" if most else last


def _tried(attempt: Attempt) -> str:
    """One line on an attempt and how it ended."""
    found = attempt.verification
    idea = " ".join(attempt.explanation.split())[:200] or "no explanation"
    files = [file.path for file in attempt.files]
    outcome = found.message if found else "not verified yet"
    return f"- attempt {attempt.number}: {idea} ({some(files, 4) or 'no files'}) -> {outcome}"


def _case(case: TestCase, paths: Collection[str]) -> str:
    detail = trimmed(case.detail, paths)
    head = f"{case.id}: {case.outcome} {case.message}".rstrip()
    return f"{head}\n{fenced(detail)}" if detail else head


def _outputs(verification: Verification) -> list[str]:
    runs = ((verification.green, "new tests"), (verification.regression, "whole suite"))
    return [
        f"Output of the {name}:\n{fenced(run.output[-_OUTPUT:])}"
        for run, name in runs
        if run.output
    ]


def _source(path: str, line: int, sources: Mapping[str, Sequence[str]]) -> str:
    lines = sources.get(path) or ()
    first = max(line - _AROUND, 1)
    shown = [
        f"{'>' if number == line else ' '} {number:>5}  {text}"
        for number, text in enumerate(lines[first - 1 : line + _AROUND], first)
    ]
    return f"{path}, around line {line}:\n" + fenced("\n".join(shown))


def _line(lines: Sequence[str] | None, number: int) -> str:
    return lines[number - 1].strip() if lines and 0 < number <= len(lines) else ""
