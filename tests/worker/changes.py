"""What there is before every change, and the words that changes are written in."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "BASE",
    "Change",
    "Side",
    "changed",
    "coded",
    "create",
    "delete",
    "edit",
    "modify",
    "plain",
    "refused",
]

Side = tuple[int, bytes] | None
"""Mode and content of a file; None = gone."""

CRLF = b"first\r\nsecond\r\nthird\r\n"
MIXED = b"unix\nwindows\r\nmac\rend"
MAC = b"one\rtwo\rthree\r"
BOM = b"\xef\xbb\xbf# -*- coding: utf-8 -*-\nNAME = 'x'\n"
LATIN = "# caf\u00e9 cr\u00e8me\nPRICE = 3\n".encode("latin-1")
WIDE = "caf\u00e9\r\n".encode("utf-16")
KANJI = "\u65e5\u672c\u8a9e\n".encode("shift-jis")
BIG = b"".join(b"row %06d of a long table of numbers\n" % n for n in range(11_000))
LINE = b"," * 400_000
PARTS = {f"parts/part_{n:02}.py": f"PART = {n}\n".encode() for n in range(50)}

BASE: dict[str, tuple[int, bytes]] = {
    "pkg/__init__.py": (0o644, b""),
    "pkg/core.py": (0o644, b"def one():\n    return 1\n\n\ndef two():\n    return 2\n"),
    "pkg/twice.py": (0o644, b"x = 1\ny = 2\nx = 1\n"),
    "pkg/windows.txt": (0o644, CRLF),
    "pkg/mixed.txt": (0o644, MIXED),
    "pkg/mac.txt": (0o644, MAC),
    "pkg/bom.py": (0o644, BOM),
    "pkg/no_newline.py": (0o644, b"VALUE = 1"),
    "pkg/latin.py": (0o644, LATIN),
    "pkg/wide.txt": (0o644, WIDE),
    "pkg/kanji.txt": (0o644, KANJI),
    "pkg/big.txt": (0o644, BIG),
    "pkg/line.txt": (0o644, LINE),
    "pkg/blob.bin": (0o644, bytes(range(256)) * 8),
    "pkg/empty.py": (0o644, b""),
    "pkg/deep/er/only.py": (0o644, b"ONLY = 1\n"),
    "pkg/private.txt": (0o600, b"mine\n"),
    "pkg/group.txt": (0o664, b"ours\n"),
    "pkg/spaces.mk": (0o644, b"all:\n\tcc  x.c \n \n"),
    "pkg/re.py": (0o644, b"P = r'^(a+)+[.*]?$|\\d{2}'\n"),
    "bin/tool": (0o755, b"#!/bin/sh\necho tool\n"),
    "bin/owner": (0o700, b"#!/bin/sh\necho owner\n"),
    "docs/\u00fcber uns.md": (0o644, "Gr\u00fc\u00dfe\n".encode()),
    'docs/it\'s "odd" *[x]?.md': (0o644, b"odd\n"),
    "docs/-rf": (0o644, b"dash\n"),
    "docs/" + "n" * 200 + ".md": (0o644, b"long\n"),
    "lfs.model": (0o644, b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 14\n"),
    "README.md": (0o644, b"# Read me\n"),
    ".gitattributes": (0o644, b"*.txt text eol=lf\n*.py ident\n*.model filter=lfs\n"),
    ".gitignore": (0o644, b"*.log\n"),
    "tests/test_core.py": (
        0o644,
        b"from pkg.core import one\n\n\ndef test_one():\n    assert one() == 1\n",
    ),
    **{path: (0o644, content) for path, content in PARTS.items()},
}


@dataclass(frozen=True)
class Change:
    """One answer, and the files that differ afterwards, or why it is sent back."""

    name: str
    files: list[dict[str, Any]]
    expected: dict[str, Side] = field(default_factory=dict)
    refused: str = ""


def changed(name: str, *files: dict[str, Any], **sides: Side | Mapping[str, Side]) -> Change:
    """A change that passes; `to` is what its one file becomes, `all` what all files become."""
    whole = sides.get("all")
    if isinstance(whole, Mapping):
        return Change(name, [*files], dict(whole))
    to = sides["to"]
    assert not isinstance(to, Mapping)
    return Change(name, [*files], {files[0]["path"]: to})


def refused(name: str, *files: dict[str, Any], why: str) -> Change:
    """A change that is sent back."""
    return Change(name, [*files], refused=why)


def plain(content: bytes | str) -> Side:
    """A file of mode 0644."""
    return 0o644, content if isinstance(content, bytes) else content.encode()


def create(path: str, content: str, **more: Any) -> dict[str, Any]:
    return {"path": path, "action": "create", "content": content, **more}


def modify(path: str, content: str, **more: Any) -> dict[str, Any]:
    return {"path": path, "action": "modify", "content": content, **more}


def edit(path: str, *pairs: tuple[str, str], **more: Any) -> dict[str, Any]:
    edits = [{"old": old, "new": new} for old, new in pairs]
    return {"path": path, "action": "modify", "edits": edits, **more}


def delete(path: str) -> dict[str, Any]:
    return {"path": path, "action": "delete"}


def coded(path: str, raw: bytes, action: str = "modify") -> dict[str, Any]:
    text = base64.b64encode(raw).decode()
    return {"path": path, "action": action, "content": text, "encoding": "base64"}
