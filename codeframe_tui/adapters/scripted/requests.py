"""Requests as the scripted server reads them; it is as strict as the API where that helps us."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Request", "complaint", "read_request"]

_BODY_LIMIT = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def has_key(self) -> bool:
        """Whether it brings any key, in either form."""
        bearer = self.headers.get("authorization", "")
        return bool(self.headers.get("x-api-key") or bearer.removeprefix("Bearer ").strip())

    def document(self) -> dict[str, Any] | None:
        """The body as a JSON object; None if it is none."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection; None when the client has closed it.

    Raises:
        asyncio.IncompleteReadError: it closed inside a request.
    """
    line = await reader.readline()
    if not line.strip():
        return None
    method, path, _ = line.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while (line := await reader.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    length = min(int(headers.get("content-length", "0")), _BODY_LIMIT)
    return Request(method, path.partition("?")[0], headers, await reader.readexactly(length))


def complaint(body: Mapping[str, Any] | None) -> str | None:
    """What the API would refuse about a call; None when it is fine."""
    if body is None:
        return "the body is not a JSON object"
    for name, kind in (("model", str), ("max_tokens", int), ("messages", list)):
        if not isinstance(body.get(name), kind):
            return f"{name}: a value of type {kind.__name__} is required"
    try:
        return _conversation_complaint(body["messages"])
    except (KeyError, TypeError, AttributeError) as error:
        return f"messages: malformed: {error!r}"


def _conversation_complaint(messages: Sequence[Mapping[str, Any]]) -> str | None:
    if not messages or messages[0]["role"] != "user" or messages[-1]["role"] != "user":
        return "messages: must begin and end with a user message"
    return _tool_complaint(messages) or _text_complaint(messages)


def _tool_complaint(messages: Sequence[Mapping[str, Any]]) -> str | None:
    """Each tool_use must have its tool_result in the very next message, and the other way round."""
    asked: set[str] = set()
    for index, message in enumerate(messages):
        blocks = message["content"] if isinstance(message["content"], list) else []
        given = {block["tool_use_id"] for block in blocks if block["type"] == "tool_result"}
        if given != asked:
            return f"messages.{index}: tool_result blocks {sorted(given)} for {sorted(asked)}"
        asked = {block["id"] for block in blocks if block["type"] == "tool_use"}
    return None


def _text_complaint(messages: Sequence[Mapping[str, Any]]) -> str | None:
    for index, message in enumerate(messages):
        content = message["content"]
        if not content:
            return f"messages.{index}: content must not be empty"
        blocks = content if isinstance(content, list) else []
        if any(block["type"] == "text" and not block["text"].strip() for block in blocks):
            return f"messages.{index}: text content blocks must be non-empty"
    return None
