"""Agent definitions: Markdown with front matter (name, description, tools) and a role text."""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

from codeframe_tui.core.errors import WrongUse
from codeframe_tui.core.policy import LEVEL_POLICY

__all__ = ["LEVEL_POLICY", "TOOLS", "AgentDefinition", "parse_definition"]

TOOLS = ("Bash", "Glob", "Grep", "Read", "Write")
"""Tools that a definition may allow; AskHuman is always there."""

MAX_CORRECTIONS = 3
_LONGEST_HEAD = 16_384
"""Characters of front matter: reading YAML takes long, and a stranger may have written it."""


@dataclass(frozen=True, slots=True)
class AgentDefinition:
    """Who works, with what, and how independently.

    Attributes:
        role: the text below the front matter, verbatim.
        level: ``D1`` to ``D4``.
        max_corrections: 0 to 3.
        source: where it was read from, for people.
        trusted: false when it lies in the repository; it can then only tighten.
    """

    name: str
    description: str
    tools: tuple[str, ...]
    role: str
    level: str = "D1"
    max_corrections: int = MAX_CORRECTIONS
    source: str = ""
    trusted: bool = True


_LEVEL = re.compile(r"^#+\s*Maturity Level:?\s*(\S+)", re.MULTILINE | re.IGNORECASE)
_CORRECTIONS = re.compile(
    r"^[-*]?\s*Max correction attempts:?\s*(\S+)", re.MULTILINE | re.IGNORECASE
)


def parse_definition(text: str, source: str, *, trusted: bool = True) -> AgentDefinition:
    """Read a definition.

    Args:
        text: the whole file.
        source: its name for error messages, which have the form ``source:line: what is wrong``.
        trusted: whether it may loosen limits.

    Raises:
        WrongUse: the front matter is missing or broken, a tool is unknown, a level is none of
            D1 to D4, or the number of corrections is not 0 to 3.
    """
    head, body, body_line = _split(text.removeprefix("\ufeff").replace("\r\n", "\n"), source)
    fields, lines = _front_matter(head, source)
    name = fields.get("name")
    if not isinstance(name, str) or not name.strip():
        raise _error(source, lines.get("name", 1), "`name` is missing or not text")
    description = fields.get("description") or ""
    if not isinstance(description, str):
        raise _error(source, lines.get("description", 1), "`description` is not text")
    return AgentDefinition(
        name=name.strip(),
        description=description.strip(),
        tools=_tools(fields.get("tools"), source, lines.get("tools", 1)),
        role=body.strip(),
        level=_level(body, source, body_line),
        max_corrections=_corrections(body, source, body_line),
        source=source,
        trusted=trusted,
    )


def _split(text: str, source: str) -> tuple[str, str, int]:
    if not text.startswith("---\n"):
        raise _error(source, 1, "the file does not begin with front matter (a line `---`)")
    end = re.search(r"^---[ \t]*$", text[4:], re.MULTILINE)
    if end is None:
        raise _error(source, 1, "the front matter is not closed by a line `---`")
    head, body = text[4 : 4 + end.start()], text[4 + end.end() :]
    return head, body, head.count("\n") + 2


def _front_matter(head: str, source: str) -> tuple[dict[str, object], dict[str, int]]:
    if len(head) > _LONGEST_HEAD:
        raise _error(source, 1, f"the front matter is longer than {_LONGEST_HEAD} characters")
    loader = yaml.SafeLoader(head)
    try:
        node = loader.get_single_node()
        fields = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise _error(source, line, f"broken front matter: {error.problem}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _error(source, 1, "broken front matter") from error
    if not isinstance(node, yaml.MappingNode) or not isinstance(fields, dict):
        raise _error(source, 1, "the front matter is not a list of `key: value` lines")
    lines = {key.value: key.start_mark.line + 2 for key, _ in node.value}
    return fields, lines


def _tools(value: object, source: str, line: int) -> tuple[str, ...]:
    if value is None:
        return TOOLS
    names = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _error(source, line, "`tools` is not a list of names")
    unknown = [name for name in names if name not in TOOLS]
    if unknown:
        known = ", ".join(TOOLS)
        raise _error(source, line, f"unknown tool {unknown[0]!r}; known are {known}")
    return tuple(dict.fromkeys(names))


def _level(body: str, source: str, first_line: int) -> str:
    found = _LEVEL.search(body)
    if found is None:
        return "D1"
    level = found.group(1).upper()
    if level not in LEVEL_POLICY:
        line = first_line + body[: found.start()].count("\n")
        raise _error(source, line, f"maturity level {found.group(1)!r} is none of D1, D2, D3, D4")
    return level


def _corrections(body: str, source: str, first_line: int) -> int:
    found = _CORRECTIONS.search(body)
    if found is None:
        return MAX_CORRECTIONS
    if found.group(1) not in {"0", "1", "2", "3"}:
        line = first_line + body[: found.start()].count("\n")
        raise _error(source, line, f"max correction attempts {found.group(1)!r} is not 0 to 3")
    return int(found.group(1))


def _error(source: str, line: int, what: str) -> WrongUse:
    return WrongUse(f"{source}:{line}: {what}", hint="mend the agent definition", code="agent")
