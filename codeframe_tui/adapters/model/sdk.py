"""The one module that imports the SDK; importing it costs a CPU second, so it is done late.

The raw events of the stream are read instead of the SDK's accumulated message: that one takes a
stream without an end for a reply and partial tool input for input (see `assembly`).
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from typing import Any, cast
from urllib.parse import urlsplit

import anthropic
import httpx2

from codeframe_tui.adapters.clock import SystemClock
from codeframe_tui.adapters.model.assembly import Assembly, is_progress
from codeframe_tui.adapters.model.faults import api_kind, failed, retry_after
from codeframe_tui.core.errors import ModelFailed
from codeframe_tui.core.events import Signal
from codeframe_tui.core.secrets import Secrets
from codeframe_tui.core.waiting import waiting
from codeframe_tui.ports.model import Reply, TurnRequest
from codeframe_tui.settings import Waits

__all__ = ["Connection", "payload"]

log = logging.getLogger(__name__)

_FAULTS = (
    anthropic.AnthropicError,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    RecursionError,
    TypeError,
    ValueError,
)
_CLOCK = SystemClock()
_CACHED = {"type": "ephemeral"}
_SECRET = 8  # characters that a real key has at least
_DRAIN_SECONDS = 0.05
_TELL_SECONDS = 1.0
_DOCUMENT_BYTES = 65_536
_Events = AsyncGenerator[Any, None]


class Connection:
    """An open client; one per engine.

    Args:
        waits: ``first_token``, ``stream_gap`` and ``reply`` are limits of a turn.
        base_url: None = as the SDK finds it.
        api_key: None = as the SDK finds it.
    """

    def __init__(self, waits: Waits, *, base_url: str | None, api_key: str | None) -> None:
        self._waits = waits
        direct = base_url is not None and _is_loopback(base_url)
        self._client = anthropic.AsyncAnthropic(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            timeout=anthropic.Timeout(None, connect=10.0),
            http_client=anthropic.DefaultAsyncHttpxClient(trust_env=False) if direct else None,
        )
        self._leaving: set[asyncio.Task[None]] = set()

    async def turn(self, request: TurnRequest, on_delta: Callable[[Signal], None]) -> Reply:
        """See `ports.Model.turn`."""
        assembly = Assembly(on_delta)
        on_delta(waiting("the model's first word", _CLOCK.now(), self._waits.first_token))
        limit = asyncio.timeout(min(self._waits.first_token, self._waits.reply))
        patience = _Patience(limit, self._waits, on_delta)
        try:
            async with limit:
                await self._stream(request, assembly, patience)
        except ModelFailed as failure:
            raise self._redacted(failure) from None
        except TimeoutError as error:
            if not assembly.stopped:
                raise self._stalled(assembly, endless=patience.is_over) from error
        except _FAULTS as error:
            if not assembly.stopped:
                raise self._redacted(_translated(error)) from self._safe(error)
        reply = assembly.reply()
        log.info("model turn ended: %s, %s", reply.stop_reason, reply.usage)
        return reply

    async def close(self) -> None:
        """Close the connections."""
        await asyncio.gather(*self._leaving, return_exceptions=True)
        await self._client.close()

    async def _stream(self, request: TurnRequest, assembly: Assembly, patience: _Patience) -> None:
        """Feed the assembly until its end.

        Nothing is awaited once the end has been fed: a turn that is cancelled later than that
        would lose a reply that is paid for.
        """
        stream = await self._client.messages.create(**payload(request), stream=True)
        response = stream.response
        events = cast("_Events", anthropic.AsyncStream.raw_events(response))
        try:
            await _check_type(response, assembly)
            async for event in events:
                data = _data(event.data)
                patience.renew(got_on=is_progress(data))
                assembly.feed(data)
                if assembly.stopped:
                    return
        finally:
            leaving = asyncio.create_task(_leave(response, events, whole=assembly.stopped))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    def _stalled(self, assembly: Assembly, *, endless: bool) -> ModelFailed:
        waits = self._waits
        if endless:  # it would be paid for again, and go on again
            said = f"the reply did not end within {waits.reply:g} s (waits.reply)"
            return failed("stalled", said, again=False)
        if not assembly.begun:
            said = f"the model sent nothing within {waits.first_token:g} s (waits.first_token)"
            return failed("stalled", said)
        said = f"the model fell silent for {waits.stream_gap:g} s (waits.stream_gap)"
        return failed("stalled", said)

    def _secrets(self) -> dict[str, str]:
        """Key and token, which may come from a profile on disk; a client that has both sends both.

        A short one (a local server's "test") is none.
        """
        given = {"key": self._client.api_key or "", "token": self._client.auth_token or ""}
        return {name: value for name, value in given.items() if len(value) >= _SECRET}

    def _redacted(self, failure: ModelFailed) -> ModelFailed:
        """A server may repeat the key it refuses."""
        failure.message = _without(failure.message, self._secrets())
        failure.args = (failure.message,)
        return failure

    def _safe(self, error: BaseException) -> BaseException | None:
        """The cause for the log, unless it holds a secret."""
        text = f"{error!r} {error}"
        return error if Secrets(self._secrets()).withhold(text) == text else None


class _Patience:
    """The limit of a stream; it moves on with every piece, and is told once a second at most.

    Pings, and events we do not know, say that the line stands, not that the model gets on: alone
    they keep nothing alive.
    """

    def __init__(
        self, limit: asyncio.Timeout, waits: Waits, on_delta: Callable[[Signal], None]
    ) -> None:
        self._limit = limit
        self._gap = waits.stream_gap
        self._silence = max(waits.first_token, waits.stream_gap)
        self._on_delta = on_delta
        self._loop = asyncio.get_running_loop()
        self._last = self._loop.time()
        self._end = self._last + waits.reply
        self._told = -_TELL_SECONDS

    @property
    def is_over(self) -> bool:
        """Whether the reply has had all the time it may take."""
        return self._loop.time() >= self._end

    def renew(self, *, got_on: bool) -> None:
        """A piece has come."""
        now = self._loop.time()
        if got_on:
            self._last = now
        until = min(now + self._gap, self._last + self._silence, self._end)
        self._limit.reschedule(until)
        if now - self._told >= _TELL_SECONDS:
            self._told = now
            self._on_delta(waiting("more from the model", _CLOCK.now(), until - now))


def payload(request: TurnRequest) -> dict[str, Any]:
    """The arguments of the call, with the cache marks on the prefix that will be asked again."""
    call: dict[str, Any] = {
        "model": request.model,
        "max_tokens": request.max_tokens,
        "messages": _marked(request.messages),
    }
    if request.system:
        blocks: list[dict[str, Any]] = [{"type": "text", "text": text} for text in request.system]
        blocks[-1]["cache_control"] = _CACHED
        call["system"] = blocks
    if request.tools:
        call["tools"] = list(request.tools)
    return call


def _marked(messages: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - API objects as they are
    """Mark the last block of the last message."""
    copied = [dict(message) for message in messages]
    if copied:
        content = copied[-1]["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else list(content)
        if blocks and blocks[-1].get("type") not in {"thinking", "redacted_thinking"}:
            blocks[-1] = {**blocks[-1], "cache_control": _CACHED}
        copied[-1]["content"] = blocks
    return copied


def _without(text: str, secrets: Mapping[str, str]) -> str:
    """Text without secrets, and without the beginning of one where the text was cut."""
    text = Secrets(secrets).redact(text)
    if not text.endswith("…"):
        return text
    kept = text[:-1]
    begun = (secret[:n] for secret in secrets.values() for n in range(1, len(secret)))
    longest = max((len(each) for each in begun if kept.endswith(each)), default=0)
    return f"{kept[: len(kept) - longest]}…"


def _data(text: str) -> Mapping[str, Any]:
    if not text:
        return {"type": "ping"}
    data = json.loads(text)
    if isinstance(data, dict):
        return data
    raise ValueError("an event is no JSON object")


async def _check_type(response: httpx2.Response, assembly: Assembly) -> None:
    """Refuse what is no stream; some servers tell an error as a document with status 200."""
    kind = response.headers.get("content-type", "")
    if kind.startswith("text/event-stream"):
        return
    if kind.startswith("application/json"):
        document = await _document(response)
        if document.get("type") == "error":
            assembly.feed(document)
    raise failed(
        "protocol",
        f"the server at {response.url.host} answered {kind or 'nothing known'} instead of an "
        "event stream; check ANTHROPIC_BASE_URL",
        again=False,
    )


async def _document(response: httpx2.Response) -> Mapping[str, Any]:
    """A short JSON object; empty when it is none."""
    body = b""
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > _DOCUMENT_BYTES:
            return {}
    try:
        return _data(body.decode())
    except ValueError:
        return {}


async def _leave(response: httpx2.Response, events: _Events, *, whole: bool) -> None:
    """Close a stream; one that was read to its end leaves a connection to be used again."""
    with suppress(TimeoutError, httpx2.StreamError, *_FAULTS):  # it may be read already
        async with asyncio.timeout(_DRAIN_SECONDS if whole else 0):
            async for _ in events:
                pass
    with suppress(httpx2.StreamError, *_FAULTS):
        await events.aclose()
        await response.aclose()


def _translated(error: BaseException) -> ModelFailed:
    """The kind of an error of the SDK or of its HTTP library."""
    match error:
        case anthropic.APITimeoutError() | httpx2.TimeoutException():
            return failed("stalled", "the connection to the model timed out")
        case anthropic.APIStatusError():
            return _refused(error)
        case anthropic.APIConnectionError() | httpx2.HTTPError():
            return failed("dropped", f"the connection to the model broke: {_innermost(error)}")
        case anthropic.CredentialsError():
            return failed("wrong_key", f"the credentials cannot be used: {error}")
        case httpx2.InvalidURL():
            return failed("bad_request", f"ANTHROPIC_BASE_URL is no address: {error}")
        case TypeError():
            keyless = "authentication" in str(error)
            kind = "no_key" if keyless else "bad_request"
            return failed(kind, f"the SDK refuses the call: {error}")
    return failed("protocol", f"the stream is malformed: {error}")


def _innermost(error: BaseException) -> str:
    """The text that tells most: the SDK's own says only "Connection error."."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error) or type(error).__name__


def _refused(error: anthropic.APIStatusError) -> ModelFailed:
    said = error.api_message or error.message
    kind = api_kind(error.status_code, error.type, said)
    text = f"the model server answered {error.status_code} ({error.type or 'error'}): {said}"
    headers = error.response.headers
    again = {"true": True, "false": False}.get(headers.get("x-should-retry", ""))
    return failed(kind, text, wait=retry_after(headers, time.time()), again=again)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
