"""Imports, and the files that they mean."""

from __future__ import annotations

import pytest

from codeframe_tui.core.code.imports import Import, Modules, beside, read_import

FILES = (
    "setup.py", "top.py", "src/app/__init__.py", "src/app/net.py", "src/app/logging.py",
    "src/app/sub/__init__.py", "src/app/sub/x.py", "scripts/json.py", "ns/a/b.py", "ns/a/c.py",
    "tests/helper.py", "tests/test_net.py", "notes.md",
)  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("import a.b as c, d", [Import(0, "a.b"), Import(0, "d")]),
        ("from a import b", [Import(0, "a", ("b",))]),
        ("from .. import (a as b,  # why\n    c,)", [Import(2, "", ("a", "c"))]),
        ("from .x.y import \\\n    z", [Import(1, "x.y", ("z",))]),
        ("from a import *", [Import(0, "a", ("*",))]),
        ("from.x import(y)", [Import(1, "x", ("y",))]),
        ("from . import y", [Import(1, "", ("y",))]),
        ("import", []),
    ],
)
def test_statements_are_read(statement: str, expected: list[Import]) -> None:
    assert list(read_import(statement)) == expected


@pytest.mark.timeout(20)
@pytest.mark.parametrize("between", [".", " ", "a", ". "])
def test_a_hostile_statement_is_read_in_its_length(between: str) -> None:
    assert not list(read_import("from " + between * 200_000))


@pytest.mark.parametrize(
    ("path", "statement", "expected"),
    [
        ("tests/test_net.py", "from app.net import get", {"src/app/net.py"}),
        ("tests/test_net.py", "from app import net", {"src/app/net.py"}),
        ("top.py", "from app import net, X", {"src/app/__init__.py", "src/app/net.py"}),
        ("tests/test_net.py", "import helper", {"tests/helper.py"}),
        ("tests/test_net.py", "from tests import helper", {"tests/helper.py"}),
        ("src/app/sub/x.py", "from .. import net", {"src/app/net.py"}),
        ("src/app/sub/x.py", "from . import other", {"src/app/sub/__init__.py"}),
        ("src/app/sub/x.py", "from ..net import get", {"src/app/net.py"}),
        ("src/app/sub/x.py", "from .... import far", set()),
        ("src/app/sub/x.py", "from ..... import far", set()),
        ("src/app/sub/x.py", "import logging, json", set()),
        ("src/app/net.py", "import top", {"top.py"}),
        ("ns/a/b.py", "from ns.a import c", {"ns/a/c.py"}),
        ("ns/a/b.py", "from . import c", {"ns/a/c.py"}),
        ("top.py", "import top", set()),
    ],
)  # fmt: skip
def test_an_import_means_files(path: str, statement: str, expected: set[str]) -> None:
    assert Modules(FILES).imported(path, read_import(statement)) == expected


SCRIPTS = frozenset({
    "index.ts", "a.js", "b.mts", "c.cts", "d.tsx", "ui/index.tsx", "ui/x.ts", "both.js", "both.ts",
    "e.d.ts", "lib/net.rb", "old/index.jsx",
})  # fmt: skip


@pytest.mark.parametrize(
    ("path", "module", "expected"),
    [
        ("a.js", ".", "index.ts"),
        ("ui/x.ts", "..", "index.ts"),
        ("ui/x.ts", ".", "ui/index.tsx"),
        ("a.js", "./ui", "ui/index.tsx"),
        ("a.js", "./old/", "old/index.jsx"),
        ("a.js", "./b.mjs", "b.mts"),
        ("a.js", "./b", "b.mts"),
        ("a.js", "./c.cjs", "c.cts"),
        ("a.js", "./d.jsx", "d.tsx"),
        ("a.js", "./d.js", "d.tsx"),
        ("a.js", "./both.js", "both.js"),
        ("a.js", "./both", "both.ts"),
        ("ui/x.ts", "../a.js", "a.js"),
        ("a.js", "./lib/net", "lib/net.rb"),
        ("a.js", "./a", None),
        ("a.js", "./gone.mjs", None),
        ("a.js", "./.js", None),
    ],
)
def test_a_path_that_is_imported_means_a_file(path: str, module: str, expected: str | None) -> None:
    assert beside(path, [Import(0, module)], SCRIPTS) == ({expected} if expected else set())
