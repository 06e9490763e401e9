"""What an undo or a redo would do, told before it is done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from codeframe_tui.core.change.proposal import FileSummary
from codeframe_tui.core.errors import CodeframeError

__all__ = ["EDITED", "Later", "Preview", "behind", "cause"]

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
    """

    files: tuple[FileSummary, ...]
    already: bool = False
    conflicts: Mapping[str, str | None] = field(default_factory=dict)
    refusal: CodeframeError | None = None
    later: tuple[Later, ...] = ()


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


def cause(task: str | None) -> str:
    """Why a path is not as it must be, in words."""
    return f"changed by task {task}: undo that first" if task else EDITED
