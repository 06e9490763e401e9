"""What both sides say first, and what a person can do when they do not fit together."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from codeframe_tui import __version__
from codeframe_tui.core.errors import Refused
from codeframe_tui.wire.codec import Malformed

__all__ = ["PROTOCOL", "check_hello", "hello"]

PROTOCOL = 1
"""Changes when an old cockpit and a new engine would misunderstand each other."""


def hello() -> dict[str, Any]:
    """What each side says first."""
    return {"hello": {"protocol": PROTOCOL, "version": __version__, "pid": os.getpid()}}


def check_hello(message: Mapping[str, Any] | None) -> dict[str, Any]:
    """The other side's protocol, version and pid.

    Raises:
        Malformed: it did not say hello.
        Refused: it speaks another protocol (code ``wrong_protocol``); names its pid, and says who
            of the two is the older one and how to replace it.
    """
    message = message or {}
    said = message.get("hello", message.get("refused"))
    if not isinstance(said, dict):
        raise Malformed("the other side did not say hello")
    if said.get("protocol") != PROTOCOL or "refused" in message:
        raise Refused(
            f"the running engine (pid {said.get('pid')}, version {said.get('version')}) speaks "
            f"protocol {said.get('protocol')}, this program (version {__version__}) speaks "
            f"{PROTOCOL}",
            hint=_remedy(said),
            code="wrong_protocol",
        )
    return said


def _remedy(said: Mapping[str, Any]) -> str:
    protocol = said.get("protocol")
    if isinstance(protocol, int) and protocol > PROTOCOL:
        return "this program is the older one: leave it and start the new version"
    return (
        f"the engine is the older one: end it with `kill {said.get('pid')}` (work goes on where "
        "it was) and start this program again"
    )
