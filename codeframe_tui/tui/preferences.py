"""What a person chose for the cockpit, read without the settings model, which it must not load.

Only the user's configuration and environment count: a repository chooses neither keys nor looks.
What a person chooses while the cockpit runs is kept in a file of its own in the state folder.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

__all__ = ["DEFAULTS", "Alerts", "Kept", "Preferences", "draws_signs", "read_preferences"]

log = logging.getLogger(__name__)

T = TypeVar("T")
_PREFIX = "CODEFRAME_TUI_"
_TRUE = {"1", "true", "t", "yes", "y", "on"}
_POOR = ("linux", "dumb", "vt1", "vt2", "vt5", "cons25")
"""Starts of the names of terminals that lack most signs."""


class Alerts(NamedTuple):
    """Which reasons call a person who looks elsewhere, and how: `settings.Notify`."""

    bell: tuple[str, ...] = ("review", "blocker", "failed", "budget")
    desktop: tuple[str, ...] = ("review", "blocker", "failed", "budget", "done")
    title: bool = True
    protocol: str = "auto"


class Preferences(NamedTuple):
    """The part of `settings.Settings` that is the cockpit's, with the same names and defaults.

    Attributes:
        theme: None = what was chosen last, else dark.
        ascii: None = as the terminal needs.
    """

    keys: Mapping[str, str] = MappingProxyType({})
    theme: str | None = None
    ascii: bool | None = None
    reduced_motion: bool = False
    notify: Alerts = Alerts()


DEFAULTS = Preferences()
"""Of somebody who set nothing."""


def read_preferences(config: Path, environment: Mapping[str, str]) -> Preferences:
    """The user's ``config.toml``, and ``CODEFRAME_TUI_…``, which wins.

    What is wrong is left out here: the engine reads the same with the settings model, and says so.
    """
    table = _table(config)
    notify = table.get("notify")
    notify = dict(notify) if isinstance(notify, dict) else {}
    for name in ("theme", "ascii", "reduced_motion"):
        if value := environment.get(_PREFIX + name.upper()):
            table[name] = value if name == "theme" else value.lower() in _TRUE
    for name in ("bell", "desktop", "title", "protocol"):
        if value := environment.get(f"{_PREFIX}NOTIFY__{name.upper()}"):
            notify[name] = _from_text(name, value)
    keys = table.get("keys")
    return Preferences(
        keys={str(k): v for k, v in keys.items() if isinstance(v, str)}
        if isinstance(keys, dict)
        else {},
        theme=_of(table, "theme", str),
        ascii=_of(table, "ascii", bool),
        reduced_motion=bool(_of(table, "reduced_motion", bool)),
        notify=_alerts(notify),
    )


def draws_signs(environment: Mapping[str, str]) -> bool:
    """Whether the terminal can be expected to have ✔ and its like.

    Not when it is known to be a poor one, nor in a locale that is not Unicode. No locale at all
    says nothing: many containers and connections have none.
    """
    if environment.get("TERM", "").startswith(_POOR):
        return False
    names = (environment.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next((name for name in names if name), "UTF-8")
    return "utf8" in locale.replace("-", "").lower()


class Kept:
    """What the cockpit remembers from one time to the next: small facts in one JSON file.

    Args:
        path: the file; None = nothing is remembered.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    @property
    def remembers(self) -> bool:
        """Whether what is put here is there next time."""
        return self._path is not None

    def get(self, name: str) -> object:
        """A fact; None when there is none."""
        return self._read().get(name)

    def put(self, name: str, value: object) -> None:
        """Remember a fact; that it cannot be written costs no more than the memory."""
        if self._path is None:
            return
        import json  # noqa: PLC0415 - the first picture does not need it

        facts = self._read() | {name: value}
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            draft.write_text(json.dumps(facts), encoding="utf-8")
            draft.replace(self._path)
        except OSError as error:
            log.warning("%s is not remembered: %s", name, error)

    def _read(self) -> dict[str, Any]:
        if self._path is not None and self._path.is_file():
            import json  # noqa: PLC0415 - most people have no file

            with suppress(OSError, ValueError):
                facts = json.loads(self._path.read_text(encoding="utf-8"))
                return facts if isinstance(facts, dict) else {}
        return {}


def _table(config: Path) -> dict[str, Any]:
    if not config.is_file():
        return {}
    import tomllib  # noqa: PLC0415 - most people have no file

    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        log.warning("%s was not read: %s", config, error)
        return {}


def _of(table: Mapping[str, Any], name: str, kind: type[T]) -> T | None:
    value = table.get(name)
    return value if isinstance(value, kind) else None


def _from_text(name: str, value: str) -> object:
    if name in {"bell", "desktop"}:
        import json  # noqa: PLC0415 - most people set none

        with suppress(ValueError):
            return json.loads(value)
        return None
    return value.lower() in _TRUE if name == "title" else value


def _alerts(table: Mapping[str, Any]) -> Alerts:
    plain = Alerts()
    found = {
        name: tuple(map(str, value)) if isinstance(value := table.get(name), list) else default
        for name, default in (("bell", plain.bell), ("desktop", plain.desktop))
    }
    title, protocol = _of(table, "title", bool), _of(table, "protocol", str)
    return Alerts(
        **found,
        title=plain.title if title is None else title,
        protocol=protocol or plain.protocol,
    )
