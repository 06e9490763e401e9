"""``docs/keys.md`` from the one table of keys. ``python -m tests.architecture.keys`` writes it."""

from __future__ import annotations

from pathlib import Path

from codeframe_tui.tui.keymap import KEYS, PLACES, key_names

DOCUMENT = Path(__file__).parents[2] / "docs" / "keys.md"
HEAD = """\
# Keys

Made from `codeframe_tui/tui/keymap.py` by `make docs`, as are the footer, the help (`?`) and the
palette (`ctrl+p`). To change one, put `[keys]` with lines such as `"queue.hold" = "h"` into your
`config.toml`; files of a repository cannot change keys.
"""


def document() -> str:
    """One table a place, one row a key, as Markdown."""
    parts = [HEAD]
    for place, title in PLACES.items():
        rows = [f"\n## {title}\n", "| key | does | action |", "|---|---|---|"]
        for key in (key for key in KEYS if key.where == place):
            names = " ".join(f"`{name}`" for name in key_names(key.keys).split())
            rows.append(f"| {names.replace('|', chr(92) + '|')} | {key.help} | `{key.action}` |")
        parts.append("\n".join(rows) + "\n")
    return "".join(parts)


if __name__ == "__main__":
    DOCUMENT.write_text(document())
