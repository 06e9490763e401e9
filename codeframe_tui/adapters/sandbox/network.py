"""What the engine needs to reach places of the network for a command: names looked up, judged."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from codeframe_tui.core import network as rules
from codeframe_tui.core.network import NOWHERE, Allowed, Target

__all__ = ["CLOSED", "Address", "Network", "connect"]

logger = logging.getLogger(__name__)

Address = tuple[socket.AddressFamily, str]
"""A family, and an address of it in digits."""
TRIED = 4
"""Addresses of a name that are tried, one after the other."""
ADDRESS_SECONDS = 5.0
"""For each of them: one that swallows everything must leave time for the next."""
AT_ONCE = 16
"""Names that are looked up at once: it cannot be stopped, and a command may ask for slow ones."""
FREE_SECONDS = 5.0
"""How long a name waits for others, which may be another command's, before it is given up."""
_ANOTHERS = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
"""How binding fails at an address that is not of this machine."""


class Names:
    """Looks names up in threads of its own: the loop's serve all, and its end waits for them."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)

    async def look_up(self, target: Target) -> list[Address]:
        """The addresses of a name. Raises: OSError."""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[Address]] = loop.create_future()

        def settle(addresses: list[Address], failed: OSError | None) -> None:
            self._free.release()
            if found.done():
                return
            if failed is None:
                found.set_result(addresses)
            else:
                found.set_exception(failed)

        def ask() -> None:
            addresses, failed = list[Address](), None
            try:
                addresses = _addresses(target)
            except OSError as error:
                failed = error
            except Exception as error:  # the turn is given back all the same
                logger.exception("a name could not be looked up")
                failed = OSError(f"it could not be looked up: {error!r}")
            with contextlib.suppress(RuntimeError):  # the engine has ended meanwhile
                loop.call_soon_threadsafe(settle, addresses, failed)

        await self._begin()
        try:
            threading.Thread(target=ask, name="look_up", daemon=True).start()
        except RuntimeError as error:
            self._free.release()
            raise OSError("this machine has no thread left to look it up") from error
        return await found

    async def _begin(self) -> None:
        try:
            async with asyncio.timeout(FREE_SECONDS):
                await self._free.acquire()
        except TimeoutError as error:
            raise OSError("too many names are being looked up") from error


def _addresses(target: Target) -> list[Address]:
    try:
        asked = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError("it is no name") from error
    return [(family, str(where[0])) for family, _, _, _, where in asked]


def objection(address: Address) -> str:
    """Why an address may not be connected to: not public, or this machine's own; empty if it may.

    A socket can be bound to each address of this machine, and to no other; where the kernel lets
    it be bound to all (``ip_nonlocal_bind``), none may be connected to.

    Raises: OSError, when the machine has nothing left to find it out with.
    """
    family, digits = address
    if found := rules.objection(digits):
        return found
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as trial:
            trial.bind((digits, 0))
    except OSError as error:
        if error.errno in _ANOTHERS:
            return ""
        raise
    return "it is this machine's own"


@dataclass(frozen=True, slots=True)
class Network:
    """What is allowed, and how it is reached; tests alone give other functions.

    Attributes:
        look_up: the addresses of a name. Raises: OSError.
        objection: why an address may not be connected to; empty if it may. Raises: OSError.
    """

    allowed: Allowed = NOWHERE
    look_up: Callable[[Target], Awaitable[list[Address]]] = field(
        default_factory=lambda: Names().look_up
    )
    objection: Callable[[Address], str] = objection


CLOSED = Network()


async def connect(network: Network, target: Target) -> socket.socket:
    """A connection to the very address that was judged.

    Raises:
        PermissionError: an address of the name may not be connected to; says which and why.
        OSError: it cannot be reached, or an address could not be judged.
    """
    addresses = list(dict.fromkeys(await network.look_up(target)))
    for address in addresses:
        if wrong := _judged(network, address):
            raise PermissionError(f"it leads to {address[1]}, and {wrong}")
    failure = OSError("it has no address")
    for address in addresses[:TRIED]:
        try:
            async with asyncio.timeout(ADDRESS_SECONDS):
                return await _connected(address, target.port)
        except OSError as error:
            failure = error
    raise failure


def _judged(network: Network, address: Address) -> str:
    """Its objection. Raises: OSError, whatever went wrong: what is not judged is not reached."""
    try:
        return network.objection(address)
    except OSError as error:
        why = error.strerror or error
        raise OSError(f"{address[1]} could not be judged: {why}") from error
    except Exception as error:
        logger.exception("an address could not be judged")
        raise OSError(f"{address[1]} could not be judged: {error!r}") from error


async def _connected(address: Address, port: int) -> socket.socket:
    """Raises: OSError, also where this machine does not speak the family."""
    family, digits = address
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        await asyncio.get_running_loop().sock_connect(made, (digits, port))
    except BaseException:
        made.close()
        raise
    return made
