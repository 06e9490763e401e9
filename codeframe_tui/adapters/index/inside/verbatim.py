"""What a text says in the letters of the code, looked for in the files that seem likeliest.

The index knows words, in which ``sys.exit`` is any file with an exit and something of the system.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing

from codeframe_tui.adapters.index.inside.shelf import MAX_BYTES, Shelf, Tree
from codeframe_tui.core.code.ranking import bm25

__all__ = ["LIKELIEST", "standing"]

LIKELIEST = 100
"""Files that are read."""
_MOST_BYTES = 8 * 2**20
"""Of them together: a person waits for it."""


def standing(
    shelf: Shelf, tree: Tree, likely: Sequence[int], said: Sequence[str]
) -> tuple[dict[int, float], dict[int, str]]:
    """How much of what is said stands in files as it is written, and what of it stands in each.

    Args:
        likely: files, the likeliest first.
        said: see `words.verbatim`.
    """
    files = likely[:LIKELIEST] if said else ()
    patterns = {each: _whole(each) for each in said}
    counts: dict[str, dict[int, float]] = {each: {} for each in said}
    lengths: dict[int, float] = {}
    held: dict[int, str] = {}
    left: float = _MOST_BYTES
    read = shelf.objects.read((tree.blobs[file] for file in files), MAX_BYTES)
    with closing(read) as contents:
        for file, content in zip(files, contents, strict=True):
            lengths[file] = len(content or b"")
            left -= lengths[file]
            if left < 0:
                break
            for each, (plain, pattern) in patterns.items():
                if plain in (content or b"") and (n := len(pattern.findall(content or b""))):
                    counts[each][file] = n
                    held[file] = f"{held[file]}, {each}" if file in held else each
    return bm25(counts, lengths, dict.fromkeys(said, 1.0)), held


def _whole(said: str) -> tuple[bytes, re.Pattern[bytes]]:
    """The bytes of it, and what finds them where no longer name begins or ends with them."""
    plain = said.encode("utf-8", "replace")
    before = rb"(?<!\w)" if plain[:1].isalnum() or plain[:1] == b"_" else b""
    after = rb"(?!\w)" if plain[-1:].isalnum() or plain[-1:] == b"_" else b""
    return plain, re.compile(before + re.escape(plain) + after)
