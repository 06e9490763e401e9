"""Which files of a project stay at home, and how that is told."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from codeframe_tui.adapters.index.project_index import ProjectIndex
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.core.code.ignore import is_secret
from codeframe_tui.core.secrets import Secrets
from codeframe_tui.settings import Limits, SecretFiles

KEY = "Canary.7f3aQ9zLw2Xc8VbN4mKjH6gFdS1aPoIuYtRe"
OURS = Secrets.of({"ANTHROPIC_API_KEY": KEY})
SECRET = (".env", "deploy/.env.local", "id_rsa", "certs/server.pem", "sub/.aws/config")
HONEST = ("secrets.py", "pkg/credentials.py", "api/secret_store.ts", ".env.example", "a.py")
WHY = "kept from the model, it looks secret (setting secrets.allowed)"


def project_of(folder: Path, *, git: bool = True) -> Path:
    root = folder / "project"
    for path in (*SECRET, *HONEST):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(f"payment gateway key = 'of {path}'\n")
    if git:
        subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return root


async def opened(
    root: Path, secrets: Secrets = OURS, withholds: Callable[[str], bool] = is_secret
) -> GitWorkspaces:
    space = GitWorkspaces(
        root, root.parent / "state", Limits(), secrets=secrets, withholds=withholds
    )
    await space.prepare()
    return space


@pytest.mark.parametrize("git", [True, False])
async def test_untracked_files_that_look_secret_stay_at_home_and_are_told(
    tmp_path: Path, git: bool
) -> None:
    space = await opened(project_of(tmp_path, git=git))
    found = await space.snapshot()
    assert set(await space.entries(found.tree)) == set(HONEST)
    assert set(found.notes) == {f"{path}: {WHY}" for path in SECRET}
    assert set(await space.withheld()) == set(SECRET)
    workspace = await space.open("task-1", found.tree)
    assert not (workspace.root / ".env").exists()
    await space.close()


async def test_a_tracked_one_is_part_but_never_enters_the_context_unasked(tmp_path: Path) -> None:
    root = project_of(tmp_path)
    subprocess.run(["git", "add", "-f", ".env", "certs"], cwd=root, check=True)
    space = await opened(root)
    found = await space.snapshot()
    tree = await space.entries(found.tree)
    assert {".env", "certs/server.pem"} < tree.keys()
    index = ProjectIndex(space, objects=space.objects, database=tmp_path / "index.db", project=root)
    document = await index.context("payment gateway key in .env", 10_000, found.tree)
    listed = {file["path"] for file in document["files"]}
    assert "a.py" in listed
    assert listed.isdisjoint(SECRET)
    await index.close()
    await space.close()


async def test_a_person_allows_by_glob(tmp_path: Path) -> None:
    root = project_of(tmp_path)
    allowed = SecretFiles(allowed=["certs/**", ".env"])
    space = await opened(root, withholds=allowed.withholds)
    tree = await space.entries((await space.snapshot()).tree)
    assert {".env", "certs/server.pem"} < tree.keys()
    assert "id_rsa" not in tree
    (root / ".gitignore").write_text("certs\nid_rsa\n")  # ignored ones come along, as others do
    workspace = await space.open("task-1", (await space.snapshot()).tree)
    assert (workspace.root / "certs/server.pem").exists()
    assert not (workspace.root / "id_rsa").exists()
    await space.close()


async def test_a_file_with_a_key_of_ours_stays_at_home_whatever_its_name(tmp_path: Path) -> None:
    root = project_of(tmp_path)
    (root / "a.py").write_text(f"# one\nKEY = '{KEY}'\n")
    subprocess.run(["git", "add", "-f", "a.py"], cwd=root, check=True)
    before = await opened(root, Secrets())  # started without the key, which is in no tree then
    assert "a.py" in await before.entries((await before.snapshot()).tree)
    await before.close()
    space = await opened(root)
    found = await space.snapshot()
    assert "a.py" not in await space.entries(found.tree)
    assert "a.py: kept from the model, line 2 has the value of ANTHROPIC_API_KEY" in found.notes
    workspace = await space.open("task-1", found.tree)
    (workspace.root / "b.py").write_text(f"KEY = '{KEY}'\n")
    captured = await space.capture(workspace)
    assert captured.held == ("b.py, line 1, holds the value of ANTHROPIC_API_KEY",)
    assert captured.tree == found.tree
    await space.close()
