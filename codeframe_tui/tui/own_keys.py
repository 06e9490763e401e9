"""A person's own keys, read without the settings model, which the cockpit must not load.

Only the user's configuration counts: a repository must not move keys.
"""

from __future__ import annotations

import logging
from pathlib import Path

__all__ = ["read_keys"]

log = logging.getLogger(__name__)


def read_keys(config: Path) -> dict[str, str]:
    """The table ``keys`` of a ``config.toml``: action -> keys; empty when there is none.

    A broken file is left to `settings`, whose readers say what is wrong with it.
    """
    if not config.is_file():
        return {}
    import tomllib  # noqa: PLC0415 - most people have no keys of their own

    try:
        found = tomllib.loads(config.read_text(encoding="utf-8")).get("keys")
    except (OSError, ValueError) as error:
        log.warning("keys of %s were not read: %s", config, error)
        return {}
    table = found if isinstance(found, dict) else {}
    return {str(action): key for action, key in table.items() if isinstance(key, str)}
