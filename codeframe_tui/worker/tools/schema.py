"""Tool definitions as the Messages API wants them, and the check of an input against them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from codeframe_tui.core.network import NOWHERE, Allowed

__all__ = ["ASK_HUMAN", "definitions", "input_error"]

ASK_HUMAN = "AskHuman"


def _tool(
    name: str, description: str, required: dict[str, Any], optional: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "input_schema": {
            "type": "object",
            "properties": required | (optional or {}),
            "required": list(required),
            "additionalProperties": False,
        },
    }


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def _count(description: str) -> dict[str, Any]:
    return {"type": "integer", "minimum": 1, "description": description}


_TOOLS = {
    "Read": _tool(
        "Read",
        "Read a text file of the project. Lines come with their numbers.",
        {"path": _text("path relative to the project")},
        {"offset": _count("first line, from 1"), "limit": _count("number of lines")},
    ),
    "Glob": _tool(
        "Glob",
        "List files whose path matches a pattern, e.g. src/**/*.py.",
        {"pattern": _text("glob pattern relative to the project; ** crosses folders")},
    ),
    "Grep": _tool(
        "Grep",
        "Search file contents with a regular expression; gives path:line: text.",
        {"pattern": _text("Python regular expression, matched within a line")},
        {"path": _text("only in this file or folder"), "glob": _text("only in matching files")},
    ),
    "Write": _tool(
        "Write",
        "Write a whole file in the private copy. It becomes part of your proposal.",
        {"path": _text("path relative to the project"), "content": _text("whole new content")},
    ),
    "Bash": _tool(
        "Bash",
        "Run a shell command in the project's folder, in a sandbox {network}.",
        {"command": _text("command line for /bin/sh")},
        {"timeout_seconds": _count("stop it after this time")},
    ),
    ASK_HUMAN: _tool(
        ASK_HUMAN,
        "Ask the person who supervises you something only a person can decide.",
        {"question": _text("the whole question, understandable by itself")},
        {
            "options": {
                "type": "array",
                "items": {"type": "string"},
                "description": "suggested answers",
            },
            "kind": {
                "type": "string",
                "enum": ["SYNC", "ASYNC"],
                "description": "SYNC waits for the answer; ASYNC goes on with the assumption",
            },
            "assumption": _text("what you go on with until the answer comes (ASYNC)"),
        },
    ),
}


def definitions(
    allowed: Collection[str], *, asks: bool = True, network: Allowed = NOWHERE
) -> list[dict[str, Any]]:
    """Tool definitions for the allowed names, in a stable order.

    Args:
        allowed: names of tools.
        asks: whether AskHuman is among them.
        network: what commands may reach of it.
    """
    return [
        {**tool, "description": tool["description"].replace("{network}", network.wording)}
        for name, tool in _TOOLS.items()
        if name in allowed or (asks and name == ASK_HUMAN)
    ]


def input_error(name: str, given: Mapping[str, Any], allowed: Collection[str]) -> str | None:
    """Why a call cannot be run, in words for the model; None if it can."""
    if name not in _TOOLS or (name not in allowed and name != ASK_HUMAN):
        return f"there is no tool {name!r} here; use {', '.join([*allowed, ASK_HUMAN])}"
    schema = _TOOLS[name]["input_schema"]
    for key in schema["required"]:
        if key not in given:
            return f"{name} needs {key!r}"
    for key, value in given.items():
        if key not in schema["properties"]:
            return f"{name} does not know {key!r}"
        wrong = _type_error(schema["properties"][key], value)
        if wrong:
            return f"{key!r} of {name} {wrong}"
    if given.get("kind") == "ASYNC" and not str(given.get("assumption") or "").strip():
        return "an ASYNC question needs the 'assumption' you go on with"
    return None


def _type_error(schema: Mapping[str, Any], value: object) -> str | None:
    match schema["type"]:
        case "string" if not isinstance(value, str):
            return "must be text"
        case "string" if "enum" in schema and value not in schema["enum"]:
            return f"must be one of {', '.join(schema['enum'])}"
        case "integer" if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            return "must be a whole number from 1"
        case "array" if not (isinstance(value, list) and all(isinstance(i, str) for i in value)):
            return "must be a list of texts"
        case _:
            return None
