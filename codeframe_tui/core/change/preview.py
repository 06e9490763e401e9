"""What an undo or a redo would do, told before it is done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from codeframe_tui.core.change.proposal import FileSummary
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.some import some
from codeframe_tui.core.text import clean_line

__all__ = ["EDITED", "Later", "Preview", "behind", "cause", "hangs"]

EDITED = "edited since"


@dataclass(frozen=True, slots=True)
class Later:
    """A task that was applied later and stands.

    Attributes:
        files: of those that the undo or redo would write, the ones it wrote too.
        imports: files it wrote that import what the change brings.
    """

    task: str
    files: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen now.

    Attributes:
        files: that would be written.
        already: whether they are so already, and nothing would be.
        conflicts: path -> the later task that changed it, or None for another edit.
        refusal: with which it would end; None when it would be done.
        later: oldest first.
        unread: of how many of these not all files were looked at for what they import.
    """

    files: tuple[FileSummary, ...]
    already: bool = False
    conflicts: Mapping[str, str | None] = field(default_factory=dict)
    refusal: CodeframeError | None = None
    later: tuple[Later, ...] = ()
    unread: int = 0


def behind(
    paths: Collection[str], later: Sequence[tuple[str, Collection[str]]]
) -> dict[str, str | None]:
    """Which later task changed each path last; None where none did.

    Args:
        paths: of a conflict.
        later: numbers of tasks and what they wrote, oldest first.
    """
    last = {path: task for task, written in later for path in written}
    return {path: last.get(path) for path in paths}


def hangs(later: Mapping[str, Any], most: int, limit: int) -> list[str]:
    """How a later task hangs on the change, in words; empty where it does not.

    Args:
        later: as `ShowUndo` tells it.
        most: paths that are named of each kind.
        limit: characters of a path.
    """
    points = (("changed", later.get("files")), ("imports it in", later.get("imports")))
    told = [
        f"{how} {some((clean_line(str(path), limit=limit) for path in paths), most)}"
        for how, paths in points
        if paths
    ]
    return [*told, "depends on it"] if later.get("depends") else told


def cause(task: str | None) -> str:
    """Why a path is not as it must be, in words."""
    return f"changed by task {task}: undo that first" if task else EDITED
