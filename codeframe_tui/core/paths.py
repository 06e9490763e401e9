r"""The one lexical gate for paths. What is on disk is checked by `adapters.files`.

A path is relative, with ``/``, and means the same file on every file system it may reach: a name
that Windows, macOS or git itself would read as another one is refused here, with the reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

from codeframe_tui.core.errors import PathRefused

__all__ = ["check_path", "check_places", "check_set", "component_fault", "parents"]

MAX_COMPONENT_BYTES = 255
MAX_PATH_BYTES = 4096
MAX_COMPONENTS = 200

_DRIVE = re.compile(r"[A-Za-z]:")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])")
_GIT = re.compile(r"\.git|git~[0-9]+")
_GITMODULES = re.compile(r"\.gitmodules|gitmod~[0-9]+|gi7eba~[0-9]+")
_OWN_STATE = re.compile(
    r"\.codeframe/(?:state|journal)(?:[.-].*)?|\.codeframe-tui-journal-[^/]*(?:/.*)?"
)
_JOINERS = "\u200c\u200d"  # part of ordinary words in some scripts, and of emoji
_HIDDEN_CATEGORIES = {
    "Cc": "a control character",
    "Cf": "an invisible or direction-changing character",
    "Cs": "a lone surrogate",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}


def check_path(text: str, reserved: Collection[str] = ()) -> str:
    """Return the path if it may be read and written below a root, as it was given.

    Args:
        text: relative path with ``/``.
        reserved: relative paths nothing may be written at or below (the environment's place, and
            ours).

    Raises:
        PathRefused: with the exact reason.
    """
    fault = _whole_fault(text)
    parts = text.split("/")
    for part in parts:
        fault = fault or component_fault(part)
    fault = fault or _place_fault(parts, reserved)
    if fault:
        raise PathRefused(f"path {_quoted(text)} is refused: {fault}")
    return text


def component_fault(name: str) -> str | None:
    """Why one name of a path is refused; None when it is fine."""
    if not name:
        return "it has an empty component"
    if name in {".", ".."}:
        return f"it has a `{name}` component"
    fault = _character_fault(name)
    if fault:
        return fault
    if len(name.encode()) > MAX_COMPONENT_BYTES:
        return f"a component is longer than {MAX_COMPONENT_BYTES} bytes"
    if name[-1] in " .":
        return "a component ends with a space or a dot"
    return _meaning_fault(name)


def check_set(paths: Iterable[str]) -> None:
    """Refuse paths that cannot stand beside each other in one change.

    Raises:
        PathRefused: the same path twice, twins that differ in case or Unicode form only, or a
            path that is another one's parent.
    """
    seen: dict[str, str] = {}
    for path in paths:
        key = _folded(path)
        if key in seen and seen[key] == path:
            raise PathRefused(f"path {_quoted(path)} is named twice")
        if key in seen:
            raise PathRefused(f"path {_twins(path, seen[key])}")
        seen[key] = path
    for key, path in seen.items():
        for parent in parents(key):
            if parent in seen:
                raise PathRefused(
                    f"path {_quoted(seen[parent])} is the parent of {_quoted(path)}; "
                    "it cannot be a file and a folder"
                )


def check_places(paths: Iterable[str], tree: Mapping[str, object]) -> None:
    """Refuse paths that clash with what a tree holds.

    Args:
        tree: its files by path; links and submodules are files here.

    Raises:
        PathRefused: a path is a folder of the tree, lies below a file, link or submodule of it, or
            differs from one of its files or folders in case or Unicode form only.
    """
    files = {_folded(path): path for path in tree}
    spelled = {parent for path in tree for parent in parents(path)}
    folders = {_folded(parent): parent for parent in sorted(spelled, reverse=True)}
    for path in paths:
        if path in tree:
            continue
        key = _folded(path)
        if key in files:
            raise PathRefused(f"path {_twins(path, files[key])}")
        if key in folders:
            raise PathRefused(f"path {_quoted(path)} is a folder")
        for parent in parents(key):
            if parent in files:
                raise PathRefused(
                    f"path {_quoted(path)} lies below {_quoted(files[parent])}, which is no folder"
                )
        for parent in parents(path):
            if parent not in spelled and (twin := folders.get(_folded(parent))):
                raise PathRefused(f"path {_quoted(path)}: folder {_twins(parent, twin)}")


def _whole_fault(text: str) -> str | None:
    if not text:
        return "it is empty"
    if text[0] == "/":
        return "it is absolute"
    if text[0] == "~":
        return "it starts with `~`, a home folder for a shell"
    if "\\" in text:
        return "it has a backslash; write `/`"
    if _DRIVE.match(text):
        return "it starts with a drive letter"
    if len(text) > MAX_PATH_BYTES or len(text.encode("utf-8", "replace")) > MAX_PATH_BYTES:
        return f"it is longer than {MAX_PATH_BYTES} bytes"
    if text.count("/") >= MAX_COMPONENTS:
        return f"it has more than {MAX_COMPONENTS} components"
    return None


def _character_fault(name: str) -> str | None:
    if name.isascii() and name.isprintable():
        return None
    for char in name:
        kind = _HIDDEN_CATEGORIES.get(unicodedata.category(char))
        if kind and char not in _JOINERS:
            return f"it has {kind} (U+{ord(char):04X})"
        if not char.isascii() and unicodedata.normalize("NFKC", char) in {"/", "\\", ":"}:
            return f"it has a look-alike of a separator (U+{ord(char):04X})"
    return None


def _meaning_fault(name: str) -> str | None:
    """Names that some file system or git reads as another one."""
    if ":" in name:
        return "a component has a colon, which Windows reads as a stream"
    plain = unicodedata.normalize("NFKC", name.translate({ord(c): None for c in _JOINERS}))
    plain = plain.casefold()
    if plain in {".", ".."}:
        return "a component reads as `.` or `..`"
    plain = plain.rstrip(" .")
    if _GIT.fullmatch(plain):
        return "`.git` belongs to git, in any spelling"
    if _GITMODULES.fullmatch(plain):
        return "`.gitmodules` makes git fetch and check out other repositories"
    device = plain.partition(".")[0].rstrip(" ")
    if _DEVICE.fullmatch(device):
        return f"`{device}` is a device on Windows"
    return None


def _place_fault(parts: list[str], reserved: Collection[str]) -> str | None:
    key = _folded("/".join(parts))
    if _OWN_STATE.fullmatch("/".join(key.split("/")[:2])):
        return "it belongs to this program's own state"
    for place in reserved:
        folded = _folded(place.strip("/"))
        if key == folded or key.startswith(folded + "/"):
            return f"`{place}` is the place of the environment, or of this program's own files"
    return None


def _folded(path: str) -> str:
    """One form for all spellings that a case-insensitive or normalising file system merges."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", path).casefold())


def parents(path: str) -> Iterable[str]:
    """The folders above a path, the top left out, from the outermost in."""
    parts = path.split("/")
    return ("/".join(parts[:count]) for count in range(1, len(parts)))


def _twins(path: str, other: str) -> str:
    return (
        f"{_quoted(path)} and {_quoted(other)} differ in case or Unicode form only; "
        "some file systems cannot hold both"
    )


def _quoted(path: str) -> str:
    return repr(path) if len(path) <= 200 else repr(path[:200]) + "…"
