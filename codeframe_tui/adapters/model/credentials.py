"""Whether the SDK would find a key, told without importing it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["HOW_TO_SET", "has_credentials"]

HOW_TO_SET = "no model key: set ANTHROPIC_API_KEY and restart, or try codeframe-tui demo"
"""It fits a line of 80 cells."""
_FEDERATION = ("ANTHROPIC_FEDERATION_RULE_ID", "ANTHROPIC_ORGANIZATION_ID")
_IDENTITY = ("ANTHROPIC_IDENTITY_TOKEN", "ANTHROPIC_IDENTITY_TOKEN_FILE")


def has_credentials(environ: Mapping[str, str]) -> bool:
    """Follow the SDK's order: key, token, named profile, federation, profile on disk."""
    named = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE")
    if any(environ.get(name) for name in named):
        return True
    if all(environ.get(name) for name in _FEDERATION) and any(environ.get(n) for n in _IDENTITY):
        return True
    return _profile_on_disk(environ)


def _profile_on_disk(environ: Mapping[str, str]) -> bool:
    folder = environ.get("ANTHROPIC_CONFIG_DIR")
    place = Path(folder) if folder else Path.home() / ".config" / "anthropic"
    try:
        active = (place / "active_config").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError):
        active = ""
    try:
        return (place / "configs" / f"{active or 'default'}.json").is_file()
    except (OSError, ValueError):
        return False
