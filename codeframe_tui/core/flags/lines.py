"""Rules of text: what stands in added lines, whatever the language."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import Change, flag, parse
from codeframe_tui.core.some import some
from codeframe_tui.core.text import reveal

__all__ = ["line_flags", "lost_by_text", "test_names"]

_LONGEST = 4_000
_WIDE = 100
_TEST_DEF = re.compile(r"\s*(?:async\s+)?def\s+(test\w*)\s*\(")
_SKIP = re.compile(
    r"\bmark\.(?:skip|skipif|xfail)\b|\bpytest\.(?:skip|xfail|importorskip)\s*\("
    r"|@(?:unittest\.)?(?:skip|skipIf|skipUnless|expectedFailure)\b|\.skipTest\s*\("
    r"|\bSkipTest\b|\b__test__\s*=\s*False\b|\bcollect_ignore(?:_glob)?\b"
)
_ASSERT_NOTHING = re.compile(r"\s*assert\s+(?:True|1)\s*(?:,.*|#.*)?")
_CONFLICT = re.compile(r"(?:<{7}|>{7}|\|{7})(?: .*)?")
_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}"
    r"|\bsk-[A-Za-z0-9_-]{24,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bglpat-[A-Za-z0-9_-]{20}"
    r"|(?i:passw(?:or)?d|secret|api_?key|token)\w*[\"']?\s*[:=]\s*[\"']"
    r"(?=[^\"']*[0-9])(?=[^\"']*[A-Za-z])[A-Za-z0-9+/_\-]{20,}={0,2}[\"']"
)
_SILENCED = re.compile(
    r"#\s*(?:noqa\b|type:\s*ignore|pragma:\s*no\s*cover|nosec\b|pylint:\s*disable|pyright:\s*ignore"
    r"|fmt:\s*off|mypy:)|//\s*eslint-disable|/\*\s*eslint-disable|@ts-ignore|@ts-nocheck|//nolint"
)
_TODO = re.compile(r"(?:#|//|/\*|--|<!--)\s*(?:TODO|FIXME|XXX|HACK)\b")
_COMMENT = re.compile(r"\s*# ?(\s*)(.*)")
_CODE = re.compile(
    r"(?:return|import|from|def|class|if|for|while|assert|raise|with)\b.+|\w[\w.\[\]\"']*\s*=\s*\S.*"
    r"|\w[\w.]*\(.*\)"
)
_RUNS_TESTS = re.compile(r"\bpytest\b|\bunittest\b|\btox\b|\bnox\b")
_LEAVES_OUT = re.compile(
    r"--deselect|--ignore(?:-glob)?\b|(?<!\w)-k\b|-m\s*[\"']?not\b|--lf\b|--last-failed|--exitfirst"
    r"|--maxfail|-p\s*no:|\|\|\s*true\b|--continue-on-error|--exit-zero|--collect-only|--co\b"
)
_SCRIPTS = re.compile(
    r"(?:.*/)?(?:makefile|gnumakefile|justfile|noxfile\.py|tox\.ini|package\.json|.*\.(?:mk|sh|bash|"
    r"ya?ml|toml|cfg|ini|bat|ps1)|dockerfile.*|\.env.*)"
)

# Tests of other languages, by their usual names.
_FOREIGN = re.compile(
    r".*(?:\.(?:test|spec)\.[cm]?[jt]sx?|_test\.go|_spec\.rb|_test\.rb|tests?\.java|tests?\.kt"
    r"|tests?\.cs|(?:^|/)tests/.*\.rs|test\.php)"
)
_FOREIGN_SKIP = re.compile(
    r"\b(?:it|test|describe|context)\.(?:skip|only|todo|fails?)\b|\b(?:xit|xtest|xdescribe|fit|"
    r"fdescribe|pending)\s*\(|\bt\.Skip(?:Now|f)?\(|#\[ignore|@(?:Disabled|Ignore)\b|\[Ignore|"
    r"\bskip\s+['\"]|markTestSkipped"
)
_FOREIGN_TEST = re.compile(
    r"\s*(?:(?:it|test)\s*\(|func\s+Test\w*\(|#\[test\]|@Test\b|\[(?:Fact|Test|TestMethod)\]|it\s+['\"])"
)
_FOREIGN_ASSERT = re.compile(
    r"\bexpect\s*\(|\bassert\w*[!.(]|\brequire\.\w+\(|\bt\.(?:Error|Fatal)f?\("
)
_FOREIGN_EXACT = re.compile(
    r"\.(?:toBe|toEqual|toStrictEqual|toBeCloseTo|toMatchObject|toThrow|toHaveLength|toContain"
    r"|toHaveBeenCalledWith|toHaveBeenCalledTimes)\s*\("
    r"|\b(?:assert|require)\w*[.!:]+(?i:deep|strict)*(?i:equal|eq)\w*\b|\bassert_eq!"
)
_DOCTEST_SKIP = re.compile(r"#\s*doctest:.*\+SKIP\b")


@dataclass(frozen=True, slots=True)
class _TextRule:
    """One rule of added lines.

    Attributes:
        hit: whether a line has it.
        where: whether the rule looks at a file at all.
    """

    rule: str
    hit: Callable[[str], object]
    where: Callable[[Change], bool] = lambda _: True


def _is_read(change: Change) -> bool:
    """Whether the syntax tree says more than the text."""
    return parse(change.new) is not None


def _is_narrow(change: Change) -> bool:
    """Whether a Python file has no line yet that is too long."""
    return change.is_python and all(len(t) <= _WIDE for t in (change.old or "").splitlines())


def _is_dead_code(text: str) -> bool:
    found = _COMMENT.fullmatch(text)
    if found is None or not _CODE.fullmatch(found.group(2)):
        return False
    line = found.group(2)
    return parse(line) is not None or parse(f"{line}\n    pass") is not None


_RULES = (
    _TextRule("hidden_characters", lambda text: not text.isprintable() and reveal(text)[1]),
    _TextRule("test_skipped", _DOCTEST_SKIP.search),
    _TextRule("conflict_markers", _CONFLICT.fullmatch),
    _TextRule("secret", _SECRET.search),
    _TextRule("check_silenced", _SILENCED.search),
    _TextRule("long_line", lambda text: len(text) > _WIDE, _is_narrow),
    _TextRule("todo", _TODO.search),
    _TextRule("dead_code", _is_dead_code, lambda c: c.is_python),
    _TextRule(
        "test_command",
        lambda text: _RUNS_TESTS.search(text) and _LEAVES_OUT.search(text),
        lambda c: bool(_SCRIPTS.fullmatch(c.path.lower())) and c.name != "pyproject.toml",
    ),
    _TextRule(
        "test_config", lambda text: "PYTEST_ADDOPTS" in text, lambda c: c.name != "pyproject.toml"
    ),
    _TextRule(
        "test_skipped", _SKIP.search, lambda c: c.is_support and c.is_python and not _is_read(c)
    ),
    _TextRule("assert_true", _ASSERT_NOTHING.fullmatch, lambda c: c.is_test and not _is_read(c)),
    _TextRule(
        "test_skipped", _FOREIGN_SKIP.search, lambda c: bool(_FOREIGN.fullmatch(c.path.lower()))
    ),
)


def line_flags(change: Change) -> Iterator[Flag]:
    """Flags of added lines: one a rule, at the first line, with their number."""
    lines = change.lines()
    for rule in _RULES:
        if not rule.where(change):
            continue
        most = None if rule.rule == "hidden_characters" else _LONGEST
        hits = [
            (number, text) for sign, number, text in lines if sign == "+" and rule.hit(text[:most])
        ]
        if hits:
            count = f" ({len(hits)} lines)" if len(hits) > 1 else ""
            told = flag(rule.rule, change.path, hits[0][0], after=hits[0][1].strip())
            yield Flag(
                told.rule, told.severity, told.path, told.line, told.message + count, "", told.after
            )
    if change.is_python and change.new is not None and not _is_read(change):
        was = change.is_support and parse(change.old) is not None
        yield flag("test_unreadable" if was else "unreadable", change.path)


def lost_by_text(change: Change, tests_now: Collection[str]) -> Iterator[Flag]:
    """Tests that are gone, where only the text can tell; Python that is read is told elsewhere."""
    if change.is_test and not (parse(change.old) and (change.is_deleted or _is_read(change))):
        if change.is_deleted:
            yield flag("test_deleted", change.path, None, "a test file is deleted")
        else:
            lost = [name for name in test_names(change, "-") if name not in tests_now]
            if lost:
                yield flag("test_deleted", change.path, None, f"tests are gone: {some(lost, 5)}")
    elif _FOREIGN.fullmatch(change.path.lower()):
        yield from _foreign(change)


def test_names(change: Change, wanted: str) -> list[str]:
    """Names of tests in added (``+``) or removed (``-``) lines of a test file."""
    if not change.is_test:
        return []
    found = (_TEST_DEF.match(text) for sign, _, text in change.lines() if sign == wanted)
    return [match.group(1) for match in found if match]


_COUNTED = (
    ("test_deleted", _FOREIGN_TEST, "tests"),
    ("assert_removed", _FOREIGN_ASSERT, "assertions"),
    ("assert_weakened", _FOREIGN_EXACT, "exact assertions"),
)


def _foreign(change: Change) -> Iterator[Flag]:
    """Tests of other languages: they are counted."""
    if change.is_deleted:
        yield flag("test_deleted", change.path, None, "a test file is deleted")
        return
    for rule, pattern, what in _COUNTED:
        gone = sum(bool(pattern.search(t)) for sign, _, t in change.lines() if sign == "-")
        come = sum(bool(pattern.search(t)) for sign, _, t in change.lines() if sign == "+")
        if gone > come:
            yield flag(rule, change.path, None, f"{gone - come} {what} fewer than before")
