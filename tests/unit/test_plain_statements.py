"""Leaving out what defines nothing changes nothing of what is known of a Python text."""

from __future__ import annotations

import ast
import os
import sysconfig
from collections import Counter
from dataclasses import replace
from itertools import chain
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeframe_tui.adapters.index.inside import python
from codeframe_tui.adapters.index.inside.nodes import Code
from codeframe_tui.adapters.index.inside.plain import Thin, thinned
from codeframe_tui.adapters.index.inside.python import read_python
from codeframe_tui.core.code.words import names_in

ALL = bool(os.environ.get("CODEFRAME_TUI_ALL_TEXTS"))
SIMPLE = st.sampled_from(
    [
        "a = b", "return f(x, [1, {2: 3}])", "r'text'", '"text"', "x = 'it'", 'y = "don\'t"',
        "pass", "a.b(c)[d].e()", "z = f'{a}'", "x = 1; import os", "import os.path as p", "",
        "from . import q", "x: int = 3", "del a, b", "x = a,", "x = '\"\"\"'", "# a note",
        "assert a == b, 'c # d'", "x = 1  # a note", "(a, b)", "[c for d in e if f]", "\t",
        "x = y = lambda: 0", "global g", "x = 'a\\\n  b'", "x = 1 + \\\n    2",
        "f(\n  a,\n  b,\n  c,\n)", "x = (\n  a\n  if b\n  else c\n)", "f(\n    a=1,\n    b=2\n)",
        "x = [\n  'a',\n  b\n  for b in\n  c\n]", "f(a\n    , b\n    , c)",
        '"""text\n    a = b\n    c = d\n    def no(): ...\n"""',
        "x = (\n    a +\n    b +\n    c\n)",
        "x = '''\n    a = b\n    c = '\"\"\"'\n    return x\n    y\n'''",
        "{\n  'a#': 1,\n  b: 2,\n  c: d\n}", "[\n  a for b in c\n  # a note\n  if d\n]",
        "f(\n  a + 'b'\n  'c'\n)", "f(\n  a,\n  b\n  [c]\n)", "f(\n  a if b\n else c\n)",
        "f(g(\n  a if b\n  is c\n  else d))",
        "[\n  a\n  for\n  # a note\n  b, c in d\n]", "f(g(\n  a, {b: c}), [\n  d\n])",
        "x = f(\n  a\n  .b(c)\n  .d\n)", "if (\n  a\n  and b\n):\n      c = d",
    ]
)  # fmt: skip
HEADS = st.sampled_from(
    [
        "def f():", "def g(a, b=(1, 2)) -> None:", "class C:", "class D(B, m=x):", "if a:", "else:",
        "for a in b:", "while a:  # note", "with a as b:", "try:", "except E:", "class G[T](B):",
        "match a:", "case b:", "async def h(\n    a,\n    b\n):", "@deco\n@other(1)\ndef k(x):",
    ]
)  # fmt: skip


def indented(head: str, blocks: list[list[str]]) -> list[str]:
    """Statements below a head, if any; what goes over lines is left where it begins."""
    lines = list(chain.from_iterable(blocks))
    return [head, *(f"    {line}" if line.strip() else line for line in lines)] if head else lines


BLOCK = st.recursive(
    SIMPLE.map(lambda line: [line]),
    lambda inside: st.builds(
        indented, st.one_of(st.just(""), HEADS), st.lists(inside, min_size=1, max_size=5)
    ),
    max_leaves=25,
)


def whole(content: bytes) -> Code:
    """What is known of a text of which nothing is left out."""
    with patch.object(python, "thinned", lambda text: Thin(text, text, [], [0], [0])):
        return read_python(content)


def told(code: Code) -> tuple[Code, Counter[bytes]]:
    return replace(code, docs=b""), names_in(code.docs)


def left_out(content: bytes) -> int:
    return len(content) - len(thinned(content).text)


def is_python(content: bytes) -> bool:
    return not python._PARSER.parse(content).root_node.has_error


def tells_the_same(content: bytes) -> bool:
    return told(read_python(content)) == told(whole(content)) and (
        is_python(thinned(content).text) or not is_python(content)
    )


def test_plain_statements_are_left_out_and_their_blocks_stay() -> None:
    text = (
        b"def f():\n    a = 1\n    b(2)\n    if c:\n        d = 'e'\n    return g\n\ndef h(): ...\n"
    )
    code = read_python(text)
    assert thinned(text).text == b"def f():\n    a\n\ndef h(): ...\n"
    assert [(s.name, s.line, s.last, s.signature) for s in code.symbols] == [
        ("f", 1, 6, "def f()"), ("h", 8, 8, "def h()")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        "    import os\n    from .net import get\n    x = 1\n",
        "    def g(): ...\n    class H: ...\n    x = 1\n",
        "    x = 1\n    r'told'\n    y = 2\n    z = 3\n",
        "    x = 1\n    if y: import os\n    z = 3\n",
        "    x = 1; from . import net\n    z = 3\n    y = 1\n",
        "    '''\n    a = b\n    c = '\"\"\"'\n    '''\n    def g(): ...\n    a = 1\n",
        "    x = {\n        k for k in y\n        # note\n        if k\n    }\n",
        "    f(  # note\n        a + 'b'\n        'c'\n    )\n",
        "    f(  # note\n        a if b\n    else c\n    )\n",
        "    f(g(  # note\n        a if b\n        and c\n        else d))\n",
        "    f(  # note\n        a if b\n        + c\n        else d\n    )\n",
        "    x = [\n        a for\n        # note\n        a, b in c\n    ]\n",
        "    x = a[  # note\n        b\n        (c)\n    ]\n",
        "    if a:\n        b = c\n    # note\n    else:\n        import os\n",
        "    if a:\n        b = c\n        '''text'''\n",
        "    if a and \\\n    b:\n        c = d\n",
    ],
)
def test_what_defines_imports_or_describes_stays(body: str) -> None:
    assert tells_the_same(f"def f():\n{body}\ndef last(): ...\n".encode())


@given(st.lists(BLOCK, min_size=1, max_size=6))
@settings(max_examples=5_000 if ALL else 60)
def test_any_text_that_is_python_tells_the_same(blocks: list[list[str]]) -> None:
    text = "\n".join(line for block in blocks for line in block) + "\n"
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        text = "def f():\n" + "\n".join(f"    {line}" for b in blocks for line in b) + "\n    a\n"
    content = text.encode()
    if is_python(content):
        assert tells_the_same(content)


def test_texts_that_people_wrote_tell_the_same() -> None:
    library = Path(sysconfig.get_path("stdlib"))
    found = sorted(p for p in library.rglob("*.py") if "site-packages" not in p.parts)
    spared = size = 0
    for path in found if ALL else found[::200]:
        content = path.read_bytes()
        assert tells_the_same(content), path
        spared, size = spared + left_out(content), size + len(content)
    assert spared > size / 3, "which is what it is for"


@pytest.mark.parametrize(
    "hostile",
    [
        "    (1, 2),\n", "    a,\n", "    a = '\n", "    f((((((((\n", "    if a:\n",
        "    x = a +\n", "    f(\n", "    f(a, [\n", "    f(a)\n# b\n", "    f(\n    a)]\n",
        "  a:\n    f(b,\n",
    ],
)  # fmt: skip
def test_texts_that_are_made_to_be_slow_end(hostile: str) -> None:
    # by the square of its lines this would take many minutes
    left_out(f"def f():\n{hostile * 40_000}".encode())
