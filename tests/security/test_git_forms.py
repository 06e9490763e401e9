"""Forms of git that run without a question change nothing, as the git of this machine has them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.security.cases import cases

MAKE = """
git init -q --template= -b main . && git config user.name a && git config user.email a@b
echo a > a.py && git add a.py && git commit -qm a && git tag v1 && git branch x && git branch y
git remote add origin ./nowhere && git update-ref refs/remotes/origin/main HEAD
git symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/main
for n in 1 2; do echo $n > a.py && git stash -q; done
"""


def run(folder: Path, text: str) -> None:
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "x": ".."}
    environment |= {"GIT_EDITOR": "true", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
    subprocess.run(
        ["/bin/sh", "-c", text],
        cwd=folder / "a",
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=20,
        check=False,
    )


def files(folder: Path) -> dict[str, bytes]:
    return {str(each): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def changing(made: Path) -> set[str]:
    """The forms after which something is not as it was."""
    (made / "a").mkdir(parents=True)
    run(made, MAKE)
    assert (made / "a" / ".git" / "logs" / "refs" / "stash").read_text().count("\n") == 2
    before = files(made)
    changed = set()
    for case in cases("git_forms"):
        run(made, case["input"])
        if files(made) != before:
            changed.add(case["id"])
            shutil.rmtree(made)
            (made / "a").mkdir(parents=True)
            run(made, MAKE)
            before = files(made)
    return changed


def test_no_form_of_git_that_runs_unasked_changes_anything(tmp_path: Path) -> None:
    changed = changing(tmp_path / "made")
    assert changed.isdisjoint(case["id"] for case in cases("git_forms") if case["open"] == "allow")
    assert len(changed) > 20, "the oracle sees nothing"
