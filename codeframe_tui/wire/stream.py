"""Lines of JSON over a Unix stream: framing, the hello of both sides, the listening socket."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from codeframe_tui import __version__
from codeframe_tui.core.errors import CodeframeError, Refused

__all__ = [
    "MAX_LINE_BYTES",
    "PROTOCOL",
    "Malformed",
    "bind",
    "check_hello",
    "encode_line",
    "hello",
    "peer_uid",
    "read_message",
]

PROTOCOL = 1
"""Changes when an old cockpit and a new engine would misunderstand each other."""
MAX_LINE_BYTES = 64 * 2**20
BACKLOG = 64

_encoder = json.JSONEncoder(separators=(",", ":"))


class Malformed(CodeframeError):
    """What arrived is no message; the connection is of no use any more."""

    default_code = "malformed"


def encode_line(message: Mapping[str, Any]) -> bytes:
    """A message as one line of ASCII JSON."""
    return _encoder.encode(message).encode("ascii") + b"\n"


async def read_message(reader: asyncio.StreamReader) -> dict[str, Any] | None:
    """The next message; None at the end of the stream.

    Raises:
        Malformed: the line is too long, no JSON, or no JSON object.
    """
    try:
        line = await reader.readline()
    except ValueError as error:
        raise Malformed("a message is longer than a line may be") from error
    except ConnectionError:
        return None
    if not line.endswith(b"\n"):
        return None  # the other side went in the middle of a line
    return _parse(line)


def _parse(line: bytes) -> dict[str, Any]:
    try:
        message = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"a message is not JSON: {error}") from error
    if not isinstance(message, dict):
        raise Malformed("a message is not a JSON object")
    return message


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def hello() -> dict[str, Any]:
    """What each side says first."""
    return {"hello": {"protocol": PROTOCOL, "version": __version__, "pid": os.getpid()}}


def check_hello(message: Mapping[str, Any] | None) -> dict[str, Any]:
    """The other side's protocol, version and pid.

    Raises:
        Malformed: it did not say hello.
        Refused: it speaks another protocol (code ``wrong_protocol``); names its pid.
    """
    message = message or {}
    said = message.get("hello", message.get("refused"))
    if not isinstance(said, dict):
        raise Malformed("the other side did not say hello")
    if said.get("protocol") != PROTOCOL or "refused" in message:
        raise Refused(
            f"the running engine (pid {said.get('pid')}, version {said.get('version')}) speaks "
            f"protocol {said.get('protocol')}, this program speaks {PROTOCOL}",
            hint=f"end it with `kill {said.get('pid')}`, or use its version of the program",
            code="wrong_protocol",
        )
    return said


def bind(path: Path) -> socket.socket:
    """A listening socket of mode 0600 at ``path``; the caller holds the lock.

    It gets its name only when it listens, so nobody meets a socket that does not answer, and
    what a killed engine left is replaced.

    Raises:
        OSError: the path cannot be used.
    """
    first_name = path.with_name(f".{os.getpid()}")  # never longer than the name itself
    first_name.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old_mask = os.umask(0o177)
    try:
        listening.bind(str(first_name))
        listening.listen(BACKLOG)
        first_name.rename(path)
    except BaseException:
        listening.close()
        raise
    finally:
        os.umask(old_mask)
    listening.setblocking(False)
    return listening


def peer_uid(connection: socket.socket) -> int | None:
    """User of the other side, None where the system does not tell (mode 0600 stands alone)."""
    if sys.platform != "linux":
        return None
    form = struct.Struct("3i")
    answer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, form.size)
    return int(form.unpack(answer)[1])
