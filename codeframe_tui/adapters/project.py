"""The project and the places where its state lies. The cockpit uses this: stdlib only."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from codeframe_tui.core.errors import Lacking, WrongUse

__all__ = ["Project", "find_project", "make_private", "open_project", "state_root"]

SOCKET_PATH_BYTES = 107 if sys.platform == "linux" else 103
"""Longest path that a socket can be bound to."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project and where its state lies.

    Attributes:
        root: real path of the project's folder.
        state_root: the folder that holds the state of all projects.
    """

    root: Path
    state_root: Path

    @property
    def state(self) -> Path:
        """The folder of this project's state, keyed by the project's real path."""
        return self.state_root / "projects" / _key(os.fsencode(self.root))

    @property
    def environments(self) -> tuple[str, ...]:
        """Places in the project that belong to environments; no proposal can take them."""
        found = sorted(mark.parent.name for mark in self.root.glob("*/pyvenv.cfg"))
        return tuple(dict.fromkeys([".venv", *found]))

    @property
    def database(self) -> Path:
        """The state database."""
        return self.state / "state.db"

    @property
    def index(self) -> Path:
        """The database of the code index; may be thrown away."""
        return self.state / "index.db"

    @property
    def lock(self) -> Path:
        """The lock that the one engine holds."""
        return self.state / "engine.lock"

    @property
    def addresses(self) -> Path:
        """Where `serve` leaves its addresses, one a line, the one with full control first."""
        return self.state / "serve.url"

    @property
    def engine_log(self) -> Path:
        """Log of the engine."""
        return self.state / "log" / "engine.log"

    @property
    def verbs_log(self) -> Path:
        """Log of the verbs of the command line."""
        return self.state / "log" / "verbs.log"

    @property
    def reports(self) -> Path:
        """The folder of reports of what failed: that of the logs."""
        return self.engine_log.parent

    @property
    def socket(self) -> Path:
        """Where the engine listens: short whatever the project's path; one per lock.

        Raises:
            Lacking: the path is too long for a socket, or its folder is not ours alone.
        """
        path = runtime_dir() / f"{_key(os.fsencode(self.state.absolute()))}.sock"
        if len(os.fsencode(path)) > SOCKET_PATH_BYTES:
            raise Lacking(
                f"the path of the engine's socket is too long: {path}",
                hint="set XDG_RUNTIME_DIR to a shorter folder of yours",
                code="path_too_long",
            )
        return path

    def holds(self, path: Path) -> bool:
        """Whether a path leads into the project, however it is spelled: see `within`."""
        from codeframe_tui.adapters.within import within  # noqa: PLC0415 - not on the first picture

        return within(self.root, path) is not None

    def prepare(self) -> None:
        """Make the folders of the state, readable by their owner only.

        Raises:
            Lacking: one cannot be made, or is not ours alone.
        """
        try:
            self.state_root.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(self.state_root, error) from error
        for folder in (self.state.parent, self.state, self.engine_log.parent):
            make_private(folder)


def open_project(
    folder: Path | None, state_dir: Path | None, environment: Mapping[str, str] = os.environ
) -> Project:
    """The project of a command line.

    Args:
        folder: what the person named; None = from the current folder, see `find_project`.
        state_dir: what the person named; None = see `state_root`.

    Raises:
        WrongUse: there is no such folder.
    """
    try:
        root = find_project(Path.cwd()) if folder is None else folder
        if not root.is_dir():
            raise WrongUse(
                f"there is no folder {root}", hint="name an existing folder, or a verb (--help)"
            )
        return Project(root.resolve(), (state_dir or state_root(environment)).absolute())
    except FileNotFoundError as error:
        raise WrongUse(
            "the current folder was deleted", hint="change to another one, or name --project"
        ) from error


def find_project(start: Path) -> Path:
    """The nearest folder at or above ``start`` that holds ``.git``, below the home; else start."""
    home = Path.home()
    for folder in (start, *start.parents):
        if folder != start and _is_same(folder, home):
            break
        if (folder / ".git").exists():
            return folder
    return start


def state_root(environment: Mapping[str, str] = os.environ) -> Path:
    """Where all state lives, as `Settings.state_dir` says, without loading the settings."""
    from platformdirs import user_config_path, user_state_path  # noqa: PLC0415 - seldom needed

    if named := environment.get("CODEFRAME_TUI_STATE_DIR"):
        return Path(named)
    try:
        text = (user_config_path("codeframe-tui", appauthor=False) / "config.toml").read_bytes()
        import tomllib  # noqa: PLC0415 - most people have no such file

        named = tomllib.loads(text.decode()).get("state_dir")
    except (OSError, ValueError):
        named = None
    return Path(named) if named else user_state_path("codeframe-tui", appauthor=False)


def runtime_dir() -> Path:
    """The private folder of sockets, made when it is not there.

    Raises:
        Lacking: it belongs to somebody else, is a link or is open to others.
    """
    if base := os.environ.get("XDG_RUNTIME_DIR"):
        return make_private(Path(base) / "codeframe-tui")
    return make_private(Path(tempfile.gettempdir()) / f"codeframe-tui-{os.getuid()}")


def make_private(folder: Path) -> Path:
    """Make a folder of mode 0700, or see that it is ours alone.

    Raises:
        Lacking: it is not, or it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise _unusable(folder, error) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise Lacking(
            f"{folder} is not a folder of yours", hint="remove it, or set XDG_RUNTIME_DIR"
        )
    if found.st_mode & 0o077:
        folder.chmod(0o700)
    return folder


def _is_same(folder: Path, other: Path) -> bool:
    try:
        return folder.samefile(other)
    except OSError:
        return folder == other


def _unusable(folder: Path, error: OSError) -> Lacking:
    return Lacking(
        f"{folder} cannot be used: {error.strerror}",
        hint="make it writable, or name another place with --state-dir or XDG_RUNTIME_DIR",
    )


def _key(path: bytes) -> str:
    return hashlib.sha256(path).hexdigest()[:16]
