"""Addresses: where an engine is served to others, and the token that lets one in."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from codeframe_tui.core.errors import NotFound, WrongUse

__all__ = ["LOOPBACK", "Address", "keep_address", "parse_address", "read_address"]

LOOPBACK = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "[::1]": "::1", "::1": "::1"}
"""Names of this machine, as people and URLs write them, and the place they mean."""

_FORM = re.compile(r"ws://(?P<host>\[[^\]/#]*\]|[^:/#\[\]]+):(?P<port>\d{1,5})/?#(?P<token>[\w-]+)")
_EXAMPLE = "copy the whole address that `serve` printed: ws://127.0.0.1:PORT/#TOKEN"


@dataclass(frozen=True, slots=True)
class Address:
    """Where an engine is served, and the token that lets one in.

    The token stands behind ``#``: such a part of a URL is never sent, and a shell leaves it alone.
    """

    host: str
    port: int
    token: str = field(repr=False)

    @property
    def place(self) -> str:
        """Host and port, without the secret."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address: a secret."""
        return f"ws://{self.place}/#{self.token}"


def parse_address(text: str) -> Address:
    """The address of a URL. Raises: WrongUse, which never repeats what could be a secret."""
    found = _FORM.fullmatch(text.strip())
    if found is None or not 0 < int(found["port"]) < 2**16:
        raise WrongUse("this is no address of an engine", hint=_EXAMPLE, code="bad_address")
    host = LOOPBACK.get(found["host"].lower())
    if host is None:
        raise WrongUse(
            "an engine is reached on this machine only, and the address names another one",
            hint="forward its port (ssh -L PORT:127.0.0.1:PORT HOST), then use 127.0.0.1",
            code="bad_address",
        )
    return Address(host, int(found["port"]), found["token"])


def read_address(named: str) -> Address:
    """The address that a person named: a URL, or a file whose first line is one.

    Raises:
        WrongUse: it is neither.
        NotFound: the file cannot be read (code ``engine_lost``: it may come again).
    """
    if "://" in named:
        return parse_address(named)
    try:
        with Path(named).open(encoding="utf-8", errors="replace") as file:
            return parse_address(file.readline(4096))
    except OSError as error:
        raise NotFound(
            f"there is no address in {named}: {error.strerror}",
            hint="start `codeframe-tui serve`, or name the address that it printed",
            code="engine_lost",
        ) from error


def keep_address(path: Path, *addresses: Address) -> None:
    """Write addresses, one a line, where their owner alone can read them. Raises: OSError."""
    first_name = path.with_name(f".{path.name}.{os.getpid()}")
    first_name.unlink(missing_ok=True)
    place = os.open(first_name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(place, "w", encoding="utf-8") as file:
        file.writelines(f"{address.url}\n" for address in addresses)
    first_name.rename(path)
