"""Changes that are sent back, each with its exact reason."""

from __future__ import annotations

from tests.worker.changes import BASE, Change, create, delete, edit, modify, refused

__all__ = ["CHANGES"]

CORE = BASE["pkg/core.py"][1].decode()

CHANGES: list[Change] = [
    refused("ambiguous edit", edit("pkg/twice.py", ("x = 1", "x = 3")), why="more than once"),
    refused(
        "edit of what is not there", edit("pkg/core.py", ("three", "3")), why="not in the file"
    ),
    refused(
        "edits that overlap",
        edit("pkg/core.py", ("one():\n", "a"), (":\n    return 1", "b")),
        why="edits overlap",
    ),
    refused("edit of nothing", edit("pkg/core.py", ("", "x")), why="old is empty"),
    refused(
        "edits that create",
        {**edit("pkg/n.py", ("a", "b")), "action": "create"},
        why="edits belong to modify",
    ),
    refused(
        "non-ascii edit of latin-1", edit("pkg/latin.py", ("PRICE", "\u00e9")), why="not UTF-8"
    ),
    refused(
        "one good edit, one bad",
        edit("README.md", ("Read", "R")),
        edit("docs/-rf", ("x", "y")),
        why="'docs/-rf': edits[0].old is not in the file",
    ),
    refused("create what exists", create("pkg/core.py", "x\n"), why="it exists already"),
    refused("modify what does not", modify("pkg/no.py", "x\n"), why="there is no such file"),
    refused("delete what does not exist", delete("pkg/no.py"), why="there is no such file"),
    refused("change nothing", modify("pkg/core.py", CORE), why="changes nothing"),
    refused(
        "leave text out",
        modify("pkg/core.py", "def one():\n    # ... rest of the code unchanged ...\n"),
        why="stands for text that was left out",
    ),
    refused(
        "name a path twice",
        edit("README.md", ("Read", "a")),
        delete("README.md"),
        why="is named twice",
    ),
    refused(
        "rename in case only",
        delete("README.md"),
        create("readme.md", "x\n"),
        why="differ in case or Unicode form only",
    ),
    refused("a twin of a file", create("readme.MD", "x\n"), why="differ in case or Unicode form"),
    refused(
        "a Unicode twin", create("docs/u\u0308ber uns.md", "x\n"), why="differ in case or Unicode"
    ),
    refused("a twin of a folder", create("Pkg/x.py", "x\n"), why="folder 'Pkg' and 'pkg' differ"),
    refused(
        "a file becomes a folder",
        delete("pkg/empty.py"),
        create("pkg/empty.py/x.py", "x\n"),
        why="it cannot be a file and a folder",
    ),
    refused("a folder becomes a file", create("bin", "x\n"), why="'bin' is a folder"),
    refused(
        "below a file", create("pkg/core.py/x.py", "x\n"), why="'pkg/core.py', which is no folder"
    ),
    refused("through a link", create("linked/x.py", "x\n"), why="'linked', which is no folder"),
    refused("onto a link", modify("link.py", "x\n"), why="'link.py' is a symbolic link"),
    refused("outside", create("../x.py", "x\n"), why="it has a `..` component"),
    refused("absolute", create("/etc/x", "x\n"), why="it is absolute"),
    refused("git's own", create("pkg/.GIT/hooks/x", "x\n"), why="`.git` belongs to git"),
    refused("the environment", create(".venv/x.py", "x\n"), why="the place of the environment"),
    refused(
        "a control character", create("pkg/a\nb.py", "x\n"), why="a control character (U+000A)"
    ),
    refused("another mode", create("pkg/n.py", "x\n", mode="100600"), why="100644 or 100755"),
    refused("no base64", create("pkg/n.py", "%%%", encoding="base64"), why="not valid base64"),
    refused("no content", {"path": "pkg/n.py", "action": "create"}, why="content is missing"),
    refused(
        "a delete with content",
        {**delete("README.md"), "content": "x"},
        why="delete takes no content",
    ),
    refused("half a character", create("pkg/n.py", "\ud800"), why="a lone surrogate"),
    refused(
        "an action of its own",
        {**delete("README.md"), "action": "rename"},
        why="action must be create, modify or delete",
    ),
]
