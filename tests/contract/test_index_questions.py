"""What is asked of the index wrongly, or of what it does not have, is told so that it helps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from codeframe_tui.adapters.index.inside.finding import MAX_LETTERED
from codeframe_tui.adapters.index.inside.shelf import MAX_BYTES
from codeframe_tui.adapters.index.project_index import ProjectIndex
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.core.errors import NotFound, WrongUse
from codeframe_tui.settings import Limits


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[ProjectIndex]:
    project = tmp_path / "project"
    (project / "net").mkdir(parents=True)
    (project / "net/retry.py").write_text("class Retry:\n    def delay(self): ...\n")
    (project / "huge.py").write_text("retry = 1\n" * (MAX_BYTES // 10 + 1))
    lettered = "".join(f"def r{n}e_x_t_r_y(): ...\n" for n in range(MAX_LETTERED + 2))
    (project / "letters.py").write_text(lettered)
    workspaces = GitWorkspaces(project, tmp_path / "state", Limits())
    await workspaces.prepare()
    found = ProjectIndex(
        workspaces,
        objects=workspaces.objects,
        database=tmp_path / "index.db",
        project=project,
    )
    yield found
    await found.close()
    await workspaces.close()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("huge.py", "over 512 KiB"),
        ("net", "net is a folder"),
        ("net/", "is a folder"),
        ("retry.py", "of that name there is net/retry.py"),
        ("absent.py", "the project has no file absent.py, or it is ignored"),
        ("\udcff.py", "the project has no file"),
    ],
)
async def test_why_nothing_is_known_of_a_path_is_told(
    index: ProjectIndex, path: str, told: str
) -> None:
    with pytest.raises(NotFound, match=told):
        await index.relations("outline", path)


async def test_a_pattern_that_is_none_is_refused_and_breaks_nothing(index: ProjectIndex) -> None:
    await index.find("Retry")
    process = index._knower._process
    with pytest.raises(WrongUse, match="is no pattern of paths"):
        await index.find("Retry", path="[z-a]")
    assert index._knower._process is process
    assert (await index.find("Retry"))["symbols"]


@pytest.mark.parametrize("name", ["\udcff", "caf\udce9", "\ud800.delay"])
async def test_half_characters_stand_nowhere_and_break_nothing(
    index: ProjectIndex, tmp_path: Path, name: str
) -> None:
    await index.find("Retry")
    before = (tmp_path / "index.db").stat().st_ino
    assert (await index.find(name))["symbols"] == []
    assert (await index.relations("callers", name))["uses"] == []
    await index.places(name)
    assert (tmp_path / "index.db").stat().st_ino == before


async def test_lines_of_the_project_are_searched_as_they_are_now(
    index: ProjectIndex, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    (project / ".gitignore").write_text("made/\n")
    (project / "made").mkdir()
    (project / "made/delay.py").write_text("def delay(self): ...\n")
    (project / "link.py").symlink_to(project / "net/retry.py")
    (project / "raw.bin").write_bytes(b"def delay(self)\0")
    found = await index.matches(r"def dela[xy]\(", path="*.*")
    assert found["matches"] == [
        {"path": "net/retry.py", "line": 2, "text": "    def delay(self): ..."}
    ]
    assert found["cut"] == ["not searched: 1 binary file"]
    (project / "net/retry.py").write_text("\n\ndef delay(): ...\n")
    assert [
        each["line"] for each in (await index.matches("def delay", path="net/*"))["matches"]
    ] == [3]
    for pattern, path in [("(", ""), ("x", "[z-a]")]:
        with pytest.raises(WrongUse, match="not valid"):
            await index.matches(pattern, path=path)


@pytest.mark.parametrize(
    ("name", "match"),
    [("Retry", "name"), ("del", "start"), ("etr", "part"), ("rexty", "letters"), ("none", "")],
)
async def test_how_near_what_is_found_is_to_the_name_is_told(
    index: ProjectIndex, name: str, match: str
) -> None:
    found = await index.find(name)
    assert found["match"] == match
    if not match:
        unread = "1 file of which nothing is indexed: binary, made by a program or over 512 KiB"
        assert found["cut"] == [unread]
    if match == "letters":
        assert len(found["symbols"]) == MAX_LETTERED
        assert found["cut"] == ["2 more definitions"]
