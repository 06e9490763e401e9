"""Rules about commands in the person's ``config.toml``: read at the start, added to when told."""

from __future__ import annotations

import asyncio
import fcntl
import os
import stat
import tempfile
import tomllib
from collections.abc import Iterator, MutableMapping, MutableSequence, Sequence
from contextlib import contextmanager
from pathlib import Path

from codeframe_tui.adapters.durable import sync
from codeframe_tui.core.errors import Lacking
from codeframe_tui.core.permission import Rules

__all__ = ["ConfigRules"]


class ConfigRules:
    """Fulfils `ports.permission.CommandRules`.

    Args:
        rules: as the settings say.
        path: the file that more is written into.
    """

    def __init__(self, rules: Rules, path: Path) -> None:
        self._rules = rules
        self._path = path

    @property
    def rules(self) -> Rules:
        """See the port."""
        return self._rules

    async def allow(self, patterns: Sequence[str]) -> None:
        """See the port; comments and all other settings stay as they are."""
        more = [each for each in patterns if each not in self._rules.allow]
        if not more:
            return
        try:
            await asyncio.to_thread(_add, self._path, more)
        except (OSError, ValueError, TypeError) as error:  # what is no TOML is a ValueError
            written = ", ".join(f'"{each}"' for each in more)
            raise Lacking(
                f"{self._path} cannot be written: {error}",
                hint=f"write it there yourself: [commands] allow = [{written}]",
                code="config",
            ) from error
        self._rules = self._rules.allowing(more)


def _add(path: Path, patterns: Sequence[str]) -> None:
    import tomlkit  # noqa: PLC0415 - seldom needed

    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path.parent):
        path = path.resolve()  # a link to a file elsewhere stays one
        before = path.read_bytes().decode("utf-8") if path.exists() else ""
        document = tomlkit.parse(before)
        commands = document.setdefault("commands", tomlkit.table())
        if not isinstance(commands, MutableMapping):
            raise TypeError("'commands' is no table")
        allow = commands.get("allow", tomlkit.array())
        if not isinstance(allow, MutableSequence):
            raise TypeError("'commands.allow' is no list")
        for each in patterns:
            if each not in allow:
                allow.append(each)
        if "allow" not in commands:
            commands["allow"] = allow
        after = tomlkit.dumps(document)
        if _others(after) != _others(before) or not set(patterns) <= _allowed(after):
            raise ValueError("it is written in a way that nothing can be added to safely")
        if after != before:
            _replace(path, after)


def _others(text: str) -> dict[str, object]:
    """All that a file says beside the commands that are allowed."""
    said = tomllib.loads(text)
    commands = {key: value for key, value in said.get("commands", {}).items() if key != "allow"}
    return {**said, "commands": commands}


def _allowed(text: str) -> set[str]:
    return set(tomllib.loads(text).get("commands", {}).get("allow", ()))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One engine at a time: what another one adds meanwhile is not lost."""
    fd = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _replace(path: Path, text: str) -> None:
    """All or nothing, with the mode that it had."""
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o600
    fd, name = tempfile.mkstemp(dir=path.parent, prefix=".config-")
    try:
        with os.fdopen(fd, "wb") as file:
            os.fchmod(fd, mode)
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(fd)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync(path.parent)
