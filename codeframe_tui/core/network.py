"""Which places of the network a command of the model may reach, and what it did there.

Names only: what an address belongs to nobody can tell, and a name is looked up by the engine, which
then connects to the very address that it judged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from codeframe_tui.core.text import clean_line

__all__ = [
    "NOWHERE",
    "SETTING",
    "Allowed",
    "Contact",
    "Target",
    "objection",
    "parse_target",
    "told",
]

SETTING = "network.allowed"
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""A last label of this form makes a name an address, in one of its many spellings."""
_PORT = re.compile(r"[0-9]{1,5}")
_LONGEST = 253
_WORLD = IPv6Network("2000::/3")
_BRIDGES = (IPv6Network("2001::/23"), IPv6Network("2002::/16"))
"""Ways through IPv6 to an IPv4 address, which may be any."""
_TRANSLATED = IPv6Network("64:ff9b::/96")
_SERVICES = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
"""Of protocols and of clouds; some releases of Python call parts of them global."""
_METADATA = frozenset({ip_address("168.63.129.16")})
"""Of a cloud, although its number looks public; the others are link-local or private."""
_TOLD = 8
"""Places that a line names before it counts the others."""


@dataclass(frozen=True, slots=True)
class Target:
    """A name with its port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the setting allows: places, of which the host may begin with ``*.``."""

    places: tuple[Target, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.places)

    def __str__(self) -> str:
        return ", ".join(map(str, self.places))

    @classmethod
    def of(cls, entries: Iterable[str]) -> Allowed:
        """From the setting. Raises: ValueError, with the entry and what to do."""
        return cls(tuple(_entry(text) for text in entries))

    @property
    def wording(self) -> str:
        """What a command is told, as in "a sandbox without network"."""
        if not self:
            return "without network"
        return f"whose network is {self} alone, through the proxy that HTTP(S)_PROXY names"

    def holds(self, target: Target) -> bool:
        """Whether a place may be reached."""
        return any(
            place.port == target.port
            and (
                place.host == target.host
                or (place.host.startswith("*.") and target.host.endswith(place.host[1:]))
            )
            for place in self.places
        )


NOWHERE = Allowed()


@dataclass(frozen=True, slots=True)
class Contact:
    """What came of one place: bytes each way, or why it was refused; ``times`` altogether."""

    place: str
    times: int
    sent: int = 0
    received: int = 0
    refused: str = ""


def parse_target(text: str, port: int | None = None) -> Target:
    """A place as a client names it.

    Args:
        text: ``host:port``.
        port: where none is named; None = one must be.

    Raises:
        ValueError: it is not a name with a port; says why.
    """
    if "/" in text:
        raise ValueError("a URL, not a host with a port")
    if text.startswith("[") or text.count(":") > 1:
        raise ValueError("an address, not a name: only names can be allowed")
    host, colon, number = text.partition(":")
    if not colon and port is None:
        raise ValueError("without a port")
    if colon and not (_PORT.fullmatch(number) and 0 < int(number) < 2**16):
        raise ValueError("without a port between 1 and 65535")
    return Target(_host(host), int(number) if colon else port or 0)


def _host(text: str) -> str:
    host = text.lower().removesuffix(".") if text.isascii() else text
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        raise ValueError("an address, not a name: only names can be allowed")
    if len(host) > _LONGEST or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError("not the name of a host (other alphabets: in their xn-- form)")
    return host


def _entry(text: str) -> Target:
    wild, bare = text.startswith("*."), text.removeprefix("*.")
    hint = 'write host:port, such as "pypi.org:443" or "*.example.org:443"'
    try:
        target = parse_target(bare)
    except ValueError as error:
        raise ValueError(f'"{clean_line(text, limit=80)}" is {error}; {hint}') from error
    if not wild and "." not in target.host:
        raise ValueError(f'"{text}" is no host of the public network; {hint}')
    if wild and "." not in target.host:
        raise ValueError(f'"{text}" is all of a top-level domain; {hint}')
    return Target(f"*.{target.host}", target.port) if wild else target


def objection(address: str) -> str:
    """Why an address is not one of the public network; empty when it is."""
    try:
        found = ip_address(address)
    except ValueError:
        return "it is no address"
    if isinstance(found, IPv6Address):
        found = _within(found) or found
    if found in _METADATA:
        return "it tells secrets of a cloud"
    if not found.is_global or found.is_multicast or found.is_reserved:
        return "it is not of the public network"
    if isinstance(found, IPv4Address):
        special = any(found in each for each in _SERVICES)
    else:
        special = found not in _WORLD or any(found in each for each in _BRIDGES)
    return "it is not of the public network" if special else ""


def _within(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an address stands for, as where only IPv6 is spoken."""
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped


def told(contacts: Sequence[Contact]) -> str:
    """One line of what was reached and refused; empty when nothing was tried."""
    reached = [
        f"{each.place} (sent {_size(each.sent)}, got {_size(each.received)})"
        for each in contacts
        if not each.refused
    ]
    refused = [f"{each.place} refused: {each.refused}" for each in contacts if each.refused]
    lines = [*reached, *refused]
    if len(lines) > _TOLD:
        lines = [*lines[:_TOLD], f"{len(lines) - _TOLD} more"]
    return f"network: {'; '.join(lines)}" if lines else ""


def _size(count: int) -> str:
    if count < 1_000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1_000:.0f} kB"
    return f"{count / 1_000_000:.1f} MB"
