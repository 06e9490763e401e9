"""The system-call filter as bytes, without a library.

Refused with EPERM: debugging others, kernel keyrings, bpf, perf, userfaultfd, io_uring, and the
two terminal ioctls that type into another's terminal. Sockets are made of the families that a
network namespace holds, and of no other (vsock would reach the host): EAFNOSUPPORT. A call of
another architecture kills. Instructions: seccomp(2), "classic" BPF over `struct seccomp_data`.
"""

from __future__ import annotations

import errno
import struct
from dataclasses import dataclass
from functools import cache

__all__ = ["program"]


@dataclass(frozen=True, slots=True)
class _Machine:
    audit: int
    x32: bool
    ioctl: int
    sockets: tuple[int, int]
    refused: tuple[int, ...]


_URING = (425, 426, 427)
_MACHINES = {
    "x86_64": _Machine(
        0xC000003E,
        x32=True,
        ioctl=16,
        sockets=(41, 53),
        refused=(101, 248, 249, 250, 298, 321, 323, *_URING),
    ),
    "aarch64": _Machine(
        0xC00000B7,
        x32=False,
        ioctl=29,
        sockets=(198, 199),
        refused=(117, 217, 218, 219, 241, 280, 282, *_URING),
    ),
}
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_KILL, _ALLOW = 0x80000000, 0x7FFF0000
_EPERM, _EAFNOSUPPORT = 0x00050000 | errno.EPERM, 0x00050000 | 97  # Linux's number anywhere
_ARCH, _NUMBER, _ARGUMENT_0, _ARGUMENT_1 = 4, 0, 16, 24
_TERMINAL = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
_FAMILIES = (1, 2, 10, 16)  # unix, inet, inet6, netlink


@cache
def program(machine: str) -> bytes | None:
    """The filter for a machine as `platform.machine` names it.

    None where there is none: then the walls are the namespaces alone, and that must be told.
    """
    known = _MACHINES.get(machine)
    if known is None:
        return None
    return b"".join(struct.pack("=HBBI", *line) for line in _lines(known))


def _lines(machine: _Machine) -> list[tuple[int, int, int, int]]:
    """Each line: operation, lines to skip when true and when false, operand."""
    lines = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, machine.audit), (_RETURN, 0, 0, _KILL)]
    lines.append((_LOAD, 0, 0, _NUMBER))
    if machine.x32:
        lines += [(_AT_LEAST, 0, 1, 0x40000000), (_RETURN, 0, 0, _EPERM)]
    for number in machine.refused:
        lines += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _EPERM)]
    lines += _by_argument(machine.ioctl, _ARGUMENT_1, _TERMINAL, _EPERM, _ALLOW)
    for number in machine.sockets:
        lines += _by_argument(number, _ARGUMENT_0, _FAMILIES, _ALLOW, _EAFNOSUPPORT)
    return [*lines, (_RETURN, 0, 0, _ALLOW)]


def _by_argument(
    number: int, argument: int, values: tuple[int, ...], met: int, otherwise: int
) -> list[tuple[int, int, int, int]]:
    """What a call returns by one of its arguments; any other call goes on after these lines."""
    tests = [(_EQUAL, len(values) - at, 0, value) for at, value in enumerate(values)]
    ends = [(_RETURN, 0, 0, otherwise), (_RETURN, 0, 0, met)]
    body = [(_LOAD, 0, 0, argument), *tests, *ends]
    return [(_EQUAL, 0, len(body), number), *body]
