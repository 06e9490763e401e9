"""Output of a command while it runs."""

from __future__ import annotations

import asyncio

from codeframe_tui.core.secrets import HIDDEN, NOTHING, Secrets
from codeframe_tui.worker.tools.live import LiveOutput

KEY = "Canary.7f3aQ9zLw2Xc8VbN4mKjH6gFdS1aPoIuYtRe"


async def test_a_key_that_comes_in_pieces_is_hidden() -> None:
    told: list[str] = []
    live = LiveOutput(Secrets.of({"ANTHROPIC_API_KEY": KEY}), told.append)
    live.feed(b"begun " + KEY[:20].encode())
    assert told == ["begun "]
    live.feed(KEY[20:].encode() + b" goes \xe2\x82")
    live.feed(b"\xac on")
    live.close()
    assert "".join(told) == f"begun {HIDDEN} goes € on"


async def test_what_comes_late_is_shown_without_another_piece() -> None:
    shown = asyncio.Event()
    told: list[str] = []

    def tell(text: str) -> None:
        told.append(text)
        if "two" in text:
            shown.set()

    live = LiveOutput(NOTHING, tell)
    live.feed(b"one\n")
    live.feed(b"two\n")
    assert told == ["one\n"]
    async with asyncio.timeout(5):
        await shown.wait()
    live.close()


async def test_of_a_flood_the_newest_is_shown_and_the_rest_counted() -> None:
    told: list[str] = []
    live = LiveOutput(NOTHING, told.append)
    for number in range(1000):
        live.feed(f"{number:4} {'x' * 1018}\n".encode())
    live.close()
    text = "".join(told)
    assert len(text) < 64 * 1024
    assert "bytes cut" in text
    assert f"{999:4} x" in text
