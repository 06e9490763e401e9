"""Test configuration: which files decide how tests run, and whether a change of one decides."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from configparser import ConfigParser
from configparser import Error as ConfigError
from typing import Any

__all__ = ["CONFIGS", "decides", "is_test_config", "options_of"]

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
