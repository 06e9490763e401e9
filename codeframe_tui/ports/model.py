"""The language model."""

from __future__ import annotations

from collections.abc import (
    Callable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from typing import Any, Protocol

from codeframe_tui.core.events import Signal
from codeframe_tui.core.usage import Usage


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """One call of the Messages API.

    Attributes:
        system: text blocks; the adapter marks the cacheable prefix.
        messages: ``{"role", "content"}`` objects of the API.
        tools: tool definitions of the API.
        max_tokens: bound of the reply.
    """

    model: str
    system: tuple[str, ...]
    messages: Sequence[Mapping[str, Any]]
    tools: Sequence[Mapping[str, Any]]
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply whose end has arrived. Tool inputs are parsed strictly from the raw JSON.

    Attributes:
        content: content blocks as JSON objects, fit to be sent back verbatim.
        stop_reason: never None.
        usage: None when the server told no counts; the cost is then unknown.
        broken_tools: tool_use id -> why its input is not valid JSON.
    """

    content: tuple[dict[str, Any], ...]
    stop_reason: str
    model: str
    usage: Usage | None
    broken_tools: Mapping[str, str] = field(default_factory=dict)


class Model(Protocol):
    """A language model behind the Messages protocol."""

    def ready(self) -> str | None:
        """None when a call can be made, else one line that says what is missing."""
        ...

    async def turn(self, request: TurnRequest, on_delta: Callable[[Signal], None]) -> Reply:
        """Stream one reply; no retries here. Raises: ModelFailed, with its kind."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...
