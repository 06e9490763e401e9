"""New modules that are found before others of their name: in folders that imports begin from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.evidence.reach import imported_names
from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import Change, flag

__all__ = ["first_name", "shadow_flags", "shadowing"]


def first_name(change: Change) -> str:
    """The name by which a new module is imported from a folder of its own; empty for others."""
    if change.diff.action is not Action.CREATE or not change.is_python:
        return ""
    folder, _, name = change.path.rpartition("/")
    parent, stem = folder, name.removesuffix(".py")
    if stem == "__init__":
        parent, _, stem = folder.rpartition("/")
    is_root = parent in {"", "src", "lib"} or "test" in parent.rpartition("/")[2].lower()
    return stem if is_root else ""


def shadowing(changes: Sequence[Change], declared: str) -> set[str]:
    """Names of new modules that may stand before what the project says it depends on."""
    names = {name for change in changes if (name := first_name(change))}
    told = declared.lower() if names else ""
    return {name for name in names if name.lower() in told}


def shadow_flags(
    changes: Sequence[Change], base: Collection[str], texts: Mapping[str, str], declared: str
) -> Iterator[Flag]:
    """New modules named like what the base depends on, and imports.

    What it imports and nobody declares may be what the proposal was to write.

    Args:
        base: the files of the base.
        texts: Python files of the base that may import them, by path.
        declared: what the project says it depends on, as text.
    """
    names = shadowing(changes, declared)
    own = {part.removesuffix(".py") for path in base for part in path.split("/")} if names else ()
    names -= set(own)
    if not names:
        return
    used = {dotted.partition(".")[0] for p, t in texts.items() for dotted in imported_names(p, t)}
    for change in changes:
        name = first_name(change)
        if name in names & used:
            text = f"is imported in the place of {name}, which the project depends on"
            yield flag("shadow_module", change.path, None, text)
