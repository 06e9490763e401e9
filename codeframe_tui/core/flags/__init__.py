"""What a reviewer must see, whatever the verdict says.

Theory of operation. Each rule has a row in `table`: its id, how grave it is, what it says and why.
Rules of paths and modes look at the name of a file (`paths`), rules of text at its added lines
(`lines`); of Python the syntax trees of both sides are compared: the code (`code`) and who calls
it (`callers`), what reaches
the test run from outside (`environment`: whether code knows that it is tested, `aware`, and what
reaches into pytest or Python, `inside`), what stands in for the code under test (`standins`,
`answers`), and
the tests themselves. Of those each assertion is written in one way, with what its names stand for
(`expand`, `reader`, `check`), so that honest work on a test leaves equal checks behind; tests of
both sides are matched (`suite`), then checks (`compare`), and what is left over is told (`lost`,
`skips`), and new ones that say next to nothing (`weak`). Text is the fallback for what cannot be
read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.evidence.testfiles import USUAL, TestFiles
from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.answers import always_equal
from codeframe_tui.core.flags.callers import caller_flags
from codeframe_tui.core.flags.change import Change
from codeframe_tui.core.flags.code import code_flags, removed_names
from codeframe_tui.core.flags.collected import Moved
from codeframe_tui.core.flags.environment import environment, fixtures_of, names_of_project
from codeframe_tui.core.flags.extra import OWN_RULES, OwnRule, OwnRules, own_flags, raised
from codeframe_tui.core.flags.habits import habit_flags
from codeframe_tui.core.flags.lines import line_flags, lost_by_text, test_names
from codeframe_tui.core.flags.lost import gone_with_code, lost_tests, successors
from codeframe_tui.core.flags.paths import path_flags
from codeframe_tui.core.flags.samples import sample_flags
from codeframe_tui.core.flags.shadows import shadow_flags
from codeframe_tui.core.flags.skips import skips
from codeframe_tui.core.flags.standins import standins
from codeframe_tui.core.flags.suite import Suites, match_suites, side_of
from codeframe_tui.core.flags.table import RED, RULES, Rule
from codeframe_tui.core.flags.weak import weak_tests

__all__ = [
    "RULES",
    "Findings",
    "Material",
    "OwnRule",
    "OwnRules",
    "Rule",
    "examine",
    "in_order",
    "weakened",
]


_BY_TEXT = frozenset({"test_skipped", "assert_true", "test_unreadable"})
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Material:
    """What the rules look at besides the differences; all of it may be missing.

    Attributes:
        base_paths: the files of the base; without them a new conftest counts as one of others.
        texts: path of a changed file -> its text on the base and on the proposal.
        imported: texts of unchanged files that changed tests import, by path.
        elsewhere: texts of Python files that do not change, as far as they may call what does.
        declared: what the project says it depends on, as text.
        own: the user's own rules.
        tests: which files are tests, as the base and its run say.
    """

    base_paths: Collection[str] | None = None
    texts: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    imported: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    declared: str = ""
    own: OwnRules = OWN_RULES
    tests: TestFiles = USUAL


@dataclass(frozen=True, slots=True)
class Findings:
    """What the rules found.

    Attributes:
        flags: red ones first, then by path and line.
        moved: tests of the base that live on elsewhere with all they said, by id without cases.
        gone: ids of tests that are gone with the code that they tested.
    """

    flags: tuple[Flag, ...]
    moved: Mapping[str, Moved] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()


def examine(diffs: Sequence[FileDiff], material: Material) -> Findings:
    """All flags of a proposal, and which tests only moved."""
    changes = _changes(diffs, material)
    own = _names_of_code(material.base_paths or (), material.tests)
    project = _project(changes, own, material.tests)
    suites = _suites(changes, material)
    known = material.base_paths
    if known is not None:  # where tests of the base are now, no folder is only of new ones
        known = {*known, *(p.new.path for p in suites.pairs if p.new is not None)}
    flags: list[Flag] = []
    for change in changes:
        flags += path_flags(change, known, _taken(material, change), own)
        flags += [*line_flags(change), *sample_flags(change)]
        if change.is_python:
            flags += [*always_equal(change), *environment(change)]
        flags += [*code_flags(change, project, material.declared), *habit_flags(change)]
    flags += caller_flags(changes, material.elsewhere)
    texts = {**material.elsewhere, **material.imported}
    texts |= {change.path: change.old for change in changes if change.is_python and change.old}
    flags += shadow_flags(changes, material.base_paths or (), texts, material.declared)
    flags += _test_flags(changes, suites, project)
    flags += own_flags(changes, material.own)
    gone = gone_with_code(suites, removed_names(changes))
    return Findings(in_order(raised(flags, material.own)), successors(suites), gone)


def _changes(diffs: Sequence[FileDiff], material: Material) -> list[Change]:
    texts = ((diff, material.texts.get(diff.path, (None, None))) for diff in diffs)
    return [Change(diff, old, new, material.tests) for diff, (old, new) in texts]


def weakened(
    diffs: Sequence[FileDiff], since: int, material: Material | None = None,
    frozen: Collection[str] = (),
) -> tuple[Flag, ...]:  # fmt: skip
    """Flags of tests that were there in an earlier attempt and say less now.

    Args:
        diffs: the differences of the proposal to the earlier attempt's.
        since: number of the earlier attempt.
        material: of the earlier attempt and the proposal.
        frozen: ids of tests that were RED in the earlier attempt, without their cases.
    """
    material = material or Material()
    changes = _changes(diffs, material)
    own = _names_of_code(material.base_paths or (), material.tests)
    project = _project(changes, own, material.tests)
    suites = _suites(changes, material)
    found = [f for f in _test_flags(changes, suites, project) if f.severity == RED]
    for change in changes:
        found += [f for f in line_flags(change) if f.rule in _BY_TEXT]
    return in_order(_since(one, since, frozen) for one in found)


def _taken(material: Material, change: Change) -> set[str]:
    """Fixtures of conftests other than this one."""
    if change.name != "conftest.py":
        return set()
    others = [t for path, t in material.imported.items() if path.endswith("conftest.py")]
    others += [old for p, (old, _) in material.texts.items() if p != change.path and old]
    return set[str]().union(*map(fixtures_of, others))


def _since(one: Flag, since: int, frozen: Collection[str]) -> Flag:
    """The flag of a frozen test, or of all tests of its file, has a rule of its own."""
    names = {ident.rpartition("::")[2] for ident in frozen if ident.startswith(one.path + "::")}
    of_all = one.message == RULES[one.rule].what
    named = names & set(_WORD.findall(one.message))
    rule = "frozen_test" if named or (names and of_all) else one.rule
    message = f"{one.message} (since attempt {since})"
    return Flag(rule, one.severity, one.path, one.line, message, one.before, one.after)


def _test_flags(
    changes: Sequence[Change], suites: Suites, project: Collection[str]
) -> Iterable[Flag]:
    """Flags of tests that are gone, are not run, say less, or test something else."""
    yield from lost_tests(suites, removed_names(changes))
    yield from skips(suites, {*project, *_support_names(suites)})
    yield from standins(suites, project)
    yield from weak_tests(suites)
    now = {name for change in changes for name in test_names(change, "+")}
    for change in changes:
        yield from lost_by_text(change, now)


def _suites(changes: Sequence[Change], material: Material) -> Suites:
    helpers = material.tests.helpers
    told = (change for change in changes if change.is_support or change.path in helpers)
    files = [change for change in told if change.is_python]
    known = material.imported
    old, new = (side_of(files, known, material.tests, is_new=is_new) for is_new in (False, True))
    return match_suites(old, new)


def _support_names(suites: Suites) -> set[str]:
    """First names by which files of tests are imported: from the top, and beside each other."""
    paths = suites.new.world.modules
    return {p.partition("/")[0].removesuffix(".py") for p in paths} | {
        p.rpartition("/")[2].removesuffix(".py") for p in paths
    }


def _project(changes: Sequence[Change], own: Collection[str], tests: TestFiles) -> frozenset[str]:
    """First names by which the code under test can be imported, that of the base included."""
    names = _names_of_code([change.path for change in changes], tests)
    return names.union(own) - {"tests", "test"}


def _names_of_code(paths: Collection[str], tests: TestFiles) -> frozenset[str]:
    return names_of_project([path for path in paths if not tests.is_support(path)])


def in_order(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """Red ones first, then by path and line; each once."""
    unique = dict.fromkeys(flags)
    return tuple(sorted(unique, key=lambda f: (f.severity != RED, f.path, f.line or 0, f.rule)))
