"""What the project's own linters and type checkers say of a proposal that they did not say before.

A finding of the base is known again by its rule, its words and the text of its line, wherever that
line stands now: numbers move with every edit above.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from codeframe_tui.core.evidence.coverage import Ranges

__all__ = [
    "Finding",
    "LintRun",
    "ToolReport",
    "configured_tools",
    "is_tool_config",
    "new_findings",
    "report_document",
    "report_from",
    "summed_up",
]

MOST = 100
"""Findings of one tool that are kept of an attempt."""
_SECTIONS = {
    "ruff": re.compile(r"^\[tool\.ruff\b", re.MULTILINE),
    "flake8": re.compile(r"^\[flake8\b", re.MULTILINE),
    "mypy": re.compile(r"^\[(?:tool\.)?mypy\b", re.MULTILINE),
    "pyright": re.compile(r"^\[tool\.pyright\b", re.MULTILINE),
    "basedpyright": re.compile(r"^\[tool\.basedpyright\b", re.MULTILINE),
    "ty": re.compile(r"^\[tool\.ty\b", re.MULTILINE),
}
_OWN_FILES = {
    "ruff.toml": "ruff",
    ".ruff.toml": "ruff",
    ".flake8": "flake8",
    "mypy.ini": "mypy",
    ".mypy.ini": "mypy",
    "pyrightconfig.json": "pyright",
    "ty.toml": "ty",
}
_SHARED_FILES = frozenset({"pyproject.toml", "setup.cfg", "tox.ini"})
_NUMBERED = re.compile(r"\bline \d+")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a tool says of one line.

    Attributes:
        rule: as the tool names it, e.g. ``F401`` or ``arg-type``; may be empty.
        line: from 1.
    """

    rule: str
    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class LintRun:
    """One run of one tool.

    Attributes:
        problem: why its findings do not count; empty when they do.
    """

    problem: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolReport:
    """What one tool says of a proposal.

    Attributes:
        verdict: ``clean``, ``findings`` or ``not_run``.
        message: why it was not run.
        findings: new ones, in order, bounded.
        count: of all new ones.
        old: findings that were there before.
    """

    tool: str
    verdict: str
    message: str = ""
    findings: tuple[Finding, ...] = ()
    count: int = 0
    old: int = 0


def is_tool_config(path: str) -> bool:
    """Whether a file can tell these tools what to find."""
    name = path.rpartition("/")[2]
    return name in _OWN_FILES or name in _SHARED_FILES


def configured_tools(texts: Mapping[str, str]) -> frozenset[str]:
    """Tools that the project's configuration names.

    Args:
        texts: contents of its files of configuration by path.
    """
    found = {_OWN_FILES[path] for path in texts if path in _OWN_FILES}
    shared = [text for path, text in texts.items() if path in _SHARED_FILES]
    return frozenset(
        found | {tool for tool, mark in _SECTIONS.items() if any(map(mark.search, shared))}
    )


def new_findings(
    now: Sequence[Finding],
    base: Sequence[Finding],
    *,
    lines: Mapping[str, Sequence[str]],
    base_lines: Mapping[str, Sequence[str]],
    added: Mapping[str, Ranges],
) -> tuple[Finding, ...]:
    """Findings that the base did not have; of equal ones those on added lines are the new ones.

    Args:
        now: of the proposal.
        base: of the base, files included that are gone: their lines may stand elsewhere.
        lines: path -> texts of the proposal.
        base_lines: path -> texts of the base.
        added: path -> ranges of added lines.
    """
    before = Counter((one.path, *_key(one, base_lines)) for one in base)
    gone = Counter(_key(one, base_lines) for one in base if one.path not in lines)
    fresh = []
    for one in sorted(now, key=lambda each: _is_in(added.get(each.path, ()), each.line)):
        key = _key(one, lines)
        if before[one.path, *key]:
            before[one.path, *key] -= 1
        elif gone[key]:
            gone[key] -= 1
        else:
            fresh.append(one)
    return tuple(sorted(fresh, key=lambda each: (each.path, each.line, each.rule)))


def _key(one: Finding, lines: Mapping[str, Sequence[str]]) -> tuple[str, str, str]:
    texts = lines.get(one.path, ())
    text = texts[one.line - 1].strip() if 0 < one.line <= len(texts) else ""
    return one.rule, _NUMBERED.sub("line", one.message), text


def _is_in(ranges: Ranges, line: int) -> bool:
    return any(first <= line <= last for first, last in ranges)


def summed_up(reports: Collection[ToolReport]) -> tuple[str, str, str]:
    """Verdict, reason code and words of all tools that the project has or names."""
    ran = [each for each in reports if each.verdict != "not_run"]
    if not reports:
        return "not_run", "absent", "no linter or type checker in the project's environment"
    if not ran:
        return "not_run", "broken", "; ".join(f"{each.tool}: {each.message}" for each in reports)
    verdict = "findings" if any(each.count for each in ran) else "clean"
    return verdict, "", " · ".join(map(_told, reports))


def _told(report: ToolReport) -> str:
    if report.verdict == "not_run":
        return f"{report.tool} not run"
    return f"{report.tool} {f'{report.count} new' if report.count else 'clean'}"


def report_document(report: ToolReport) -> dict[str, Any]:
    """As it is stored and shown."""
    return {
        "tool": report.tool,
        "verdict": report.verdict,
        "message": report.message,
        "count": report.count,
        "old": report.old,
        "findings": [
            {"rule": one.rule, "path": one.path, "line": one.line, "message": one.message}
            for one in report.findings
        ],
    }


def report_from(document: Mapping[str, Any]) -> ToolReport:
    """What was stored."""
    found: Iterable[Mapping[str, Any]] = document["findings"]
    return ToolReport(**{**document, "findings": tuple(Finding(**each) for each in found)})
