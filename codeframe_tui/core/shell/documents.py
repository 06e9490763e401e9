"""Here-documents."""

from __future__ import annotations

from codeframe_tui.core.shell.parts import Hidden

__all__ = ["document"]


def document(text: str, at: int, end: str, *, quoted: bool, tabs: bool) -> tuple[str, int]:
    """A here-document, and the place after it.

    Args:
        text: all of the commands.
        at: the place of its first line.
        end: the line that ends it.
        quoted: whether nothing in it means anything to a shell.
        tabs: whether those before a line are left out.

    Raises:
        Hidden: shells end it in different places, or it has no end.
    """
    lines: list[str] = []
    joined: str | None = None
    while at < len(text):
        stop = text.find("\n", at)
        line = text[at : len(text) if stop < 0 else stop]
        at += len(line) + 1
        line = line.lstrip("\t") if tabs else line
        if line == end and joined is None:
            return "\n".join([*lines, ""]), at
        lines.append(line)
        whole = (joined or "") + line
        if whole == end:
            raise Hidden("some shells end a here-document with a line of several")
        backslashes = len(line) - len(line.rstrip("\\"))
        joined = whole[:-1][: len(end) + 1] if not quoted and backslashes % 2 == 1 else None
    raise Hidden("a here-document has no end")
