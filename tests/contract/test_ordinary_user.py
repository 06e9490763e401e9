"""What an ordinary user may not read or write; where we are root, the test steps down."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from codeframe_tui.adapters.apply import JournalledTree
from codeframe_tui.adapters.files import DirectoryFiles
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.adapters.workspace.away import Away
from codeframe_tui.core.errors import CodeframeError, PathRefused
from codeframe_tui.ports import Replacement
from codeframe_tui.ports.files import Snapshot
from codeframe_tui.settings import Limits
from tests.contract.ordinary import NOBODY, stepped_down

FILES = ("a.py", "secret.txt", "locked/b.py", "read_only/c.py", "read_only/deep/d.py")


@pytest.fixture
def project() -> Iterator[Path]:
    """A repository of an ordinary user, who runs the test."""
    place = Path(tempfile.mkdtemp(prefix="cft-user-"))
    root = place / "project"
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    try:
        with stepped_down(place):
            (root / "secret.txt").chmod(0)
            for folder, mode in {"locked": 0, "read_only/deep": 0o500, "read_only": 0o500}.items():
                (root / folder).chmod(mode)
            yield root
    finally:
        subprocess.run(["chmod", "-R", "u+rwX", root], check=True)
        shutil.rmtree(place)


async def looked_at(root: Path) -> tuple[set[str], Snapshot]:
    space = GitWorkspaces(root, root.parent / "state", Limits())
    await space.prepare()
    snapshot = await space.snapshot()
    paths = set(await space.entries(snapshot.tree))
    await space.close()
    return paths, snapshot


async def test_what_cannot_be_read_is_left_out_and_told(project: Path) -> None:
    paths, snapshot = await looked_at(project)
    assert paths == {"a.py", "read_only/c.py", "read_only/deep/d.py"}
    assert set(snapshot.notes) == {
        "secret.txt: left out, cannot be read (Permission denied)",
        "locked: left out, Permission denied",
    }


@pytest.mark.parametrize(
    ("path", "there", "reason"),
    [
        ("read_only/new.py", False, "its folder is read-only"),
        ("read_only/new/deeper.py", False, "its folder is read-only"),
        ("read_only/c.py", True, "its folder is read-only"),
        ("secret.txt", True, "permission denied"),
        ("locked/b.py", True, "permission denied"),
        ("locked/new.py", False, "permission denied"),
    ],
)
async def test_what_cannot_be_written_is_refused_and_the_rest_with_it(
    project: Path, path: str, there: bool, reason: str
) -> None:
    tree = JournalledTree(project, project.parent / "state")
    wishes = [
        Replacement("a.py", ("100644", b"a.py"), ("100644", b"changed")),
        Replacement(path, ("100644", path.encode()) if there else None, ("100644", b"changed")),
    ]
    with pytest.raises(PathRefused, match=reason) as caught:
        await tree.replace("decision-1", wishes)
    assert repr(path) in caught.value.message
    assert (project / "a.py").read_bytes() == b"a.py"


@pytest.mark.parametrize("path", ["secret.txt", "locked/b.py"])
def test_reading_names_the_reason(project: Path, path: str) -> None:
    with pytest.raises(CodeframeError, match="permission denied"):
        DirectoryFiles(project).read(path)


async def test_a_repository_of_somebody_else_is_read_without_git(project: Path) -> None:
    """git declines to look into a repository of another user; the files are there all the same."""
    if os.geteuid() == os.getresuid()[2]:
        pytest.skip("only root can give a repository away")
    os.setresuid(0, 0, 0)
    os.lchown(project, 1, 1)
    os.lchown(project / ".git", 1, 1)
    project.chmod(0o755)
    os.setresuid(NOBODY, NOBODY, 0)
    (project / "read_only").chmod(0o700)
    (project / "read_only" / ".gitignore").write_bytes(b"d.py\n")
    paths, snapshot = await looked_at(project)
    assert paths == {"a.py", "read_only/.gitignore", "read_only/c.py"}
    assert any("git could not list the project" in note for note in snapshot.notes)


def test_what_was_saved_in_a_folder_that_cannot_be_read_is_kept_beside(project: Path) -> None:
    folders = project.parent / "workspaces"
    (folders / "leaving+hand-1").mkdir(parents=True)
    (folders / "hand-1/deep").mkdir(parents=True)
    (folders / "hand-1/deep/mine.py").write_bytes(b"saved")
    (folders / "hand-1/deep").chmod(0)

    def discard(*names: str) -> None:
        for name in names:
            (folders / name / "deep").chmod(0o700)
            shutil.rmtree(folders / name)

    Away(folders, discard).put_back("hand-1")
    (beside,) = folders.glob("beside+hand-1-*")
    (beside / "deep").chmod(0o700)
    assert (beside / "deep/mine.py").read_bytes() == b"saved"
