"""Agent definitions and project rules, as files."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

from codeframe_tui.adapters.files import DirectoryFiles
from codeframe_tui.adapters.within import within
from codeframe_tui.core.errors import CodeframeError, NotFound, WrongUse
from codeframe_tui.core.talk.agent import AgentDefinition, parse_definition
from codeframe_tui.core.trust import Found, tightened
from codeframe_tui.settings import config_dir

__all__ = ["RULES_FILES", "Definitions", "read_rules"]

RULES_FILES = ("AGENTS.md", "CLAUDE.md", "CODEFRAME.md")
PROJECT_FOLDERS = (".claude/agents", ".codeframe/agents")
MAX_BYTES = 256 * 1024
MOST = 500
"""Definition files of a repository that are looked at, in the order of their names."""
DEFAULT = "Backend Worker"


class Definitions:
    """Finds definitions: the user's config folder, then the repository's, then ours.

    The default is never the repository's: whoever wants one of its definitions has to name it.
    What lies in the project is the repository's, a config folder inside it too.

    Args:
        project: real path of the project.
        is_trusted: whether a person trusts a file of the repository, as it was read.
    """

    def __init__(
        self, project: Path, is_trusted: Callable[[Found], bool] = lambda _: False
    ) -> None:
        self._project = project
        self._is_trusted = is_trusted

    def load(self, name: str | None) -> AgentDefinition:
        """The definition of a name, by its ``name`` field or file stem, whatever the case.

        Args:
            name: None = the default, from the user's config folder or ours.

        Raises:
            NotFound: there is none; the hint lists those there are.
            WrongUse: it is broken; names file and line.
        """
        wanted = _key(name or DEFAULT)
        names: list[str] = []
        for path in self._own_files():
            try:
                agent = _read(path)
            except WrongUse:
                if _key(path.stem) == wanted:
                    raise
                continue  # a broken definition that nobody asked for; doctor tells of it
            if wanted in {_key(path.stem), _key(agent.name)}:
                return agent
            names.append(agent.name)
        for file in self._repository_files() if name is not None else ():
            found = self._found(file)
            titles = [] if found.agent is None else [found.agent.name]
            if wanted in map(_key, [Path(file).stem, *titles]):
                return self._of_repository(found)
            names += titles
        built_in = _built_in()
        if wanted in {_key(built_in.name), "default"}:
            return built_in
        known = ", ".join([*names, built_in.name])
        raise NotFound(f"there is no agent definition {name!r}", hint=f"known are: {known}")

    def own(self) -> list[tuple[str, str]]:
        """Every definition file of the user and what is wrong with it; empty text = nothing."""
        report = []
        for path in self._own_files():
            try:
                _read(path)
            except WrongUse as error:
                report.append((str(path), error.message))
            else:
                report.append((str(path), ""))
        return report

    def of_repository(self) -> list[Found]:
        """Every definition file of the repository, read once."""
        return [self._found(path) for path in self._repository_files()]

    def files(self) -> list[Path]:
        """Every definition file there is, unread."""
        return [*self._own_files(), *map(self._project.joinpath, self._repository_files())]

    def _own_files(self) -> list[Path]:
        folder = config_dir() / "agents"
        return [] if within(self._project, folder) is not None else _markdown(folder)

    def _repository_files(self) -> list[str]:
        places = [Path(name) for name in PROJECT_FOLDERS]
        if (inside := within(self._project, config_dir() / "agents")) is not None:
            places.insert(0, inside)
        found = [path for place in places for path in _markdown(self._project / place)]
        return [path.relative_to(self._project).as_posix() for path in found[:MOST]]

    def _of_repository(self, found: Found) -> AgentDefinition:
        """Raises: WrongUse."""
        if found.agent is None:
            raise WrongUse(found.problem, hint="mend the agent definition", code="agent")
        if self._is_trusted(found):
            return parse_definition(found.text, found.agent.source)
        return tightened(found.agent, self.load(None))

    def _found(self, path: str) -> Found:
        """A file through the gate; what is judged, hashed and shown is what one read gave."""
        source = str(self._project / path)
        try:
            content = DirectoryFiles(self._project).read(path, MAX_BYTES + 1)
        except (CodeframeError, OSError) as error:
            return Found(path, problem=f"{source}:1: the file cannot be read: {_why(error)}")
        if len(content) > MAX_BYTES:
            return Found(path, problem=f"{source}:1: the file has more than {MAX_BYTES} bytes")
        sha256 = hashlib.sha256(content).hexdigest()
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            return Found(path, sha256, problem=f"{source}:1: the file is not UTF-8 text")
        try:
            agent = parse_definition(text, source, trusted=False)
        except WrongUse as error:
            return Found(path, sha256, text, problem=error.message)
        return Found(path, sha256, text, agent)


def read_rules(project: Path) -> Mapping[str, str]:
    """Texts of the rules files in the project's root: name -> text, bounded."""
    rules = {}
    for name in RULES_FILES:
        content = _content(project / name)
        if content and content.strip():
            rules[name] = content
    return rules


def _why(error: CodeframeError | OSError) -> str:
    return error.message if isinstance(error, CodeframeError) else error.strerror or str(error)


def _markdown(folder: Path) -> list[Path]:
    """Names in a folder; what they are is seen when they are read."""
    if not folder.is_dir() or folder.is_symlink():
        return []
    return sorted(path for path in folder.glob("*.md") if not path.is_dir())


def _read(path: Path) -> AgentDefinition:
    content = _content(path)
    if content is None:
        raise WrongUse(f"{path}:1: the file cannot be read", code="agent")
    return parse_definition(content, str(path))


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
