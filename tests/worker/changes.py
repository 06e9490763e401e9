"""Twenty changes of real shape: what is there, what the model answers, what must come of it."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

__all__ = ["BASE", "CHANGES", "Change"]

CRLF = b"first\r\nsecond\r\nthird\r\n"
BOM = b"\xef\xbb\xbf# -*- coding: utf-8 -*-\nNAME = 'x'\n"
LATIN = "# caf\u00e9 cr\u00e8me\nPRICE = 3\n".encode("latin-1")
BIG = b"".join(b"row %06d of a long table of numbers\n" % n for n in range(11_000))

BASE: dict[str, tuple[int, bytes]] = {
    "pkg/__init__.py": (0o644, b""),
    "pkg/core.py": (0o644, b"def one():\n    return 1\n\n\ndef two():\n    return 2\n"),
    "pkg/windows.txt": (0o644, CRLF),
    "pkg/bom.py": (0o644, BOM),
    "pkg/no_newline.py": (0o644, b"VALUE = 1"),
    "pkg/latin.py": (0o644, LATIN),
    "pkg/big.txt": (0o644, BIG),
    "pkg/blob.bin": (0o644, bytes(range(256)) * 8),
    "pkg/empty.py": (0o644, b""),
    "bin/tool": (0o755, b"#!/bin/sh\necho tool\n"),
    "docs/\u00fcber uns.md": (0o644, "Gr\u00fc\u00dfe\n".encode()),
    ".gitattributes": (0o644, b"*.txt text eol=lf\n*.py ident\n"),
    ".gitignore": (0o644, b"*.log\n"),
    "tests/test_core.py": (
        0o644,
        b"from pkg.core import one\n\n\ndef test_one():\n    assert one() == 1\n",
    ),
}


@dataclass(frozen=True)
class Change:
    """One answer, and the files that differ afterwards (None = gone)."""

    name: str
    files: list[dict[str, Any]]
    expected: dict[str, tuple[int, bytes] | None] = field(default_factory=dict)


def create(path: str, content: str, **more: Any) -> dict[str, Any]:
    return {"path": path, "action": "create", "content": content, **more}


def modify(path: str, content: str, **more: Any) -> dict[str, Any]:
    return {"path": path, "action": "modify", "content": content, **more}


def edit(path: str, old: str, new: str) -> dict[str, Any]:
    return {"path": path, "action": "modify", "edits": [{"old": old, "new": new}]}


def delete(path: str) -> dict[str, Any]:
    return {"path": path, "action": "delete"}


def coded(raw: bytes) -> dict[str, Any]:
    return {"content": base64.b64encode(raw).decode(), "encoding": "base64"}


MANY = {f"pkg/many/part_{n:02}.py": f"PART = {n}\n" for n in range(50)}

CHANGES = [
    Change("create", [create("pkg/new.py", "NEW = 1\n")], {"pkg/new.py": (0o644, b"NEW = 1\n")}),
    Change(
        "modify",
        [modify("pkg/core.py", "def one():\n    return 1\n")],
        {"pkg/core.py": (0o644, b"def one():\n    return 1\n")},
    ),
    Change("delete", [delete("pkg/empty.py")], {"pkg/empty.py": None}),
    Change(
        "all three",
        [
            create("a/b/c/d.py", "D = 4\n"),
            edit("pkg/core.py", "return 2", "return 3"),
            delete("pkg/blob.bin"),
        ],
        {},
    ),
    Change(
        "crlf stays",
        [edit("pkg/windows.txt", "second\r\n", "2nd\r\n")],
        {"pkg/windows.txt": (0o644, b"first\r\n2nd\r\nthird\r\n")},
    ),
    Change(
        "crlf created",
        [create("pkg/dos.bat", "@echo off\r\n")],
        {"pkg/dos.bat": (0o644, b"@echo off\r\n")},
    ),
    Change(
        "bom stays",
        [edit("pkg/bom.py", "'x'", "'y'")],
        {"pkg/bom.py": (0o644, BOM.replace(b"'x'", b"'y'"))},
    ),
    Change(
        "no final newline",
        [modify("pkg/no_newline.py", "VALUE = 2")],
        {"pkg/no_newline.py": (0o644, b"VALUE = 2")},
    ),
    Change(
        "newline added",
        [modify("pkg/no_newline.py", "VALUE = 1\n")],
        {"pkg/no_newline.py": (0o644, b"VALUE = 1\n")},
    ),
    Change(
        "non-ascii content",
        [create("pkg/words.py", "GR\u00dcSSE = '\u4f60\u597d \U0001f600'\n")],
        {"pkg/words.py": (0o644, "GR\u00dcSSE = '\u4f60\u597d \U0001f600'\n".encode())},
    ),
    Change(
        "non-ascii name",
        [modify("docs/\u00fcber uns.md", "Hallo\n"), create("docs/\u65e5\u672c.md", "x\n")],
        {"docs/\u00fcber uns.md": (0o644, b"Hallo\n"), "docs/\u65e5\u672c.md": (0o644, b"x\n")},
    ),
    Change(
        "latin-1 bytes",
        [{"path": "pkg/latin.py", "action": "modify", **coded(LATIN.replace(b"3", b"4"))}],
        {"pkg/latin.py": (0o644, LATIN.replace(b"3", b"4"))},
    ),
    Change(
        "binary",
        [{"path": "pkg/blob.bin", "action": "modify", **coded(b"\0\1\2\xff")}],
        {"pkg/blob.bin": (0o644, b"\0\1\2\xff")},
    ),
    Change(
        "400 kB by edit",
        [edit("pkg/big.txt", "row 005555 of", "line 005555 of")],
        {"pkg/big.txt": (0o644, BIG.replace(b"row 005555 of", b"line 005555 of"))},
    ),
    Change(
        "400 kB created",
        [create("pkg/big_too.txt", BIG.decode())],
        {"pkg/big_too.txt": (0o644, BIG)},
    ),
    Change(
        "fifty files",
        [create(path, text) for path, text in MANY.items()],
        {path: (0o644, text.encode()) for path, text in MANY.items()},
    ),
    Change(
        "executable created",
        [create("bin/new", "#!/bin/sh\n", mode="100755")],
        {"bin/new": (0o755, b"#!/bin/sh\n")},
    ),
    Change(
        "executable bit kept",
        [edit("bin/tool", "echo tool", "echo better tool")],
        {"bin/tool": (0o755, b"#!/bin/sh\necho better tool\n")},
    ),
    Change(
        "mode changed",
        [{**modify("bin/tool", "#!/bin/sh\necho tool\n"), "mode": "100644"}],
        {"bin/tool": (0o644, b"#!/bin/sh\necho tool\n")},
    ),
    Change(
        "emptied and ignored",
        [modify("pkg/bom.py", ""), create("pkg/kept.log", "ignored, but asked for\n")],
        {"pkg/bom.py": (0o644, b""), "pkg/kept.log": (0o644, b"ignored, but asked for\n")},
    ),
]
CHANGES[3].expected.update(
    {
        "a/b/c/d.py": (0o644, b"D = 4\n"),
        "pkg/core.py": (0o644, b"def one():\n    return 1\n\n\ndef two():\n    return 3\n"),
        "pkg/blob.bin": None,
    }
)
