"""Search finds what a plain look at every line finds, hit for hit."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from codeframe_tui.adapters.index.searcher import Searcher
from codeframe_tui.ports import Workspace

LINES = st.lists(
    st.sampled_from(
        [
            "def get(url):",
            "    return url",
            "",
            "x = 1\x0c# get",
            "é Get",
            "a.b[0]\u2028get",
            "\udcff get",
        ]
    ),
    max_size=6,
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
FILES = st.dictionaries(
    st.sampled_from(["a.py", "b/c.py", "b/d.txt", "b/e/f.py", ".hidden.py", "b c.md"]),
    st.tuples(LINES, ENDS),
    max_size=5,
)
PATTERNS = st.sampled_from(
    [
        "get",
        "^def",
        r"\bget\b",
        "(?i)GET",
        "url$",
        "[.]b",
        r"\[0\]",
        "",
        "é",
        "^$",
        "return|x",
        r"f get\(ur?l",
        "ge+t",
        "\ufffd",
        r"é\s",
        "get$",
    ]
)
WHERE = st.sampled_from(["", "b", "b/e", "a.py", "none"])
GLOBS = st.sampled_from(["", "*.py", "b/*.py", "**/*.py", "b/**"])


def shown(text: str) -> str:
    """A text as it is searched: bytes that are none of UTF-8 are replaced."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def naive(files: dict[str, str], pattern: str, where: str, glob: str) -> list[tuple[str, int, str]]:
    """Every line of every file that is meant, in the order of paths."""
    kinds: dict[str, Callable[[str], bool]] = {
        "": lambda p: True,
        "*.py": lambda p: p.endswith(".py"),
        "b/*.py": lambda p: p == "b/c.py",
        "**/*.py": lambda p: p.endswith(".py"),
        "b/**": lambda p: p.startswith("b/"),
    }
    return [
        (path, number, line.removesuffix("\n"))
        for path, text in sorted(files.items())
        if (not where or path == where or path.startswith(f"{where}/")) and kinds[glob](path)
        for number, line in enumerate(StringIO(shown(text), newline=None), 1)
        if re.search(pattern, line.removesuffix("\n"))
    ]


@example({"a.py": (["def get(url):", "\udcff get"], "\n"), "b/d.txt": (["x"], "\n")}, "get", "", "")
@given(FILES, PATTERNS, WHERE, GLOBS)
@settings(max_examples=25)
def test_a_search_finds_what_a_plain_look_finds(
    given_files: dict[str, tuple[list[str], str]], pattern: str, where: str, glob: str
) -> None:
    files = {name: end.join(lines) + end for name, (lines, end) in given_files.items()}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            file = Path(folder, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode("utf-8", "surrogateescape"))
        workspace = Workspace("w", Path(folder))
        found = asyncio.run(Searcher().search(workspace, pattern, path=where, glob=glob))
    assert [(hit.path, hit.line, hit.text) for hit in found.hits] == naive(
        files, pattern, where, glob
    )
