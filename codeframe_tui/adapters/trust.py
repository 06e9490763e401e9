"""What people decided about files of the repository: one small file each, in the project's state.

It is the user's, beside the database: no repository brings it along. Where the state itself lies
in the project nothing is recorded and nothing counts, for the repository could bring it then.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path

from codeframe_tui.adapters.definitions import Definitions
from codeframe_tui.adapters.durable import sync, write_durably
from codeframe_tui.adapters.project import Project, make_private
from codeframe_tui.adapters.within import follow
from codeframe_tui.core.errors import Lacking, Refused, WrongUse
from codeframe_tui.core.trust import Found, Look, Record, standing

__all__ = ["RecordedTrust"]

logger = logging.getLogger(__name__)

MAX_BYTES = 4 * 2**20
"""Of a record: the text of the file, escaped, and some names."""


class RecordedTrust:
    """Fulfils the port `Trust`; knows the definitions of the project too."""

    def __init__(self, place: Project) -> None:
        self._place = place
        self._project = place.root
        self._folder = place.state / "trust"
        self.definitions = Definitions(place.root, self._is_trusted)

    def look(self) -> Look:
        """See `ports.Trust`."""
        try:
            default = self.definitions.load(None)
        except WrongUse:  # doctor tells of it
            default = None
        found = tuple(self.definitions.of_repository())
        return Look(str(self._project), found, default, self._records())

    def paths(self) -> list[str]:
        """Of files that are trusted as they are now."""
        found = self.definitions.of_repository() if self._folder.is_dir() else []
        return [file.path for file in found if self._is_trusted(file)]

    def stamp(self) -> object:
        """See `ports.Trust`."""
        records = sorted(self._folder.glob("*.json"))
        return tuple(map(_stamp, [*self.definitions.files(), *records]))

    def keep(self, record: Record) -> None:
        """See `ports.Trust`."""
        self._require_place()
        try:
            make_private(self._folder)
            write_durably(self._file(record.path), json.dumps(asdict(record)))
        except OSError as error:
            raise Lacking(
                f"{self._folder} cannot be written: {error.strerror}",
                hint="free space, or make it writable; nothing was recorded",
            ) from error

    def forget(self, path: str) -> None:
        """See `ports.Trust`."""
        self._require_place()
        try:
            with suppress(FileNotFoundError):
                self._file(path).unlink()
                sync(self._folder)
        except OSError as error:
            raise Lacking(
                f"{self._folder} cannot be written: {error.strerror}",
                hint="make it writable; nothing was forgotten",
            ) from error

    def _is_trusted(self, found: Found) -> bool:
        records = self._records(found.path)
        return standing(found, str(self._project), records).state == "trusted"

    def _records(self, path: str | None = None) -> Mapping[str, Record]:
        """By path; only that of one path where it is named."""
        if self._lies_in_project() or not self._is_ours():
            return {}
        names = [self._file(path)] if path is not None else sorted(self._folder.glob("*.json"))
        found = (self._read(name) for name in names)
        return {each.path: each for each in found if each is not None}

    def _read(self, name: Path) -> Record | None:
        try:
            with name.open("rb") as file:
                document = json.loads(file.read(MAX_BYTES))
            record = _record(document)
            return record if self._file(record.path) == name else None
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            logger.warning("a record of trust cannot be read: %s: %s", name, error)
            return None

    def _file(self, path: str) -> Path:
        return self._folder / f"{hashlib.sha256(os.fsencode(path)).hexdigest()}.json"

    def _lies_in_project(self) -> bool:
        """Also where the project holds a link on the way: it chooses then where that leads."""
        links: dict[Path, str] = {}
        end = follow(self._folder.absolute(), links)
        return any(map(self._place.holds, (end, *(link.parent for link in links))))

    def _is_ours(self) -> bool:
        try:
            found = self._folder.lstat()
        except OSError:
            return False
        return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()

    def _require_place(self) -> None:
        if self._lies_in_project():
            raise Refused(
                "nothing can be trusted here: the state lies in the project, which could bring it",
                hint="choose a state folder elsewhere: --state-dir, or CODEFRAME_TUI_STATE_DIR",
                code="state_in_project",
            )


def _record(document: Mapping[str, object]) -> Record:
    """Raises: KeyError, TypeError, ValueError: it is none."""
    values = {each.name: document[each.name] for each in fields(Record)}
    texts = (value for name, value in values.items() if name != "trusted")
    if not isinstance(values["trusted"], bool) or not all(isinstance(one, str) for one in texts):
        raise ValueError("a field is of another type")
    return Record(**values)  # type: ignore[arg-type]  # looked at above


def _stamp(path: Path) -> tuple[str, ...]:
    """Whoever writes to a file cannot choose the time of its last change (ctime)."""
    try:
        seen = path.lstat()
    except OSError:
        return (str(path),)
    numbers = (seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)
    return (str(path), *map(str, numbers))
