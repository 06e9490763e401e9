"""What comes in from a client, checked before anything acts on it. The engine's side only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from codeframe_tui.core.commands import COMMANDS, Command
from codeframe_tui.core.errors import WrongUse
from codeframe_tui.core.queries import QUERIES, Query

__all__ = ["check_numbers", "decode_wish"]

LARGEST = 2**63 - 1
"""What the store can hold; a larger one would fail inside, far from who said it."""


def decode_wish(door: str, body: object) -> Command | Query:
    """The command (door ``submit``) or query (door ``query``) of a request.

    Raises:
        WrongUse: the type is unknown, a field is unknown, missing or of another type (code
            ``bad_request``), or a number is too large; names the field.
    """
    kinds = COMMANDS if door == "submit" else QUERIES
    if not isinstance(body, Mapping) or not {"type"} <= body.keys() <= {"type", "args"}:
        raise WrongUse(f"`{door}` needs `type` and `args`, nothing else", code="bad_request")
    name, arguments = body["type"], body.get("args", {})
    if not isinstance(name, str) or name not in kinds:
        raise WrongUse(f"there is no {door} {name!r:.80}", code="bad_request")
    check_numbers(name, arguments)
    try:
        # JSON mode reads arrays as tuples, which strict Python mode does not
        wish: Command | Query = _adapter(name).validate_json(
            json.dumps(arguments), strict=True, extra="forbid"
        )
    except ValidationError as error:
        raise WrongUse(_tell(name, error), code="bad_request") from error
    return wish


def check_numbers(name: str, value: object) -> None:
    """Look at all numbers within a request.

    Raises:
        WrongUse: one has more than 64 bits (code ``bad_request``); names the field.
    """
    waiting = [(name, value)]
    while waiting:  # no recursion: how deep it goes is said by the client
        place, each = waiting.pop()
        if isinstance(each, Mapping):
            waiting += [(f"{place}.{key:.80}", part) for key, part in each.items()]
        elif isinstance(each, list):
            waiting += [(place, part) for part in each]
        elif isinstance(each, int) and not -LARGEST <= each <= LARGEST:
            raise WrongUse(f"{place:.200}: the number is too large", code="bad_request")


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter((COMMANDS | QUERIES)[name])


def _tell(name: str, error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{name}{'.' if place else ''}{place}: {first['msg']}"
