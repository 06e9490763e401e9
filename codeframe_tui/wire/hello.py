"""What both sides say first, and what a person can do when they do not fit together."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from codeframe_tui import __version__
from codeframe_tui.core.errors import Refused
from codeframe_tui.wire.codec import Malformed

__all__ = ["PROTOCOL", "check_hello", "hello"]

PROTOCOL = 3
"""Changes when an old cockpit and a new engine would misunderstand each other."""


def hello() -> dict[str, Any]:
    """What each side says first."""
    return {"hello": {"protocol": PROTOCOL, "version": __version__, "pid": os.getpid()}}


def check_hello(message: Mapping[str, Any] | None, *, remote: bool = False) -> dict[str, Any]:
    """The other side's protocol, version and pid.

    Args:
        message: what it said first.
        remote: it may run on another machine, where its pid means nothing here.

    Raises:
        Malformed: it did not say hello.
        Refused: it speaks another protocol (code ``wrong_protocol``); says who of the two is the
            older one and how to replace it, and names its pid when it is of this machine.
    """
    message = message or {}
    said = message.get("hello", message.get("refused"))
    if not isinstance(said, dict):
        raise Malformed("the other side did not say hello")
    if said.get("protocol") != PROTOCOL or "refused" in message:
        pid = None if remote else _pid(said)
        which = f"pid {pid}, " if pid else ""
        raise Refused(
            f"the running engine ({which}version {said.get('version')}) speaks protocol "
            f"{said.get('protocol')}, this program (version {__version__}) speaks {PROTOCOL}",
            hint=_remedy(said, pid, remote=remote),
            code="wrong_protocol",
        )
    return said


def _pid(said: Mapping[str, Any]) -> int | None:
    """Only what names one process: 0 and -1 are many to `kill`."""
    pid = said.get("pid")
    return pid if type(pid) is int and 0 < pid < 2**31 else None


def _remedy(said: Mapping[str, Any], pid: int | None, *, remote: bool) -> str:
    protocol = said.get("protocol")
    if isinstance(protocol, int) and protocol > PROTOCOL:
        return "this program is the older one: leave it and start the new version"
    if remote:
        return "the engine is the older one: update it and restart `serve` there"
    how = f" with `kill {pid}`" if pid else ""
    return (
        f"the engine is the older one: end it{how} (work goes on where it was) and start this "
        "program again"
    )
