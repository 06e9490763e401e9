"""A connection to an engine that is served to others. Stdlib and core only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from codeframe_tui.core.errors import CodeframeError, Refused
from codeframe_tui.wire.address import Address
from codeframe_tui.wire.channel import Silence
from codeframe_tui.wire.client import Client

__all__ = ["reach_remote"]


async def reach_remote(find: Callable[[], Address], silence: Silence | None = None) -> Client:
    """A fresh connection to what `serve` offers; its iterators end with it.

    Args:
        find: the address, asked for each time: a file may hold a newer one by now.
        silence: as `Client`'s.

    Raises:
        CodeframeError: see `wire.websocket.dial` and `wire.address.read_address`; nobody there has
            the code ``engine_lost``.
    """
    from codeframe_tui.wire.websocket import dial  # noqa: PLC0415 - only who needs it pays for it

    address = find()
    client = Client(comes_back=False, remote=True, silence=silence)
    try:
        await client.join(partial(dial, address))
    except CodeframeError:
        raise
    except OSError as error:
        raise Refused(
            f"no engine is served at {address.place}",
            hint="start `codeframe-tui serve` there, and see that its port is forwarded",
            code="engine_lost",
        ) from error
    return client
