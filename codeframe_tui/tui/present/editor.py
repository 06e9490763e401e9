"""How a person's editor is called, at a line."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping

__all__ = ["NO_EDITOR", "editor_argv", "editor_of", "shell_of"]

NO_EDITOR = (
    "there is no editor · set $VISUAL or $EDITOR, e.g. export EDITOR=nano, and open this again"
)
_FALLBACKS = ("vi", "nano")
_PLUS = frozenset(
    {"vi", "vim", "nvim", "view", "gvim", "ex", "nano", "pico", "emacs", "emacsclient", "kak",
     "joe", "jed", "mg", "ne", "micro", "mcedit", "tilde", "nvi", "elvis", "vis"}
)  # fmt: skip
_COLON = frozenset({"hx", "helix", "subl", "zed", "zeditor", "amp", "lite-xl"})
_GOTO = frozenset({"code", "code-insiders", "codium", "vscodium", "cursor", "windsurf"})
_WAITS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(_GOTO, ("--wait", "-w")),
    "subl": ("--wait", "-w"),
    "zed": ("--wait", "-w"),
    "zeditor": ("--wait", "-w"),
    "gvim": ("--nofork", "-f"),
}
"""Editors with windows of their own -> the options that make them wait until the file is closed."""


def editor_of(environ: Mapping[str, str], which: Callable[[str], str | None]) -> str:
    """What the person chose, else what is there; empty without one."""
    for name in ("VISUAL", "EDITOR"):
        if chosen := environ.get(name, "").strip():
            return chosen
    return next((name for name in _FALLBACKS if which(name)), "")


def shell_of(environ: Mapping[str, str], which: Callable[[str], str | None]) -> str:
    """The person's shell."""
    return environ.get("SHELL", "").strip() or which("sh") or "/bin/sh"


def editor_argv(chosen: str, path: str, line: int = 0) -> list[str]:
    """The command that opens a file, at a line where the editor is known to take one.

    Args:
        chosen: as in ``$EDITOR``; may hold options.
        path: absolute.
        line: from 1; 0 = none.

    Raises:
        ValueError: the choice is no command line.
    """
    words = shlex.split(chosen)
    if not words:
        raise ValueError(chosen)
    name = words[0].rpartition("/")[2].removesuffix(".exe")
    waits = _WAITS.get(name, ())
    if waits and not any(word in waits for word in words):
        words.append(waits[0])
    if line > 0 and name in _GOTO:
        return [*words, "--goto", f"{path}:{line}"]
    if line > 0 and name in _COLON:
        return [*words, f"{path}:{line}"]
    if line > 0 and name in _PLUS:
        return [*words, f"+{line}", path]
    return [*words, path]
