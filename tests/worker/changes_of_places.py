"""Changes of where files are and what they may: folders, moves, names, modes."""

from __future__ import annotations

from tests.worker.changes import BASE, PARTS, Change, changed, create, delete, edit, modify, plain

__all__ = ["CHANGES"]

TOOL = BASE["bin/tool"][1]
CORE = BASE["pkg/core.py"][1]
DEEP = "/".join("abcdefghijkl") + "/m.py"
LONG = "docs/" + "n" * 200 + ".md"
MANY = {f"pkg/many/part_{n:02}.py": f"PART = {n}\n" for n in range(50)}
HALF = sorted(PARTS)[::2]
REST = sorted(PARTS)[1::2]
PIECES = ("a/b.py", "a.b", "a-b", "a0", "ab/c.py")

CHANGES: list[Change] = [
    changed("create", create("pkg/new.py", "NEW = 1\n"), to=plain("NEW = 1\n")),
    changed("delete", delete("pkg/blob.bin"), to=None),
    changed(
        "all three",
        create("a/b/c/d.py", "D = 4\n"),
        edit("pkg/core.py", ("return 2", "return 3")),
        delete("pkg/blob.bin"),
        all={
            "a/b/c/d.py": plain("D = 4\n"),
            "pkg/core.py": plain(CORE.replace(b"return 2", b"return 3")),
            "pkg/blob.bin": None,
        },
    ),
    # -- moves
    changed(
        "renamed",
        delete("pkg/core.py"),
        create("pkg/kernel.py", CORE.decode()),
        all={"pkg/core.py": None, "pkg/kernel.py": plain(CORE)},
    ),
    changed(
        "moved into a new folder",
        delete("pkg/core.py"),
        create("src/pkg/core.py", "C\n"),
        all={"pkg/core.py": None, "src/pkg/core.py": plain("C\n")},
    ),
    changed(
        "moved up, its folder emptied",
        delete("pkg/deep/er/only.py"),
        create("only.py", "1\n"),
        all={"pkg/deep/er/only.py": None, "only.py": plain("1\n")},
    ),
    changed("moved into an empty folder", create("unrelated/x.py", "x\n"), to=plain("x\n")),
    changed(
        "two files swapped",
        modify("pkg/empty.py", "mine\n"),
        modify("pkg/private.txt", ""),
        all={"pkg/empty.py": plain("mine\n"), "pkg/private.txt": (0o600, b"")},
    ),
    changed(
        "a program moved",
        delete("bin/tool"),
        create("scripts/tool", TOOL.decode(), mode="100755"),
        all={"bin/tool": None, "scripts/tool": (0o755, TOOL)},
    ),
    # -- folders
    changed("twelve folders deep", create(DEEP, "deep\n"), to=plain("deep\n")),
    changed(
        "fifty files",
        *(create(path, text) for path, text in MANY.items()),
        all={path: plain(text) for path, text in MANY.items()},
    ),
    changed(
        "fifty files, half of them gone",
        *map(delete, HALF),
        *(modify(path, "new\n") for path in REST),
        all={**dict.fromkeys(HALF), **dict.fromkeys(REST, plain("new\n"))},
    ),
    changed("a whole folder deleted", *map(delete, PARTS), all=dict.fromkeys(PARTS)),
    changed("everything deleted", *map(delete, BASE), all=dict.fromkeys(BASE)),
    changed(
        "names that sort oddly",
        *(create(path, path) for path in PIECES),
        all={path: plain(path) for path in PIECES},
    ),
    changed("beside a file of its name", create("pkg/core/x.py", "x\n"), to=plain("x\n")),
    # -- names
    changed(
        "non-ascii names",
        modify("docs/\u00fcber uns.md", "Hallo\n"),
        create("docs/\u65e5\u672c \U0001f600.md", "x\n"),
        all={
            "docs/\u00fcber uns.md": plain("Hallo\n"),
            "docs/\u65e5\u672c \U0001f600.md": plain("x\n"),
        },
    ),
    changed("quotes and globs", modify('docs/it\'s "odd" *[x]?.md', "even\n"), to=plain("even\n")),
    changed(
        "a leading dash",
        edit("docs/-rf", ("dash", "dot")),
        create("--output=x", "o\n"),
        all={"docs/-rf": plain("dot\n"), "--output=x": plain("o\n")},
    ),
    changed("names for a shell", create("docs/$(rm -rf x) `y` & z;.md", "$\n"), to=plain("$\n")),
    changed(
        "a long name",
        modify(LONG, "longer\n"),
        create("docs/" + "m" * 255, "m\n"),
        all={LONG: plain("longer\n"), "docs/" + "m" * 255: plain("m\n")},
    ),
    changed(
        "percent and look-alikes", create("docs/%2e%2e/\u0441onftest.py", "x\n"), to=plain("x\n")
    ),
    changed("a long name deleted", delete(LONG), to=None),
    # -- files that mean something
    changed(
        "attributes and ignore rules",
        modify(".gitattributes", "* text eol=crlf ident\n"),
        modify(".gitignore", "*\n"),
        all={".gitattributes": plain("* text eol=crlf ident\n"), ".gitignore": plain("*\n")},
    ),
    changed(
        "attributes in a folder",
        create("pkg/.gitattributes", "* filter=evil\n"),
        edit("pkg/windows.txt", ("first", "1st")),
        all={
            "pkg/.gitattributes": plain("* filter=evil\n"),
            "pkg/windows.txt": plain("1st\r\nsecond\r\nthird\r\n"),
        },
    ),
    changed("an ignored file", create("pkg/kept.log", "asked for\n"), to=plain("asked for\n")),
    changed(
        "an lfs pointer",
        edit("lfs.model", ("size 14", "size 15")),
        to=plain(BASE["lfs.model"][1].replace(b"14", b"15")),
    ),
    changed("an lfs pointer becomes content", modify("lfs.model", "real\n"), to=plain("real\n")),
    changed("configuration of tests", create("conftest.py", "x = 1\n"), to=plain("x = 1\n")),
    changed("a workflow", create(".github/workflows/ci.yml", "on: push\n"), to=plain("on: push\n")),
    changed("dependencies", modify("pyproject.toml", "[project]\n"), to=plain("[project]\n")),
    # -- modes
    changed(
        "executable created",
        create("bin/new", "#!/bin/sh\n", mode="100755"),
        to=(0o755, b"#!/bin/sh\n"),
    ),
    changed(
        "executable bit kept",
        edit("bin/tool", ("echo tool", "echo better")),
        to=(0o755, TOOL.replace(b"tool", b"better")),
    ),
    changed(
        "executable bit only, taken",
        modify("bin/tool", TOOL.decode(), mode="100644"),
        to=(0o644, TOOL),
    ),
    changed(
        "executable bit only, given",
        modify("pkg/core.py", CORE.decode(), mode="100755"),
        to=(0o755, CORE),
    ),
    changed(
        "executable bit with an edit",
        edit("pkg/core.py", ("return 2", "return 3"), mode="100755"),
        to=(0o755, CORE.replace(b"return 2", b"return 3")),
    ),
    changed(
        "a private file changed", edit("pkg/private.txt", ("mine", "yours")), to=(0o600, b"yours\n")
    ),
    changed("a private file deleted", delete("pkg/private.txt"), to=None),
    changed(
        "a private file made a program",
        modify("pkg/private.txt", "x\n", mode="100755"),
        to=(0o700, b"x\n"),
    ),
    changed(
        "an owner's program made a text",
        modify("bin/owner", "x\n", mode="100644"),
        to=(0o600, b"x\n"),
    ),
    changed(
        "a group's file deleted and others",
        delete("pkg/group.txt"),
        delete("bin/owner"),
        all={"pkg/group.txt": None, "bin/owner": None},
    ),
]
