"""Test configuration: which files decide how tests run, and whether a proposal's own decide.

A proposal may change them, but its regression run is made with those of the base: what passes only
with the proposal's is for a person to judge.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import replace
from typing import Any

from codeframe_tui.core.evidence.advice import ADVICE
from codeframe_tui.core.evidence.verdict import is_complete
from codeframe_tui.core.evidence.verification import (
    SEEN_PASSING,
    Run,
    TestRun,
    Verdict,
    Verification,
)
from codeframe_tui.core.some import some

__all__ = ["CONFIGS", "decides", "is_test_config", "judged_with", "only_with_it", "options_of"]

_WHOLE = frozenset({"conftest.py", "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml"})
_SECTIONS = {"setup.cfg": ("tool:pytest",), "tox.ini": ("pytest",)}
CONFIGS = (
    "pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini",
    "setup.cfg",
)  # fmt: skip
"""Files at the top of a project that may hold its options; the first that has any counts."""


def is_test_config(path: str) -> bool:
    """Whether a file can decide how tests run, wherever it lies."""
    name = path.rpartition("/")[2]
    return name in _WHOLE or name in _SECTIONS or name == "pyproject.toml"


def decides(path: str, old: str | None, new: str | None) -> bool:
    """Whether a change of such a file changes what it says of tests; None = it is absent."""
    name = path.rpartition("/")[2]
    if name in _WHOLE:
        return old != new
    if name == "pyproject.toml":
        return bool(_of_toml(old) != _of_toml(new))
    return bool(_of_ini(old, _SECTIONS[name]) != _of_ini(new, _SECTIONS[name]))


def options_of(path: str, text: str) -> Mapping[str, Any] | None:
    """The options of pytest in one of `CONFIGS`; None where it has none."""
    if path == "pyproject.toml":
        found = _of_toml(text)
        found = found.get("ini_options", found) if isinstance(found, Mapping) else None
    elif path.endswith(".toml"):
        found = _table(text, "pytest")
    else:
        told = _of_ini(text, _SECTIONS.get(path, ("pytest",)))
        found = (told[0] if told else None) if isinstance(told, list) else None
        found = {} if found is None and path not in _SECTIONS else found
    return found if isinstance(found, Mapping) else None


def _table(text: str, name: str) -> Any:  # noqa: ANN401 - a part of a document
    try:
        return tomllib.loads(text).get(name, {})
    except (ValueError, RecursionError):
        return None


def _of_toml(text: str | None) -> Any:  # noqa: ANN401 - a part of a document
    try:
        document: Mapping[str, Any] = tomllib.loads(text or "")
        return document.get("tool", {}).get("pytest")
    except (ValueError, AttributeError, RecursionError):  # also of numbers and lists without end
        return text


def _of_ini(text: str | None, sections: Collection[str]) -> Any:  # noqa: ANN401 - the same
    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string(text or "")
    except ConfigError:
        return text
    return [dict(parser[name]) for name in sections if parser.has_section(name)]


def only_with_it(
    proposed: TestRun, plain: TestRun, base: Collection[str], changed: Collection[str]
) -> tuple[str, ...]:
    """Tests of the base that pass with the proposal's configuration and not with the base's.

    Tests in files that the proposal changes are left out: they may need what it adds.

    Args:
        proposed: the suite on the proposal as it is.
        plain: the same with the test configuration of the base.
        base: ids that the base has.
        changed: paths of test files that the proposal creates or modifies.
    """
    fine = {case.id for case in plain.cases if case.outcome in SEEN_PASSING}
    names = (case.id for case in proposed.cases if case.outcome in SEEN_PASSING)
    known, new = frozenset(base), frozenset(changed)
    ours = (name for name in names if name in known and name.partition("::")[0] not in new)
    return tuple(name for name in ours if name not in fine)


def judged_with(found: Verification, plain: TestRun, names: Collection[str]) -> Verification:
    """The verdict, where the suite also ran with the base's configuration.

    Args:
        found: the verdict with the proposal's.
        plain: the run with the base's.
        names: `only_with_it`.
    """
    if found.verdict is Verdict.FAILED or (is_complete(plain) and not names):
        return found
    why = f"passes only with the proposal's test configuration: {some(names)}"
    if not is_complete(plain):
        why = f"the suite does not run with the base's test configuration: {plain.message}"
    run = Run("not_verified", "test_config", why, found.regression.tests, plain.output)
    message = f"{why}; {ADVICE['test_config']}"
    return replace(
        found,
        verdict=Verdict.NOT_VERIFIED,
        reason="test_config",
        message=message,
        regression=run if found.regression.verdict == "clean" else found.regression,
    )
