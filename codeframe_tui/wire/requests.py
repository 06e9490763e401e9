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

__all__ = ["decode_wish"]


def decode_wish(door: str, body: object) -> Command | Query:
    """The command (door ``submit``) or query (door ``query``) of a request.

    Raises:
        WrongUse: the type is unknown, a field is unknown, missing or of another type (code
            ``bad_request``); names the field.
    """
    kinds = COMMANDS if door == "submit" else QUERIES
    if not isinstance(body, Mapping) or not {"type"} <= body.keys() <= {"type", "args"}:
        raise WrongUse(f"`{door}` needs `type` and `args`, nothing else", code="bad_request")
    name, arguments = body["type"], body.get("args", {})
    if not isinstance(name, str) or name not in kinds:
        raise WrongUse(f"there is no {door} {name!r:.80}", code="bad_request")
    try:
        # JSON mode reads arrays as tuples, which strict Python mode does not
        wish: Command | Query = _adapter(name).validate_json(
            json.dumps(arguments), strict=True, extra="forbid"
        )
    except ValidationError as error:
        raise WrongUse(_tell(name, error), code="bad_request") from error
    return wish


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter((COMMANDS | QUERIES)[name])


def _tell(name: str, error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{name}{'.' if place else ''}{place}: {first['msg']}"
