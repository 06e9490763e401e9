"""What the tests of the Model port share: a client, a request, and a server of raw bytes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self

from codeframe_tui.adapters.model.client import AnthropicModel
from codeframe_tui.core.events import Signal
from codeframe_tui.ports.model import Reply, TurnRequest
from codeframe_tui.settings import Settings, Waits

KEY = "sk-ant-secret-0123456789"
READ = {
    "name": "Read",
    "description": "Read a file",
    "input_schema": {
        "type": "object",
        "properties": {"path": {"type": "string"}},
        "required": ["path"],
    },
}
HELLO: tuple[dict[str, Any], ...] = ({"role": "user", "content": "Task 7: Say hello"},)


def request_of(messages: Any = HELLO, **fields: Any) -> TurnRequest:
    """A call of a worker with one tool."""
    given: dict[str, Any] = {"system": ("You are a worker.",), "tools": (READ,), "max_tokens": 500}
    return TurnRequest(model="claude-test", messages=messages, **{**given, **fields})


def settings_of(**waits: float) -> Settings:
    """Limits that no test reaches unless it says so."""
    return Settings(waits=Waits(**{"first_token": 20.0, "stream_gap": 20.0, **waits}))


@asynccontextmanager
async def model_at(url: str, settings: Settings | None = None) -> AsyncIterator[AnthropicModel]:
    """The real client of a server."""
    model = AnthropicModel(settings or settings_of(), base_url=url, api_key=KEY)
    try:
        yield model
    finally:
        await model.close()


Event = Mapping[str, Any] | bytes
"""An event of a stream, or bytes as they go over the wire."""


def sse(*events: Event, name: bool = True) -> bytes:
    """Events as they go over the wire; without their names when told so."""
    return b"".join(
        event
        if isinstance(event, bytes)
        else (f"event: {event['type']}\n" if name else "").encode()
        + f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode()
        for event in events
    )


def start(usage: Mapping[str, int] | None = None) -> dict[str, Any]:
    """``message_start``."""
    message: dict[str, Any] = {"id": "msg_1", "type": "message", "role": "assistant"}
    message |= {"model": "claude-test", "content": [], "stop_reason": None}
    message["usage"] = usage if usage is not None else {"input_tokens": 11, "output_tokens": 1}
    return {"type": "message_start", "message": message}


def block(index: int, content: Mapping[str, Any], *deltas: Mapping[str, Any]) -> list[Event]:
    """A content block with its deltas."""
    return [
        {"type": "content_block_start", "index": index, "content_block": content},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def said(*pieces: str, index: int = 0) -> list[Event]:
    """A text block."""
    deltas = [{"type": "text_delta", "text": piece} for piece in pieces]
    return block(index, {"type": "text", "text": ""}, *deltas)


def used(*pieces: str, index: int = 0, ident: str = "toolu_1", name: str = "Read") -> list[Event]:
    """A tool_use block whose input comes in pieces."""
    content = {"type": "tool_use", "id": ident, "name": name, "input": {}}
    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    return block(index, content, *deltas)


def end(reason: str | None = "end_turn", tokens: int | None = 9) -> list[Event]:
    """``message_delta`` and ``message_stop``."""
    stop: dict[str, Any] = {"type": "message_delta", "delta": {"stop_reason": reason}}
    if tokens is not None:
        stop["usage"] = {"output_tokens": tokens}
    return [stop, {"type": "message_stop"}]


GOOD = sse(start(), *said("all ", "is well"), *end())


@dataclass(frozen=True)
class Answer:
    """What the server sends for one request.

    Attributes:
        pieces: parts of the body, each a chunk of its own.
        close: ``end`` (a whole body), ``cut`` (the body lacks its end), ``reset`` or ``stall``
            (nothing more, until the client hangs up).
        head: False = not even a status line.
        pause: seconds after each piece.
    """

    pieces: Sequence[bytes]
    close: str = "end"
    status: int = 200
    kind: str = "text/event-stream"
    headers: Mapping[str, str] | None = None
    head: bool = True
    pause: float = 0.0


class RawServer:
    """Answers the requests in their order, the last one for ever; on a free port of loopback.

    Attributes:
        asked: the bodies of the requests.
        peers: addresses of the clients, one for each connection.
        gone: set when a client has hung up on a stalled answer.
    """

    def __init__(self, *answers: Answer) -> None:
        self._answers = answers
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.asked: list[dict[str, Any]] = []
        self.peers: set[object] = set()
        self.gone = asyncio.Event()
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        self._server.close()
        for writer in self._connections.values():
            writer.transport.abort()  # its task then ends by itself
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = writer
        self.peers.add(writer.get_extra_info("peername"))
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while await self._answer(reader, writer):
                    pass
        finally:
            self._connections.pop(task, None)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.split("content-length:", 1)[1].split("\r\n", 1)[0])
        self.asked.append(json.loads(await reader.readexactly(length)))
        answer = self._answers[min(len(self.asked), len(self._answers)) - 1]
        if answer.head:
            fields = {"content-type": answer.kind, "transfer-encoding": "chunked"}
            lines = [
                f"{name}: {value}" for name, value in (fields | dict(answer.headers or {})).items()
            ]
            writer.write("\r\n".join([f"HTTP/1.1 {answer.status} Said", *lines, "", ""]).encode())
        for piece in answer.pieces:
            writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            await writer.drain()
            await asyncio.sleep(answer.pause)
        match answer.close:
            case "end":
                writer.write(b"0\r\n\r\n")
                await writer.drain()
                return True
            case "reset":
                writer.transport.abort()
            case "stall":
                await reader.read()
                self.gone.set()
        return False


async def turn_at(
    answer: Answer, settings: Settings | None = None
) -> tuple[Reply, list[Signal], RawServer]:
    """What our client makes of one answer."""
    seen: list[Signal] = []
    async with RawServer(answer) as server, model_at(server.url, settings) as model:
        return await model.turn(request_of(), seen.append), seen, server
