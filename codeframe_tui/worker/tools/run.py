"""Carry one tool call out in a workspace; every failure becomes a text the model can act on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from codeframe_tui.core.content import is_binary, lines_of
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.network import told
from codeframe_tui.core.paths import check_path
from codeframe_tui.core.text import clean_line
from codeframe_tui.ports import Files, Workspace
from codeframe_tui.worker.tools import search
from codeframe_tui.worker.workshop import Workshop

__all__ = ["ToolOutcome", "run_tool", "time_limit"]


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """What the model gets, and one line for the person.

    Attributes:
        text: bounded; says what was cut.
        ok: whether the tool did what was asked.
        summary: e.g. ``read src/x.py``.
    """

    text: str
    ok: bool
    summary: str


async def run_tool(
    shop: Workshop,
    workspace: Workspace,
    name: str,
    given: Mapping[str, Any],
    on_output: Callable[[bytes], None],
) -> ToolOutcome:
    """Run a call whose input has passed `input_error`. Never raises for what the tool does."""
    try:
        if name == "Bash":  # the sandbox ends it, with everything it started
            return await _bash(shop, workspace, given, on_output)
        async with asyncio.timeout(seconds := time_limit(shop, given)):
            text, summary = await _look_or_write(shop, workspace, name, given)
    except TimeoutError:
        return ToolOutcome(
            f"error: {name} was given up after {seconds:g} s",
            ok=False,
            summary=f"{name.lower()} was given up after {seconds:g} s",
        )
    except (CodeframeError, OSError, ValueError) as error:
        return ToolOutcome(
            f"error: {error}", False, f"{name.lower()} failed: {clean_line(str(error))}"
        )
    return ToolOutcome(bounded(text, shop.settings.limits.tool_output), True, summary)


def time_limit(shop: Workshop, given: Mapping[str, Any]) -> float:
    """Seconds that a call may take; the model may ask for less."""
    longest = shop.settings.waits.tool
    # compared before it is converted: a whole number of JSON may be beyond every float
    return float(min(given.get("timeout_seconds", longest), longest))


async def _look_or_write(
    shop: Workshop, workspace: Workspace, name: str, given: Mapping[str, Any]
) -> tuple[str, str]:
    match name:
        case "Read":
            return await asyncio.to_thread(_read, shop.files_at(workspace.root), given)
        case "Glob":
            return await search.glob_files(shop.index, workspace, given)
        case "Grep":
            return await search.grep_files(shop.index, workspace, given)
        case _:
            await shop.working_tree.differs({check_path(given["path"]): None})  # the gate
            return await asyncio.to_thread(_write, shop.files_at(workspace.root), given)


def bounded(text: str, limit: int) -> str:
    """At most about ``limit`` bytes: head and tail, and a line that says what was cut."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= limit:
        return text
    half = limit // 2
    head, tail = raw[:half].decode("utf-8", "ignore"), raw[-half:].decode("utf-8", "ignore")
    return f"{head}\n… {len(raw) - 2 * half} bytes cut …\n{tail}"


def _read(files: Files, given: Mapping[str, Any]) -> tuple[str, str]:
    path = check_path(given["path"])
    raw = files.read(path, 4 * 2**20)
    if is_binary(raw):
        return f"{path} is a binary file of {files.size(path)} bytes", f"read {path} (binary)"
    lines = lines_of(raw.decode("utf-8", "replace"))
    first = given.get("offset", 1)
    shown = lines[first - 1 : first - 1 + given.get("limit", 2000)]
    text = "\n".join(f"{number:6}\t{line}" for number, line in enumerate(shown, first))
    if not shown:
        text = f"{path} has {len(lines)} lines; nothing from line {first}"
    elif first - 1 + len(shown) < len(lines):
        text += f"\n… {len(lines)} lines in all"
    return text, f"read {path}"


def _write(files: Files, given: Mapping[str, Any]) -> tuple[str, str]:
    path = check_path(given["path"])
    content = given["content"].encode("utf-8")
    files.write(path, content)
    return f"wrote {len(content)} bytes to {path}", f"wrote {path}"


async def _bash(
    shop: Workshop,
    workspace: Workspace,
    given: Mapping[str, Any],
    on_output: Callable[[bytes], None],
) -> ToolOutcome:
    command = given["command"]
    seconds = time_limit(shop, given)
    done = await shop.sandbox.run(
        workspace,
        ["/bin/sh", "-c", command],
        timeout_seconds=seconds,
        on_output=on_output,
        network=True,
    )
    # what it reads must be what is there, so that only keys of ours are hidden
    said = await asyncio.to_thread(shop.secrets.withhold, done.output.decode("utf-8", "replace"))
    output = bounded(said, shop.settings.limits.tool_output)
    status = f"exit code {done.exit_code}" if done.ended == "exit" else done.message or done.ended
    text = f"{output.rstrip()}\n[{status}]" if output.strip() else f"[{status}, no output]"
    ran = clean_line(shop.secrets.redact(command), limit=160)
    summary = f"ran {ran} · {status}"
    if reached := shop.secrets.redact(told(done.contacts)):
        text, summary = f"{text}\n[{reached}]", f"{summary} · {reached}"
    return ToolOutcome(text, done.exit_code == 0, summary)
