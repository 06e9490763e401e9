"""What of ranked files is shown, inside a budget."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeframe_tui.core.code.context import (
    SHOWN,
    Packed,
    Ranked,
    Source,
    Symbol,
    outline,
    pack,
    shown,
)
from codeframe_tui.core.code.entry import entry, fenced
from codeframe_tui.core.code.words import words
from codeframe_tui.core.talk.prompt import context_text, headings
from codeframe_tui.core.tokens import GUESS, Gauge

tokens = GUESS.tokens
NAMES = ("open", "read", "write", "close")
LARGE = "".join(f"def {name}():\n" + "    x = 1\n" * 100 for name in NAMES)
PARTS = tuple(
    Symbol(name, "function", n * 101 + 1, f"def {name}()", name, n * 101 + 101, "")
    for n, name in enumerate(NAMES)
)


def cost(path: str, form: str, text: str) -> int:
    return tokens(entry(path, form, (), text))


def as_entry(file: Packed) -> dict[str, Any]:
    ranked = file.ranked
    return {"path": ranked.path, "form": file.form, "reasons": ranked.reasons, "text": file.text}


def ranked(count: int) -> list[Ranked]:
    return [Ranked(f"f{number:02}.py", 100.0 - number, ()) for number in range(count)]


@pytest.mark.parametrize(
    ("text", "ticks"),
    [("a", 3), ("a``b", 3), ("```\na\n```", 4), ("````a```", 5), ("`" * 400_000, 400_001)],
)
def test_a_fence_is_longer_than_what_it_holds_and_is_found_in_one_look(
    text: str, ticks: int
) -> None:
    looks = 0

    class Counted(str):
        __slots__ = ()

        def __contains__(self, part: str, /) -> bool:  # type: ignore[override]
            nonlocal looks
            looks += 1
            assert looks < 10
            return super().__contains__(part)

    fence = "`" * ticks
    assert fenced(Counted(text)) == f"{fence}\n{text}\n{fence}"


def test_an_outline_tells_line_depth_and_signature_but_no_variables() -> None:
    symbols = [
        Symbol("A", "class", 1, "class A", "A", 9, ""),
        Symbol("m", "method", 12, "def m(self) -> int", "A.m", 13, ""),
        Symbol("X", "variable", 20, "X = 1", "X", 20, ""),
    ]
    assert outline(symbols) == "    1 class A\n   12     def m(self) -> int"


def test_the_best_are_given_whole_then_as_definitions_then_by_name() -> None:
    source = Source(
        "def f():\n    return 1\n", (Symbol("f", "function", 1, "def f()", "f", 2, ""),)
    )
    packed, cut = pack(ranked(50), {file.path: source for file in ranked(SHOWN)}, 10_000, ())
    assert [file.form for file in packed] == ["body"] * 5 + ["skeleton"] * 15 + ["name"] * 20
    assert (packed[0].text, packed[5].text, packed[20].text) == (source.text, "    1 def f()", "")
    assert cut == ["10 more files with a lower score"]


def test_what_does_not_fit_is_given_in_a_smaller_form_and_told() -> None:
    sources = {"f00.py": Source(LARGE, PARTS), "f01.py": Source("y = 2\n" * 400)}
    sources["f02.py"] = Source("z = 3\n")
    long = cost("f01.py", "body", sources["f01.py"].text)
    packed, cut = pack(ranked(3), sources, 80, ())
    assert [(file.form, file.tokens) for file in packed] == [
        ("skeleton", cost("f00.py", "skeleton", outline(PARTS))),
        ("name", tokens("f01.py, ")),
        ("body", cost("f02.py", "body", "z = 3\n")),
    ]
    assert cut == [
        f"f00.py: body of {cost('f00.py', 'body', LARGE)} tokens did not fit",
        f"f01.py: body of {long} tokens did not fit",
    ]


@given(st.lists(st.integers(0, 400), max_size=60), st.integers(0, 3_000), st.integers(0, 3))
@settings(max_examples=30)
def test_all_that_is_given_stays_inside_the_budget_that_names_fit(
    sizes: list[int], budget: int, pinned: int
) -> None:
    found = ranked(len(sizes))
    sources = {
        file.path: Source("x" * size, PARTS) for file, size in zip(found, sizes, strict=True)
    }
    packed, _ = pack(found, sources, budget, (), min(pinned, len(found)))
    names = sum(cost(file.ranked.path, "name", "") for file in packed)
    assert sum(file.tokens for file in packed) <= max(budget, names)


def test_lines_of_a_definition_are_those_that_python_counts() -> None:
    one = Symbol("one", "function", 1, "def one()", "one", 2, "")
    parts = (one, Symbol("two", "function", 4, "def two()", "two", 5, ""))
    text = f"def one():\n    pass\n\x0c\ndef two():\n    return 'a\u2028b'\n{'# more' * 400}\n"
    (packed,), _ = pack(ranked(1), {"f00.py": Source(text, parts)}, 80, {"two"})
    assert packed.text == "    1 def one()\n    4 def two():\n    5     return 'a\u2028b'"


def test_an_empty_file_is_given_by_its_name() -> None:
    (packed,), cut = pack(ranked(1), {"f00.py": Source("")}, 100, ())
    assert (packed.form, packed.tokens, cut) == ("name", tokens("f00.py, "), [])


def test_of_a_file_too_large_the_definitions_that_are_meant_come_whole() -> None:
    (packed,), _ = pack(ranked(1), {"f00.py": Source(LARGE, PARTS)}, 900, words("Write faster"))
    assert packed.form == "skeleton"
    lines = packed.text.splitlines()
    assert lines[:3] == ["    1 def open()", "  102 def read()", "  203 def write():"]
    assert lines[3] == "  204     x = 1"
    assert lines[-1] == "  304 def close()"
    assert len(lines) == 104


@given(st.lists(st.integers(0, 400), max_size=60), st.integers(0, 2000), st.floats(2, 8))
def test_bodies_and_definitions_never_cost_more_than_the_budget(
    sizes: list[int], budget: int, bytes_each: float
) -> None:
    files = ranked(len(sizes))
    symbols = [Symbol("f", "function", n, "def f()", "f", n, "") for n in range(1, 401)]
    sources = {
        file.path: Source("def f(): ...\n" * size, tuple(symbols[:size]))
        for file, size in zip(files, sizes, strict=True)
    }
    packed, cut = pack(files, sources, budget, {"f"}, gauge=Gauge(bytes_each))
    shown = [entry(f.ranked.path, f.form, f.ranked.reasons, f.text) for f in packed if f.text]
    assert sum(map(Gauge(bytes_each).tokens, shown)) <= budget
    told = context_text({"files": list(map(as_entry, packed))})
    counted = sum(file.tokens for file in packed) + Gauge(bytes_each).tokens(
        headings(earlier=False)
    )
    assert Gauge(bytes_each).tokens(told) <= counted
    assert [file.ranked for file in packed] == files[:40]
    assert len(cut) >= (len(files) > 40)


def test_texts_among_code_take_no_place_from_it() -> None:
    code = [f"{n}.py" for n in range(50)]
    mixed = [name for n in range(50) for name in (f"{n}.py", f"{n}.md")]
    assert shown(code, lambda path: path.endswith(".py")) == SHOWN
    assert shown(["a.md", *code], lambda path: path.endswith(".py")) == SHOWN + 1
    assert shown(mixed, lambda path: path.endswith(".py")) == 30
    assert shown(code[:3], lambda _: False) == 3
    assert shown([], lambda _: True) == 0
