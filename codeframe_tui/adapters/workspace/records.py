"""What is remembered of the project and of each workspace between two looks at them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.workspace.walk import Known
from codeframe_tui.ports.files import TreeEntry

__all__ = ["Record", "Records"]

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Record:
    """One look.

    Attributes:
        tree: what the folder held.
        known: states of files whose content is known without reading them.
        extras: ignored files that come along.
        environments: folders kept empty for a mount.
        withheld: files that look secret and stayed at home.
        mark: tells which of our keys files were searched for.
    """

    tree: str
    known: dict[str, Known] = field(default_factory=dict)
    extras: dict[str, TreeEntry] = field(default_factory=dict)
    environments: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    mark: str = ""


class Records:
    """Records as files beside the objects they name, so that both go together.

    A record is written last and removed first: that it is there says that its folder is complete.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._cache: dict[str, Record] = {}

    def prepare(self) -> None:
        """Make the place."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def load(self, name: str) -> Record | None:
        """The record; None when there is none or it cannot be read."""
        if name not in self._cache:
            try:
                document = json.loads(self._path(name).read_bytes())
                self._cache[name] = _from_document(document)
            except (OSError, ValueError, KeyError, TypeError):
                return None
        return self._cache[name]

    def save(self, name: str, record: Record) -> None:
        """Replace the record."""
        path = self._path(name)
        new = path.with_suffix(".new")
        new.write_text(json.dumps(_document(record)), encoding="ascii")
        new.replace(path)
        self._cache[name] = record

    def drop(self, name: str) -> None:
        """Forget it."""
        self._cache.pop(name, None)
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._directory / f"{name}.json"


def _document(record: Record) -> dict[str, Any]:
    return {
        "version": _VERSION,
        "tree": record.tree,
        "known": record.known,
        "extras": {path: [entry.mode, entry.blob] for path, entry in record.extras.items()},
        "environments": record.environments,
        "withheld": record.withheld,
        "mark": record.mark,
    }


def _from_document(document: dict[str, Any]) -> Record:
    if document["version"] != _VERSION:
        raise ValueError("a record of another version")
    return Record(
        document["tree"],
        {path: tuple(known) for path, known in document["known"].items()},
        {path: TreeEntry(*pair) for path, pair in document["extras"].items()},
        document["environments"],
        document.get("withheld", []),
        document.get("mark", ""),
    )
