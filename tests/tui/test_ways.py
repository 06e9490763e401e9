"""Finding the way in a change: files by risk, jumping to a file, a symbol, a flag."""

from __future__ import annotations

import pytest

from codeframe_tui.tui.modals.picker import Picker
from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.diff.symbols import symbols
from codeframe_tui.tui.present.flags import FlagPlace
from codeframe_tui.tui.present.fuzzy import ranked
from codeframe_tui.tui.present.risk import by_risk
from codeframe_tui.tui.widgets.diff.view import DiffView
from codeframe_tui.tui.widgets.lines import LineList
from codeframe_tui.tui.widgets.task_panes import FileList
from tests.diff_documents import document, file, hunk
from tests.tui.diff_host import Host, press
from tests.tui.driving import Drive, opened

LONG = [f"+line {n}" for n in range(30)]


def test_what_may_hurt_is_read_first_and_what_tools_wrote_last() -> None:
    files = [
        file("uv.lock", hunk(1, 1, *LONG, *LONG)),
        file("src/small.py", hunk(1, 1, "+x")),
        file("src/large.py", hunk(1, 1, *LONG)),
        file("tests/test_a.py", hunk(1, 1, "+x")),
        file("pyproject.toml", hunk(1, 1, "+x")),
        file("conftest.py", hunk(1, 1, "+x")),
    ]
    flags = [
        {"path": "pyproject.toml", "severity": "amber"},
        {"path": "conftest.py", "severity": "amber"},
        {"path": "conftest.py", "severity": "red"},
    ]
    assert [each["path"] for each in by_risk(files, flags)] == [
        *("conftest.py", "pyproject.toml", "tests/test_a.py"),
        *("src/large.py", "src/small.py", "uv.lock"),
    ]


@pytest.mark.parametrize(
    ("lines", "heading", "told"),
    [
        (["+def new():", "+    x = 1"], "", ["+ new"]),
        (["-def old():", "-    x = 1"], "", ["- old"]),
        (["-def f(a):", "+def f(a, b):", "     x = 1"], "", ["~ f signature"]),
        ([" def f(", "     a,", "+    b,", " ) -> None:", "     x"], "", ["~ f signature"]),
        (["-def f():", "+def f(", "+    a,", "+):", "     x"], "", ["~ f signature"]),
        ([" def f(", "     a,", " ):", "+    x = (1,"], "", ["~ f"]),
        (["-    def f(self):", "-        x", " y", "+    def f(self):"], "", ["~ f"]),
        ([" def f():", "-    x = 1", "+    x = 2"], "", ["~ f"]),
        (["-    x = 1", "+    x = 2"], "def f():", ["~ f"]),
        (["-X = 1", "+X = 2"], "def f():", []),
        (
            [" class A:", "     def f(self):", "-        x", "     def g(self):", "+        y"],
            "",
            ["~ A.f", "~ A.g"],
        ),
        ([" class A:", "+    async def f(self):", "+        x"], "", ["+ A.f"]),
        (["+def f(", "+    a,", "+) -> None:", "+    x"], "", ["+ f"]),
        (["+    export function go(a) {", "+      x", "+    }"], "", ["+ go"]),
        ([" def f():", "     x", "\\ No newline"], "", []),
        (
            [
                "         return x",
                " ",
                "+    @property",
                "+    def new(self):",
                "+        return 1",
            ],
            "def old(self):",
            ["+ new"],
        ),
        (["             deep", "         x", "+        y"], "def f(self):", ["~ f"]),
        (["     x = 1", "+    def f(self):", "+        y"], "class A:", ["+ A.f"]),
        (["         deep", "     ", "+    def f(self):"], "class A(B):", ["+ A.f"]),
        (["     def f(self):", "+        y"], "def f(self):", ["~ f"]),
        (["     def g(self):", "+        y"], "def f(self):", ["~ g"]),
        (["+x = 1"], "class A:", []),
    ],
)
def test_symbols_are_told_where_the_lines_tell_them(
    lines: list[str], heading: str, told: list[str]
) -> None:
    found = symbols([file("a.py", hunk(1, 1, *lines, heading=heading))])
    assert [f"{each.sign} {each.name} {each.said}".strip() for each in found] == told


def test_a_method_below_another_is_named_after_its_class_where_the_file_is_known() -> None:
    lines = ["         return x", " ", "     @property", "+    def new(self):", "+        return 1"]
    files = [file("a.py", hunk(1, 41, *lines, heading="def old(self):"))]
    known = [(2, "Other"), (9, "Other.old"), (20, "A"), (33, "A.old"), (50, "B"), (55, "B.old")]
    assert [each.name for each in symbols(files, {"a.py": known})] == ["A.new"]
    assert [each.name for each in symbols(files, {"b.py": known})] == ["new"]
    body = [file("a.py", hunk(1, 41, "-        x = 1", "+        x = 2", heading="def old(self):"))]
    assert [each.name for each in symbols(body, {"a.py": known})] == ["A.old"]


def test_what_moved_says_from_where_and_to_where() -> None:
    gone = hunk(1, 1, "-def f():", "-    return 1", "-", "-def g():", "-    return 2")
    here = hunk(1, 1, "+def f():", "+    return 1", "+", "+def h():", "+    return 3")
    gone["moved"], here["moved"] = [[0, 3, "b.py", 1]], [[0, 3, "a\x1b.py", 1]]
    found = symbols([file("a.py", gone), file("b.py", here)])
    assert [f"{each.sign} {each.name} {each.said}".strip() for each in found] == [
        *("→ f moved to b.py", "- g", "→ f moved from a␛.py", "+ h"),
    ]


def test_few_letters_mean_the_likeliest_path() -> None:
    paths = ["client/retry.py", "tests/test_retry.py", "client/pretty.py", "docs/index.md"]
    assert [paths[at] for at in ranked("retry", paths)][:2] == [
        *("client/retry.py", "tests/test_retry.py"),
    ]
    assert next(paths[at] for at in ranked("cl rt", paths)).startswith("client/")
    assert ranked("xyz", paths) == []
    assert ranked("", paths) == [0, 1, 2, 3]


async def _picker(drive: Drive) -> Picker:
    await drive.sheet()
    screen = drive.app.screen
    assert isinstance(screen, Picker)
    return screen


async def test_a_file_is_reached_by_a_few_letters() -> None:
    async with opened() as drive:
        drive.key("2")
        await drive.in_pane("diff")
        drive.key("p")
        picker = await _picker(drive)
        drive.type("pypro")
        await drive.until(lambda: picker.query_one(LineList).count() == 1)
        drive.key("enter")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)
        view = drive.app.cockpit.query_one(DiffView)
        assert view.place == Place("pyproject.toml")
        assert not view.draft.parts


async def test_a_symbol_is_reached_from_the_list_of_all() -> None:
    async with opened() as drive:
        drive.key("2")
        await drive.in_pane("diff")
        drive.key("s")
        picker = await _picker(drive)
        shown = "\n".join(picker.query_one(LineList).text_at(n) for n in range(3))
        assert "+ Limit" in shown
        drive.type("limit")
        await drive.until(lambda: "Limit" in picker.query_one(LineList).text_at(0))
        drive.key("enter")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)
        view = drive.app.cockpit.query_one(DiffView)
        assert view.text_at(view.cursor).startswith("class Limit")


async def test_esc_leaves_the_list_where_one_was() -> None:
    async with opened() as drive:
        drive.key("2")
        await drive.in_pane("diff")
        view = drive.app.cockpit.query_one(DiffView)
        place = view.place
        drive.key("p")
        await _picker(drive)
        drive.key("escape")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)
        assert view.place == place


async def test_flags_are_gone_to_one_by_one_and_their_words_are_told() -> None:
    app = Host(
        document(
            file("a.py", hunk(1, 1, "+x", "+y")),
            file("b.py", hunk(1, 10, " x", "+y", old_at=10), hunk(2, 30, "+z", old_at=29)),
        )
    )
    async with app.run_test(size=(80, 20)) as pilot:
        diff = await app.settled(pilot)
        diff.flags = [
            FlagPlace("b.py", 30, "! late"),
            FlagPlace("b.py", 0, "! whole"),
            FlagPlace("a.py", 2, "! first"),
        ]
        told = []
        for _ in range(4):
            await press(pilot, "!")
            told.append((diff.place, app.said[-1].text))
        assert told == [
            (Place("a.py", 1, 1), "! first   flag 1 of 3"),
            (Place("b.py"), "! whole   flag 2 of 3"),
            (Place("b.py", 2, 0), "! late   flag 3 of 3"),
            (Place("a.py", 1, 1), "! first   flag 1 of 3"),
        ]


async def test_the_flag_of_the_task_is_one_key_away_and_its_file_comes_first() -> None:
    async with opened(size=(200, 50)) as drive:
        drive.key("2")
        await drive.in_pane("diff")
        view = drive.app.cockpit.query_one(DiffView)
        assert view.document["files"][0]["path"] == "pyproject.toml"
        files = drive.app.cockpit.query_one(FileList)
        assert next(row.key for row in files.rows if row.key) == "pyproject.toml"
        drive.key("G", "!")
        await drive.until(lambda: "flag 1 of 1" in drive.label("notice"))
        assert view.place is not None
        assert view.place.path == "pyproject.toml"


async def test_a_click_on_a_file_goes_there_and_decides_nothing() -> None:
    async with opened(size=(200, 50)) as drive:
        files = drive.app.cockpit.query_one(FileList)
        paths = [row.key for row in files.rows]
        at = paths.index("tests/test_retry.py")
        await drive.pilot.click(FileList, offset=(6, at))
        view = drive.app.cockpit.query_one(DiffView)
        await drive.until(lambda: view.place == Place("tests/test_retry.py"))
        assert drive.app.cockpit.pane == "diff"
        assert not view.draft.parts


async def test_files_in_another_order_are_reviewed_in_that_order() -> None:
    one, two = file("a.py", hunk(1, 1, "+x")), file("b.py", hunk(1, 1, "+y"))
    app = Host(document(one, two))
    async with app.run_test(size=(80, 20)) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, "space")
        assert diff.place == Place("b.py", 1, -1)
        diff.show(document(two, one))
        assert diff.place == Place("b.py", 1, -1)
        assert diff.draft.units == (("b.py", 1), ("a.py", 1))
        assert diff.draft.parts.files == ("a.py",)
