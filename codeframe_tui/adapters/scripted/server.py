"""The scripted model server: HTTP/1.1 on loopback, the Messages API, nothing but the stdlib."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Self

from codeframe_tui.adapters.scripted.frames import Ask, document, events, frame, tokens
from codeframe_tui.adapters.scripted.requests import Request, complaint, read_request
from codeframe_tui.adapters.scripted.script import Conversation, Fault, Script, Turn

__all__ = ["ScriptedServer"]

log = logging.getLogger(__name__)

_PING_SECONDS = 0.01
_STREAM = {"content-type": "text/event-stream; charset=utf-8", "transfer-encoding": "chunked"}
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}


class ScriptedServer:
    """A model server on a free port of 127.0.0.1, as an async context manager.

    Args:
        script: what comes next in a conversation.
        delay: seconds between two frames of a stream; 0 sends it at once.

    Attributes:
        requests: calls by conversation (hash of the messages).
        replies: of these, the ones whose end was sent.
    """

    def __init__(self, script: Script, *, delay: float = 0.0) -> None:
        self._script = script
        self._delay = delay
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.requests: Counter[str] = Counter()
        self.replies: Counter[str] = Counter()

    @property
    def base_url(self) -> str:
        """What the SDK takes as ``base_url``."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._connections.values():
            writer.transport.abort()  # its task then ends by itself
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = writer
        try:
            while (request := await read_request(reader)) is not None:
                await self._answer(request, reader, writer)
                if writer.is_closing():
                    break
        except (OSError, EOFError, ValueError) as error:
            log.debug("a connection to the scripted model ended: %s", error)
        finally:
            self._connections.pop(task, None)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        route = (request.method, request.path)
        body = request.document()
        if not request.has_key:
            await _send_error(writer, Fault("status", status=401, message="no key"))
        elif route == ("POST", "/v1/messages/count_tokens"):
            await _send(writer, 200, {"input_tokens": tokens(body)})
        elif route != ("POST", "/v1/messages"):
            message = f"no such place: {request.path}"
            await _send_error(writer, Fault("status", status=404, message=message))
        elif body is None or (wrong := complaint(body)) is not None:
            message = "the body is not a JSON object" if body is None else str(wrong)
            await _send_error(writer, Fault("status", status=400, message=message))
        else:
            await self._reply(Ask.of(body), reader, writer)

    async def _reply(
        self, ask: Ask, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        turn = self._script.turn(Conversation(ask.body["messages"], ask.body.get("tools") or ()))
        self.requests[ask.key] += 1
        fault = turn.fault
        if fault is not None and fault.times is not None and self.requests[ask.key] > fault.times:
            fault = None
        if fault is not None and fault.kind == "status":
            await _send_error(writer, fault)
        elif fault is not None and fault.kind == "html":
            await _send(writer, 200, "<html>Please log in</html>", kind="text/html")
        elif not ask.body.get("stream"):
            await _send(writer, 200, document(turn, ask))
            self.replies[ask.key] += 1
        else:
            writer.write(_head(200, _STREAM))
            await self._stream(turn, fault, ask, reader, writer)

    async def _stream(
        self,
        turn: Turn,
        fault: Fault | None,
        ask: Ask,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        for piece in _frames(turn, fault, ask):
            _chunk(writer, piece)
            if self._delay:
                await writer.drain()
                await asyncio.sleep(self._delay)
        await writer.drain()
        match fault.kind if fault is not None else "":
            case "reset":
                writer.transport.abort()
            case "stall":
                await reader.read()  # until the client hangs up
                writer.close()
            case "pings":
                while not reader.at_eof() and not writer.is_closing():
                    _chunk(writer, frame({"type": "ping"}))
                    await writer.drain()
                    await asyncio.sleep(_PING_SECONDS)
            case _:
                writer.write(b"0\r\n\r\n")
                await writer.drain()
        if fault is None:
            self.replies[ask.key] += 1


def _frames(turn: Turn, fault: Fault | None, ask: Ask) -> Iterator[bytes]:
    """The frames of a turn, up to where its fault ends them."""
    for index, event in enumerate(events(turn, ask)):
        if fault is None or (index < fault.after and fault.kind != "empty"):
            yield frame(event)
            continue
        if fault.kind in {"skip", "malformed"}:
            if index > fault.after:
                yield frame(event)
            elif fault.kind == "malformed":
                yield b'event: content_block_delta\ndata: {"type": "content_block_delta", \n\n'
            continue
        if fault.kind == "error":
            yield frame(_error(fault.error, fault.message))
        elif fault.kind == "cut_inside":
            whole = frame(event)
            yield whole[: len(whole) // 2]
        return


def _error(type_: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": type_, "message": message}}


async def _send_error(writer: asyncio.StreamWriter, fault: Fault) -> None:
    headers = {} if fault.retry_after is None else {"retry-after": f"{fault.retry_after:g}"}
    type_ = _TYPES.get(fault.status, fault.error)
    await _send(writer, fault.status, _error(type_, fault.message), headers=headers)


async def _send(
    writer: asyncio.StreamWriter,
    status: int,
    body: Mapping[str, Any] | str,
    *,
    kind: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> None:
    data = (body if isinstance(body, str) else json.dumps(body)).encode()
    length = {"content-type": kind, "content-length": str(len(data))}
    writer.write(_head(status, {**length, **(headers or {})}) + data)
    await writer.drain()


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {'OK' if status == 200 else 'Error'}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
