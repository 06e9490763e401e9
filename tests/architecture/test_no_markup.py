"""No text is ever read as markup: spans only, so that no text from outside says how it looks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import codeframe_tui

HOUSE = Path(codeframe_tui.__file__).parent
ROOMS = sorted((HOUSE / "tui").rglob("*.py"))
READERS = {
    *("Text", "Console", "Markdown", "Content", "Static", "Label", "Button", "OptionList"),
    *("Option", "DataTable", "Tree", "RichLog", "Log", "Tooltip", "Toast", "Pretty", "Link"),
    *("Checkbox", "RadioButton", "Select", "SelectionList", "Tab", "Tabs", "Header", "Footer"),
    *("escape", "Markup", "render", "print", "Panel", "Table", "Syntax", "Traceback"),
}
"""What of Textual and Rich makes markup of a text, or hides from it by escaping it."""
ATTRIBUTES = {"border_title", "border_subtitle", "tooltip"}
"""Fields of Textual's widgets whose texts are read as markup."""
CALLS = {"from_markup", "render_str", "notify", "render_markup", "escape_markup", "visualize"}
"""Calls that read markup."""
PRINTS = {"print", "click.echo", "click.secho", "sys.stdout.write", "sys.stderr.write"}
TEXTS_OF_OURS = {("modals/task_form.py", "empty")}
"""Where `placeholder` is a variable: texts of a table of ours."""


def faults(tree: ast.AST, room: str = "") -> Iterator[str]:
    """Everything in a room by which a text could be read as markup."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if _is_theirs(module):
                yield from (f"imports {each.name}" for each in names if each.name in READERS)
                if module.split(".")[-1] in {"markup", "content", "visual", "text", "console"}:
                    yield f"imports {module}"
            case ast.Import(names=names):
                yield from (f"imports {each.name}" for each in names if _is_theirs(each.name))
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in CALLS:
                yield f"calls {attr}"
            case ast.keyword(arg="markup", value=value) if not _is_false(value):
                yield "says markup="
            case ast.keyword(arg="tooltip", value=value) if room != "widgets/diff/view.py":
                yield from () if isinstance(value, ast.Constant) else ("says tooltip=",)
            case ast.keyword(arg="placeholder", value=value):
                if not _is_fixed(value) and (room, ast.unparse(value)) not in TEXTS_OF_OURS:
                    yield f"has placeholder={ast.unparse(value)}"
            case ast.Attribute(attr=attr, ctx=ast.Store()) if attr in ATTRIBUTES:
                yield f"sets {attr}"
            case ast.FunctionDef(name="render"):
                yield "has a render(), whose text is read as markup"


def _is_theirs(module: str) -> bool:
    return module.partition(".")[0] in {"textual", "rich"}


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is False


def _is_fixed(value: ast.expr) -> bool:
    """Whether it is a text of the source, or one of two."""
    if isinstance(value, ast.IfExp):
        return _is_fixed(value.body) and _is_fixed(value.orelse)
    return isinstance(value, ast.Constant)


def test_no_room_of_the_cockpit_reads_markup() -> None:
    found = {
        room: told
        for path in ROOMS
        if (told := [*faults(ast.parse(path.read_text()), room := _name(path))])
    }
    assert found == {}, "show it with spans: `Label.show(Row(...))`, `LineView`"


def test_verbs_print_through_the_one_output() -> None:
    """`headless/output.py` cleans what it prints; the demo says lines of its own."""
    found = {
        path.relative_to(HOUSE).as_posix()
        for path in sorted({*(HOUSE / "cli").rglob("*.py"), *(HOUSE / "headless").rglob("*.py")})
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) in PRINTS
    }
    assert found == {"cli/system.py"}


def _name(path: Path) -> str:
    return path.relative_to(HOUSE / "tui").as_posix()


@pytest.mark.parametrize(
    "code",
    [
        "from textual.widgets import Static",
        "from textual.widgets import Input, Label",
        "from rich.text import Text",
        "from textual.content import Content",
        "import rich.markup",
        "x.border_title = path",
        "x.tooltip = path",
        "app.notify(path)",
        "f(path, markup=True)",
        "f(path, markup=is_plain)",
        "TextArea(placeholder=path)",
        "Binding('a', 'b', tooltip=path)",
        "class A:\n    def render(self): return 'x'",
    ],
)
def test_markup_is_noticed(code: str) -> None:
    assert [*faults(ast.parse(code))]


@pytest.mark.parametrize(
    "code", ["f(x, markup=False)", "from rich.segment import Segment", "Input(placeholder='a')"]
)
def test_spans_are_no_markup(code: str) -> None:
    assert [*faults(ast.parse(code))] == []
