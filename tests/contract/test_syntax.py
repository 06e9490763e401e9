"""Colours of lines: exactly those of the whole file, wherever one looks, and never in our way."""

from __future__ import annotations

import asyncio
import hashlib
import random
import sysconfig
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pygments.lexers import get_lexer_for_filename
from pygments.token import Token, _TokenType

from codeframe_tui.adapters.beside import DEATHS
from codeframe_tui.adapters.syntax import Highlighter
from codeframe_tui.adapters.syntax import highlighter as bounds
from codeframe_tui.ports import Tokens

STDLIB = Path(sysconfig.get_path("stdlib"))
FILES = ("ast.py", "textwrap.py", "turtle.py", "optparse.py", "tarfile.py", "typing.py")
WINDOW = 40
OTHERS = {
    "a.js": "// hi\nconst a = `x\n${1 + b}\ny`;\nfunction f() { return 'q' }\n",
    "a.html": "<p>\n<script>\nvar x = 1; // c\n</script>\n<!-- a\nb -->\n",
    "a.yaml": "# c\nkey: |\n  text\n  more\nother: 'a'\n",
    "a.rb": "x = <<~EOS\n  text #{1}\nEOS\ndef f; end\n",
    "a.c": "/* a\n b */\n#include <x.h>\nint f(void) { return 1; }\n",
    "a.md": "# Title\n\n```python\nx = 1\n```\n",
    "a.toml": "[a]\nb = '''\nc\n'''\nd = 1\n",
}
EXPECTED = (
    (Token.Comment, "comment"), (Token.Keyword, "keyword"), (Token.Operator.Word, "keyword"),
    (Token.Literal.Number, "number"), (Token.Literal.String, "string"), (Token.Literal, "string"),
    (Token.Name.Function, "function"), (Token.Name.Class, "class"),
    (Token.Name.Exception, "class"), (Token.Name.Decorator, "decorator"),
    (Token.Name.Builtin.Pseudo, "self"), (Token.Name.Tag, "keyword"),
    (Token.Generic.Heading, "keyword"), (Token.Generic.Subheading, "keyword"),
)  # fmt: skip


@pytest.fixture
async def syntax() -> AsyncIterator[Highlighter]:
    highlighter = Highlighter()
    yield highlighter
    await highlighter.close()


def kind_of(token: _TokenType) -> str:
    if token in Token.Comment.Preproc:
        return "decorator"
    if token in Token.Comment.PreprocFile:
        return "string"
    return next((kind for parent, kind in EXPECTED if token in parent), "")


def painted(path: str, text: str) -> list[list[str]]:
    """The kind of every character of every line, by lexing the whole file."""
    kinds = [""] * len(text)
    for start, token, value in get_lexer_for_filename(path).get_tokens_unprocessed(text):
        kinds[start : start + len(value)] = [kind_of(token)] * len(value)
    lines, at = [], 0
    for line in text.split("\n"):
        lines.append(kinds[at : at + len(line)])
        at += len(line) + 1
    return lines


def characters(tokens: Tokens, lines: list[str]) -> list[list[str]]:
    found = []
    for spans, line in zip(tokens, lines, strict=True):
        kinds = [""] * len(line)
        for start, end, kind in spans:
            assert 0 <= start < end <= len(line)
            kinds[start:end] = [kind] * (end - start)
        found.append(kinds)
    return found


def blob(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()


async def test_no_character_of_300_windows_of_real_files_is_wrong(syntax: Highlighter) -> None:
    chance = random.Random(7)
    windows = in_strings = 0
    for name in FILES:
        content = (STDLIB / name).read_bytes()
        text = content.decode()
        lines, exact = text.split("\n"), painted(name, text)
        for _ in range(60):
            first = chance.randrange(len(lines) - WINDOW)
            last = first + WINDOW
            tokens = await syntax.tokens(blob(content), f"lib/{name}", content, first, last)
            assert tokens is not None
            assert characters(tokens, lines[first:last]) == exact[first:last]
            windows += 1
            in_strings += bool(exact[first]) and set(exact[first]) == {"string"}
    assert windows >= 300
    assert in_strings >= 10, "some must begin inside a string, or this proves little"


@pytest.mark.parametrize("path", OTHERS)
async def test_every_language_of_pygments_is_known_by_the_files_name(
    syntax: Highlighter, path: str
) -> None:
    text = OTHERS[path]
    lines, exact = text.split("\n")[:-1], painted(path, text)
    for first in range(len(lines)):
        found = await syntax.tokens(path, path, text.encode(), first, first + 1)
        assert found is not None
        assert characters(found, lines[first : first + 1]) == exact[first : first + 1]
    assert len({kind for line in exact for kind in line}) > 1


async def test_line_ends_of_other_systems_do_not_matter(syntax: Highlighter) -> None:
    content = b'x = """a\r\nb\r\n"""\r\ny = 1\\\r\n + 2\r\n'
    assert await syntax.tokens("crlf", "a.py", content, 0, 9) == [
        [(4, 8, "string")], [(0, 1, "string")], [(0, 3, "string")],
        [(4, 5, "number")], [(3, 4, "number")],
    ]  # fmt: skip


async def test_what_is_no_language_or_too_large_has_no_colours(
    syntax: Highlighter, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await syntax.tokens("a", "notes.unknown", b"def f():\n", 0, 1) is None
    monkeypatch.setattr(bounds, "MAX_BYTES", 4)
    assert await syntax.tokens("b", "a.py", b"x = 1\n", 0, 1) is None


async def test_the_newest_look_is_answered_before_a_longer_one(syntax: Highlighter) -> None:
    large = b"def f(a): return {'a': [1, 2.5, None], 'b': (not a)}\n" * 6_000
    slow = asyncio.create_task(syntax.tokens("large", "a.py", large, 5_990, 6_000))
    while not syntax._lexer._waiting:
        await asyncio.sleep(0)
    assert await syntax.tokens("small", "b.py", b"x = 1\n", 0, 1) == [[(4, 5, "number")]]
    assert not slow.done()
    found = await slow
    assert found is not None
    assert len(found) == 10
    assert found[0] == found[9]


async def test_a_process_that_dies_is_started_again_and_none_is_left(syntax: Highlighter) -> None:
    content = b"x = 1\n"
    for _ in range(2):
        assert await syntax.tokens("a", "a.py", content, 0, 1) == [[(4, 5, "number")]]
        process, reading = syntax._lexer._process, syntax._lexer._reading
        assert process is not None
        assert reading is not None
        process.kill()
        await reading
    assert await syntax.tokens("a", "a.py", content, 0, 1) == [[(4, 5, "number")]]
    process = syntax._lexer._process
    assert process is not None
    await syntax.close()
    assert process.returncode is not None


async def test_something_that_kills_it_again_and_again_costs_only_the_colours(
    syntax: Highlighter,
) -> None:
    for _ in range(DEATHS):
        assert await syntax.tokens("a", "a.py", b"x = 1\n", 0, 1)
        process, reading = syntax._lexer._process, syntax._lexer._reading
        assert process is not None
        assert reading is not None
        process.kill()
        await reading
    assert await syntax.tokens("a", "a.py", b"x = 1\n", 0, 1) is None
