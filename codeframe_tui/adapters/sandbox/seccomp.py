"""The system-call filter as bytes, without a library.

Refused with EPERM: debugging others, kernel keyrings, bpf, perf, userfaultfd, io_uring, and the
two terminal ioctls that type into another's terminal. A call of another architecture kills.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

__all__ = ["program"]


@dataclass(frozen=True, slots=True)
class _Machine:
    audit: int
    x32: bool
    ioctl: int
    refused: tuple[int, ...]


_URING = (425, 426, 427)
_MACHINES = {
    "x86_64": _Machine(
        0xC000003E, x32=True, ioctl=16, refused=(101, 248, 249, 250, 298, 321, 323, *_URING)
    ),
    "aarch64": _Machine(
        0xC00000B7, x32=False, ioctl=29, refused=(117, 217, 218, 219, 241, 280, 282, *_URING)
    ),
}
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_KILL, _EPERM, _ALLOW = 0x80000000, 0x00050001, 0x7FFF0000
_ARCH, _NUMBER, _ARGUMENT_1 = 4, 0, 24
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C


def program(machine: str) -> bytes | None:
    """The filter for a machine as `platform.machine` names it; None where there is none."""
    known = _MACHINES.get(machine)
    if known is None:
        return None
    return b"".join(struct.pack("=HBBI", *line) for line in _lines(known))


def _lines(machine: _Machine) -> list[tuple[int, int, int, int]]:
    """Jumps count the lines to skip; the last three lines are allow, EPERM, kill."""
    refuse: list[tuple[int, int]] = [(_AT_LEAST, 0x40000000)] if machine.x32 else []
    refuse += [(_EQUAL, number) for number in machine.refused]
    total = 3 + len(refuse) + 4 + 3
    eperm, kill = total - 2, total - 1
    lines = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 0, kill - 2, machine.audit), (_LOAD, 0, 0, _NUMBER)]
    for code, value in refuse:
        lines.append((code, eperm - len(lines) - 1, 0, value))
    lines.append((_EQUAL, 0, 3, machine.ioctl))
    lines.append((_LOAD, 0, 0, _ARGUMENT_1))
    for value in (_TIOCSTI, _TIOCLINUX):
        lines.append((_EQUAL, eperm - len(lines) - 1, 0, value))
    lines += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _EPERM), (_RETURN, 0, 0, _KILL)]
    return lines
