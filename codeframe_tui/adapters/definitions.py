"""Agent definitions and project rules, as files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from codeframe_tui.core.errors import NotFound, WrongUse
from codeframe_tui.core.talk.agent import AgentDefinition, parse_definition
from codeframe_tui.settings import config_dir

__all__ = ["RULES_FILES", "Definitions", "read_rules"]

RULES_FILES = ("AGENTS.md", "CLAUDE.md", "CODEFRAME.md")
PROJECT_FOLDERS = (".claude/agents", ".codeframe/agents")
MAX_BYTES = 256 * 1024
DEFAULT = "Backend Worker"


class Definitions:
    """Finds definitions: the user's config folder, then the repository's, then ours.

    The default is never the repository's: whoever wants one of its definitions has to name it.
    """

    def __init__(self, project: Path) -> None:
        self._project = project

    def load(self, name: str | None) -> AgentDefinition:
        """The definition of a name, by its ``name`` field or file stem, whatever the case.

        Args:
            name: None = the default, from the user's config folder or ours.

        Raises:
            NotFound: there is none; the hint lists those there are.
            WrongUse: it is broken; names file and line.
        """
        wanted = _key(name or DEFAULT)
        names = []
        for path, trusted in self._files():
            if name is None and not trusted:
                continue
            if _key(path.stem) == wanted:
                return _read(path, trusted=trusted)
            try:
                found = _read(path, trusted=trusted)
            except WrongUse:
                continue  # a broken definition that nobody asked for; doctor tells of it
            if _key(found.name) == wanted:
                return found
            names.append(found.name)
        built_in = _built_in()
        if wanted in {_key(built_in.name), "default"}:
            return built_in
        known = ", ".join([*names, built_in.name])
        raise NotFound(f"there is no agent definition {name!r}", hint=f"known are: {known}")

    def check(self) -> list[tuple[str, str]]:
        """Every definition file and what is wrong with it; empty text = nothing."""
        report = []
        for path, trusted in self._files():
            try:
                _read(path, trusted=trusted)
            except WrongUse as error:
                report.append((str(path), error.message))
            else:
                report.append((str(path), ""))
        return report

    def _files(self) -> Iterator[tuple[Path, bool]]:
        yield from ((path, True) for path in _markdown(config_dir() / "agents"))
        for folder in PROJECT_FOLDERS:
            yield from ((path, False) for path in _markdown(self._project / folder))


def read_rules(project: Path) -> Mapping[str, str]:
    """Texts of the rules files in the project's root: name -> text, bounded."""
    rules = {}
    for name in RULES_FILES:
        content = _content(project / name)
        if content and content.strip():
            rules[name] = content
    return rules


def _markdown(folder: Path) -> list[Path]:
    if not folder.is_dir() or folder.is_symlink():
        return []
    return sorted(path for path in folder.glob("*.md") if path.is_file())


def _read(path: Path, *, trusted: bool) -> AgentDefinition:
    content = _content(path)
    if content is None:
        raise WrongUse(f"{path}:1: the file cannot be read", code="agent")
    return parse_definition(content, str(path), trusted=trusted)


def _content(path: Path) -> str | None:
    """Text of a regular file, never through a link; undecodable bytes are replaced."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        return file.read(MAX_BYTES).decode("utf-8", "replace")


def _built_in() -> AgentDefinition:
    text = files("codeframe_tui.agents").joinpath("backend-worker.md").read_text("utf-8")
    return parse_definition(text, "built-in backend-worker.md")


def _key(name: str) -> str:
    return "-".join(name.casefold().replace("_", " ").replace("-", " ").split())
