"""What a reviewer must see, whatever the verdict says: one table of paths, a few rules of text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import translate

from codeframe_tui.core.diff import FileDiff
from codeframe_tui.core.proposal import Action
from codeframe_tui.core.text import reveal
from codeframe_tui.core.verdict import is_test_file
from codeframe_tui.core.verification import Flag

__all__ = ["flags_for", "weakened"]

RED = "red"
AMBER = "amber"

PATH_RULES: tuple[tuple[str, str, str, str], ...] = (
    # rule, severity, lower-case names below any folder, what such a file can do
    (
        "test_config",
        RED,
        "pytest.ini .pytest.ini pytest.toml .pytest.toml tox.ini setup.cfg .coveragerc",
        "configures the test run, so it can change the verdict",
    ),
    (
        "startup_code",
        RED,
        (
            "sitecustomize.py sitecustomize/* usercustomize.py usercustomize/* *.pth"
            " *.dist-info/* *.egg-info/*"
        ),
        "runs whenever Python starts here",
    ),
    (
        "compiled_code",
        RED,
        "__pycache__/* *.pyc *.pyo *.pyd *.so *.dylib *.dll",
        "is code that cannot be reviewed",
    ),
    (
        "ci",
        RED,
        (
            ".github/workflows/* .github/actions/* .gitlab-ci.yml .circleci/* .travis.yml .ci/*"
            " azure-pipelines*.yml jenkinsfile"
        ),
        "runs in continuous integration",
    ),
    (
        "hooks",
        RED,
        (
            ".pre-commit-config.yaml .pre-commit-hooks.yaml lefthook.y*ml .husky/* .githooks/*"
            " .hooks/* hooks/pre-* hooks/post-* hooks/*-msg hooks/update"
        ),
        "can run on the host when git is used",
    ),
    ("git_attributes", RED, ".gitattributes", "changes how git reads and writes files"),
    (
        "tool_settings",
        RED,
        ".vscode/* .idea/* .devcontainer/* .envrc mise.toml .mise.toml",
        "can run commands when the folder is opened",
    ),
    (
        "agent_rules",
        RED,
        (
            ".claude/* .codeframe/* .cursor/* .cursorrules .mcp.json agents.md claude.md"
            " claude.local.md codeframe.md"
        ),
        "instructs agents and their tools",
    ),
    ("secrets", AMBER, ".env .env.* .netrc .pypirc .npmrc", "usually holds secrets"),
    (
        "build",
        AMBER,
        (
            "makefile gnumakefile *.mk justfile setup.py noxfile.py hatch_build.py cmakelists.txt"
            " dockerfile dockerfile.* *.dockerfile compose*.y*ml docker-compose*.y*ml"
        ),
        "runs when the project is built",
    ),
    (
        "dependencies",
        AMBER,
        (
            "requirements*.txt requirements*.in constraints*.txt *-requirements.txt requirements/*"
            " *.lock pipfile package.json package-lock.json pnpm-lock.yaml environment.y*ml"
            " pylock*.toml"
        ),
        "changes what gets installed",
    ),
)

_AT_ANY_DEPTH = r"(?:.*/)?"


def _pattern(names: str) -> re.Pattern[str]:
    return re.compile(f"{_AT_ANY_DEPTH}(?:{'|'.join(map(translate, names.split()))})")


_COMPILED = tuple(
    (rule, severity, _pattern(names), message) for rule, severity, names, message in PATH_RULES
)
_TEST_DEF = re.compile(r"\s*(?:async\s+)?def\s+(test\w*)\s*\(")
_SKIP = re.compile(
    r"\bmark\.(?:skip|skipif|xfail)\b|\bpytest\.(?:skip|xfail|importorskip)\s*\("
    r"|@(?:unittest\.)?(?:skip|skipIf|skipUnless|expectedFailure)\b|\.skipTest\s*\("
    r"|\bSkipTest\b|\b__test__\s*=\s*False\b|\bcollect_ignore(?:_glob)?\b"
)
_ASSERT_NOTHING = re.compile(r"\s*assert\s+(?:True|1)\s*(?:,.*|#.*)?")
_CONFLICT = re.compile(r"(?:<{7}|>{7}|\|{7})(?: .*)?")
_SECTION = re.compile(r"\s*\[+\s*([^\[\]]+?)\s*\]+\s*(?:#.*)?")
_TEST_SECTION = re.compile(
    r"tool\.(?:pytest|coverage|tox)\b.*|project\.entry-points\.\W*pytest11.*"
)
_TEST_WORD = re.compile(r"tool\.pytest|\baddopts\b|pytest11|\bpytest_plugins\b|\bfail_under\b")

Lines = Sequence[tuple[str, int | None, str]]
"""Changed lines as (sign, line number on the new side or None, text)."""


def flags_for(
    diffs: Sequence[FileDiff], base_paths: Collection[str] | None = None
) -> tuple[Flag, ...]:
    """All flags of a proposal, red ones first, then by path and line.

    Args:
        diffs: the differences of the proposal to its base.
        base_paths: the files of the base; without them a new conftest counts as one of others.
    """
    tests_now = {name for diff in diffs for name in _test_names(diff, "+")}
    flags: list[Flag] = []
    for diff in diffs:
        lines = _changed(diff)
        flags += _path_flags(diff, base_paths)
        flags += _mode_flags(diff)
        for rule in _TEXT_RULES:
            flags += rule(diff, lines)
        flags += _lost_tests(diff, tests_now)
    return _in_order(flags)


def weakened(diffs: Sequence[FileDiff], since: int) -> tuple[Flag, ...]:
    """Flags of tests that were there in an earlier attempt and say less now.

    Args:
        diffs: the differences of the proposal to the earlier attempt's.
        since: number of the earlier attempt.
    """
    tests_now = {name for diff in diffs for name in _test_names(diff, "+")}
    flags: list[Flag] = []
    for diff in diffs:
        for rule in (_skips, _asserts_nothing):
            flags += rule(diff, _changed(diff))
        flags += _lost_tests(diff, tests_now)
    return _in_order(replace(f, message=f"{f.message} (since attempt {since})") for f in flags)


def _in_order(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    return tuple(sorted(flags, key=lambda f: (f.severity != RED, f.path, f.line or 0, f.rule)))


def _changed(diff: FileDiff) -> Lines:
    lines: list[tuple[str, int | None, str]] = []
    for hunk in diff.hunks:
        number = hunk.new_start
        for sign, text in hunk.lines:
            if sign in "+-":
                lines.append((sign, number if sign == "+" else None, text.rstrip("\r")))
            number += sign in "+ "
    return lines


# -- rules of paths and modes -------------------------------------------------------------------


def _path_flags(diff: FileDiff, base_paths: Collection[str] | None) -> Iterator[Flag]:
    path = diff.path.lower()
    for rule, severity, pattern, message in _COMPILED:
        if pattern.fullmatch(path):
            yield Flag(rule, severity, diff.path, None, message)
    name = path.rpartition("/")[2]
    if name == "conftest.py":
        yield _conftest_flag(diff, base_paths)
    if name == "pyproject.toml":
        yield _pyproject_flag(diff)
    if any(_mixes_scripts(part) for part in diff.path.split("/")):
        message = "has letters of two scripts in one name; it may look like another file"
        yield Flag("look_alike", AMBER, diff.path, None, message)


def _conftest_flag(diff: FileDiff, base_paths: Collection[str] | None) -> Flag:
    folder = diff.path.rpartition("/")[0] + "/"
    own = (
        diff.action is Action.CREATE
        and base_paths is not None
        and folder != "/"
        and not any(path.startswith(folder) for path in base_paths)
    )
    if own:
        return Flag("conftest", AMBER, diff.path, None, "runs with the new tests beside it")
    return Flag("conftest", RED, diff.path, None, "runs with tests that existed before")


def _pyproject_flag(diff: FileDiff) -> Flag:
    for hunk in diff.hunks:
        section = hunk.heading
        number = hunk.new_start
        for sign, text in hunk.lines:
            found = _SECTION.fullmatch(text)
            section = found.group(1) if found else section
            if sign in "+-" and (_TEST_SECTION.fullmatch(section) or _TEST_WORD.search(text)):
                return Flag("test_config", RED, diff.path, number, "changes how the tests are run")
            number += sign in "+ "
    return Flag("dependencies", AMBER, diff.path, None, "changes how the project is built")


def _mode_flags(diff: FileDiff) -> Iterator[Flag]:
    if diff.new_mode == "100755" and diff.old_mode != "100755":
        yield Flag("executable", RED, diff.path, None, "becomes executable")
    elif diff.new_mode not in {None, "100644", "100755"}:
        yield Flag("special_file", RED, diff.path, None, f"has mode {diff.new_mode}")
    if diff.binary and diff.action is not Action.DELETE:
        yield Flag("binary", AMBER, diff.path, None, "is binary and cannot be read here")


def _mixes_scripts(name: str) -> bool:
    latin = any(char.isascii() and char.isalpha() for char in name.partition(".")[0])
    return latin and any(
        unicodedata.name(char, "").startswith(("CYRILLIC", "GREEK")) for char in name
    )


# -- rules of text ------------------------------------------------------------------------------


def _added(
    diff: FileDiff,
    lines: Lines,
    hit: Callable[[str], object],
    *,
    rule: str,
    severity: str = RED,
    message: str,
) -> Iterator[Flag]:
    """One flag at the first added line that hits, with their number."""
    hits = [number for sign, number, text in lines if sign == "+" and hit(text)]
    if hits:
        count = f" ({len(hits)} lines)" if len(hits) > 1 else ""
        yield Flag(rule, severity, diff.path, hits[0], message + count)


def _hidden(diff: FileDiff, lines: Lines) -> Iterator[Flag]:
    return _added(
        diff,
        lines,
        lambda text: not text.isprintable() and reveal(text)[1],
        rule="hidden_characters",
        severity=AMBER,
        message="has characters that are not seen or that turn the text around",
    )


def _conflict_markers(diff: FileDiff, lines: Lines) -> Iterator[Flag]:
    message = "has conflict markers of a merge"
    return _added(diff, lines, _CONFLICT.fullmatch, rule="conflict_markers", message=message)


def _skips(diff: FileDiff, lines: Lines) -> Iterator[Flag]:
    if not (_is_test(diff) or diff.path.endswith("conftest.py")):
        return iter(())
    message = "keeps tests from running"
    return _added(diff, lines, _SKIP.search, rule="test_skipped", message=message)


def _asserts_nothing(diff: FileDiff, lines: Lines) -> Iterator[Flag]:
    if not _is_test(diff):
        return iter(())
    message = "asserts what is always true"
    return _added(diff, lines, _ASSERT_NOTHING.fullmatch, rule="assert_true", message=message)


_TEXT_RULES: tuple[Callable[[FileDiff, Lines], Iterator[Flag]], ...] = (
    _hidden,
    _conflict_markers,
    _skips,
    _asserts_nothing,
)


def _lost_tests(diff: FileDiff, tests_now: Collection[str]) -> Iterator[Flag]:
    if not _is_test(diff):
        return
    if diff.action is Action.DELETE:
        yield Flag("test_deleted", RED, diff.path, None, "a test file is deleted")
        return
    lost = [name for name in _test_names(diff, "-") if name not in tests_now]
    if lost:
        names = ", ".join(lost[:5]) + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")
        yield Flag("test_deleted", RED, diff.path, None, f"tests are gone: {names}")


def _is_test(diff: FileDiff) -> bool:
    return is_test_file(diff.path.lower())


def _test_names(diff: FileDiff, wanted: str) -> list[str]:
    if not _is_test(diff):
        return []
    found = (
        _TEST_DEF.match(text) for hunk in diff.hunks for sign, text in hunk.lines if sign == wanted
    )
    return [match.group(1) for match in found if match]
