"""A commit of exactly the approved paths, in real repositories."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from codeframe_tui.adapters.commit import GitRepository
from codeframe_tui.adapters.facts import read_facts
from codeframe_tui.core.errors import Refused
from codeframe_tui.ports.repository import Blob, CommitPlan, Committed

NAME = ("-c", "user.name=T", "-c", "user.email=t@example.invalid")


def git(root: Path, *argv: str) -> str:
    done = subprocess.run(("git", *NAME, *argv), cwd=root, check=True, capture_output=True)
    return done.stdout.decode()


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration of whoever runs the tests."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tname = P\n\temail = p@example.invalid\n")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """One commit with three files, and the first change of the plan in the working tree."""
    root = tmp_path / "project"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    for name in ("a.txt", "b.txt", "gone.txt"):
        (root / name).write_text(f"{name}\n")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "begin")
    return root


def blob(text: str | None, mode: str = "100644") -> Blob:
    return None if text is None else (mode, text.encode())


FILES: Mapping[str, tuple[Blob, Blob]] = {
    "a.txt": (blob("a.txt\n"), blob("changed\n")),
    "gone.txt": (blob("gone.txt\n"), None),
    "dir/new.sh": (None, blob("#!/bin/sh\n", "100755")),
    ":(top)[x] *\u00e9.txt": (None, blob("a name like a pattern\n")),
}


def write(root: Path, files: Mapping[str, tuple[Blob, Blob]] = FILES) -> None:
    """As the apply before the commit does."""
    for path, (_, after) in files.items():
        target = root / path
        if after is None:
            target.unlink()
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(after[1])
            target.chmod(0o755 if after[0] == "100755" else 0o644)


async def commit(
    root: Path, files: Mapping[str, tuple[Blob, Blob]] = FILES, message: str = "It is done\n"
) -> Committed:
    return await GitRepository(root).commit(CommitPlan(files, message, "codeframe-tui: task 3"))


def state(root: Path) -> dict[str, bytes]:
    """Every file of the repository that git keeps, but not what hooks may log."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted((root / ".git").rglob("*"))
        if path.is_file()
    }


async def test_exactly_the_approved_paths_are_committed(repo: Path) -> None:
    write(repo)
    (repo / "b.txt").write_text("mine, not committed\n")
    (repo / "untracked.txt").write_text("mine\n")
    before = git(repo, "rev-parse", "HEAD").strip()
    done = await commit(repo)
    assert (done.branch, done.left_out) == ("main", ())
    assert git(repo, "rev-parse", "HEAD", "HEAD^").split() == [done.commit, before]
    assert git(repo, "show", "--name-status", "--format=%an <%ae>%n%B", "HEAD").split("\n") == [
        "P <p@example.invalid>", "It is done", "", "",
        'A\t":(top)[x] *\\303\\251.txt"', "M\ta.txt", "A\tdir/new.sh", "D\tgone.txt", "",
    ]  # fmt: skip
    assert git(repo, "ls-tree", "HEAD", "dir/new.sh").startswith("100755")
    status = git(repo, "status", "--porcelain").splitlines()
    assert status == [" M b.txt", "?? untracked.txt"]
    assert "codeframe-tui: task 3" in git(repo, "reflog", "-1")
    assert not [name for name in state(repo) if "codeframe" in name or name.endswith(".lock")]


async def test_what_is_staged_stays_staged(repo: Path) -> None:
    (repo / "b.txt").write_text("staged\n")
    (repo / "added.txt").write_text("staged too\n")
    git(repo, "add", "b.txt", "added.txt")
    (repo / "b.txt").write_text("and more\n")
    write(repo)
    staged = git(repo, "ls-files", "--stage", "b.txt", "added.txt")
    await commit(repo)
    assert git(repo, "ls-files", "--stage", "b.txt", "added.txt") == staged
    assert git(repo, "status", "--porcelain").splitlines() == ["A  added.txt", "MM b.txt"]
    assert "b.txt" not in git(repo, "show", "--name-only", "--format=", "HEAD")


async def test_it_is_committed_once(repo: Path) -> None:
    write(repo)
    first = await commit(repo)
    assert await commit(repo) == first
    assert git(repo, "rev-list", "--count", "HEAD").strip() == "2"


async def test_a_commit_that_died_after_the_index_is_made_by_the_next(repo: Path) -> None:
    write(repo)
    git(repo, "add", "-A")  # what the index has, and the branch has not
    done = await commit(repo)
    assert git(repo, "status", "--porcelain") == ""
    assert git(repo, "rev-parse", "HEAD").strip() == done.commit


DIES = """
import asyncio, os, sys
from pathlib import Path
from codeframe_tui.adapters import commit
from codeframe_tui.ports.repository import CommitPlan

commit.passing = lambda point: os._exit(9)
files = {"a.txt": (("100644", b"a.txt\\n"), ("100644", b"changed\\n"))}
plan = CommitPlan(files, "It is done", "note")
asyncio.run(commit.GitRepository(Path(sys.argv[1])).commit(plan))
"""


@pytest.mark.fault(
    "kill",
    "the engine is killed between the index and the branch of a commit",
    sees="the change staged, and committed once at the next start",
    kept="what you staged; no lock stays behind",
)
async def test_an_engine_that_is_killed_in_between_leaves_no_lock_that_matters(repo: Path) -> None:
    (repo / "b.txt").write_text("staged\n")
    git(repo, "add", "b.txt")
    files = {"a.txt": FILES["a.txt"]}
    write(repo, files)
    done = subprocess.run((sys.executable, "-c", DIES, str(repo)), check=False)
    assert done.returncode == 9
    assert (repo / ".git/index.lock").exists()
    made = await commit(repo, files)
    assert git(repo, "show", "--name-only", "--format=", "HEAD").split() == ["a.txt"]
    assert git(repo, "rev-parse", "HEAD").strip() == made.commit
    assert git(repo, "status", "--porcelain").splitlines() == ["M  b.txt"]
    assert not [name for name in state(repo) if "codeframe" in name or name.endswith(".lock")]


async def test_what_an_engine_left_is_cleaned_away_only_when_it_lives_no_more(repo: Path) -> None:
    dead = subprocess.Popen((sys.executable, "-c", ""))
    dead.wait()
    names = {pid: f"codeframe-tui-{pid}-0123" for pid in (dead.pid, os.getpid())}
    for name in names.values():
        (repo / ".git" / name).write_bytes(b"an index")
    write(repo)
    await commit(repo)
    assert [name for name in state(repo) if "codeframe" in name] == [f".git/{names[os.getpid()]}"]


async def test_a_folder_of_git_that_cannot_be_used_is_a_refusal_and_no_error(repo: Path) -> None:
    files = {"new.txt": (None, blob("new\n"))}
    write(repo, files)
    (repo / ".git/index").unlink()
    before = git(repo, "rev-parse", "HEAD")
    with pytest.raises(Refused, match=r"git's folder cannot be used: .*No such file") as caught:
        await commit(repo, files)
    assert "disk" in caught.value.hint
    assert git(repo, "rev-parse", "HEAD") == before
    assert not [name for name in state(repo) if "codeframe" in name or name.endswith(".lock")]


async def test_a_project_in_a_folder_of_its_repository(repo: Path) -> None:
    inner = repo / "inner"
    inner.mkdir()
    files = {"x.txt": (None, blob("x\n"))}
    write(inner, files)
    await commit(inner, files)
    assert git(repo, "show", "--name-only", "--format=", "HEAD").split() == ["inner/x.txt"]
    assert git(repo, "status", "--porcelain") == ""


async def test_line_ends_are_stored_as_the_repository_wants_them(repo: Path) -> None:
    (repo / ".gitattributes").write_text("*.txt text eol=crlf\n")
    git(repo, "add", ".gitattributes")
    git(repo, "commit", "-q", "-m", "attributes")
    files = {"b.txt": (blob("b.txt\n"), blob("one\r\ntwo\r\n"))}
    write(repo, files)
    await commit(repo, files)
    assert git(repo, "cat-file", "blob", "HEAD:b.txt") == "one\ntwo\n"
    assert git(repo, "status", "--porcelain") == ""


async def test_ignored_paths_are_left_out_and_named(repo: Path) -> None:
    (repo / ".gitignore").write_text("build/\n")
    git(repo, "add", ".gitignore")
    git(repo, "commit", "-q", "-m", "ignore")
    files = {**FILES, "build/x": (None, blob("x"))}
    write(repo, files)
    assert (await commit(repo, files)).left_out == ("build/x",)
    assert "build" not in git(repo, "show", "--name-only", "--format=", "HEAD")


def _detach(repo: Path) -> None:
    git(repo, "checkout", "-q", "--detach")


def _unborn(repo: Path) -> None:
    git(repo, "checkout", "-q", "--orphan", "fresh")


def _merge(repo: Path) -> None:
    git(repo, "checkout", "-q", "-b", "side")
    git(repo, "commit", "-q", "--allow-empty", "-m", "side")
    git(repo, "checkout", "-q", "main")
    git(repo, "commit", "-q", "--allow-empty", "-m", "main")
    git(repo, "merge", "-q", "--no-commit", "--no-ff", "side")


def _signed(repo: Path) -> None:
    git(repo, "config", "commit.gpgsign", "true")
    git(repo, "config", "gpg.program", str(repo.parent / "run-by-git"))


def _staged(repo: Path) -> None:
    (repo / "a.txt").write_text("staged\n")
    git(repo, "add", "a.txt")


def _edited(repo: Path) -> None:
    (repo / "a.txt").write_text("committed by somebody\n")
    git(repo, "commit", "-q", "-am", "meanwhile")


def _locked(repo: Path) -> None:
    (repo / ".git/index.lock").touch()


def _filtered(repo: Path) -> None:
    (repo / ".git/info/attributes").write_text("*.txt filter=evil\n")
    git(repo, "config", "filter.evil.clean", f"touch {repo.parent / 'run-by-git'}; cat")


def _nobody(repo: Path) -> None:
    (repo.parent / "home/.gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")


def _ignored(repo: Path) -> None:
    (repo / ".git/info/exclude").write_text("*\n")
    git(repo, "rm", "-q", "--cached", "a.txt", "gone.txt")
    git(repo, "commit", "-q", "-m", "untracked")


def _no_repository(repo: Path) -> None:
    (repo / ".git").rename(repo.parent / "git-elsewhere")


@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        (_detach, "detached HEAD"),
        (_unborn, "the branch fresh has no commit yet"),
        (_merge, "a merge is under way"),
        (_signed, "your commits are signed"),
        (_staged, "a.txt has changes of yours that are staged"),
        (_edited, "a.txt has changes of yours that are not committed"),
        (_locked, "another git is at work"),
        (_filtered, "goes through your filter evil"),
        (_nobody, "git does not know who you are"),
        (_ignored, "git ignores all that it changes"),
        (_no_repository, "in no git repository"),
    ],
)
async def test_where_it_cannot_be_without_harm_it_is_refused_in_clear_words_and_nothing_changes(
    repo: Path, prepare: object, why: str
) -> None:
    assert callable(prepare)
    prepare(repo)
    write(repo)
    before = state(repo)
    objects = {name for name in before if "objects" in name}
    with pytest.raises(Refused, match=why) as caught:
        await commit(repo)
    assert caught.value.message.startswith("not committed: ")
    assert caught.value.hint
    after = state(repo)
    new = {name for name in after if name not in before}
    assert all("objects" in name for name in new), "unreachable objects at most"
    assert {name: after[name] for name in before} == before
    assert objects <= after.keys()
    assert not (repo.parent / "run-by-git").exists()


async def test_no_hook_and_no_monitor_of_the_repository_runs(repo: Path) -> None:
    ran = repo.parent / "run-by-git"
    script = f"#!/bin/sh\ntouch {ran}\nexit 1\n"
    hooks = (
        "pre-commit",
        "commit-msg",
        "post-commit",
        "reference-transaction",
        "post-index-change",
    )
    for name in hooks:
        hook = repo / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(script)
        hook.chmod(stat.S_IRWXU)
    monitor = repo.parent / "monitor"
    monitor.write_text(script)
    monitor.chmod(stat.S_IRWXU)
    git(repo, "config", "core.fsmonitor", str(monitor))
    write(repo)
    ran.unlink(missing_ok=True)
    done = await commit(repo)
    assert not ran.exists()
    assert (repo / ".git/refs/heads/main").read_text().strip() == done.commit


@pytest.mark.parametrize("name", [b"evil", b"e=v.il", b"\xffevil"])
async def test_no_filter_runs_for_a_file_that_is_as_new_as_the_index(
    repo: Path, name: bytes
) -> None:
    """A repository can say so of any file, and git then looks at what is in it."""
    ran = repo.parent / "run-by-git"
    soon = time.time() + 1000
    os.utime(repo / "b.txt", (soon, soon))
    git(repo, "update-index", "--refresh")
    for way in ("clean", "process"):
        git(repo, "config", f"filter.{os.fsdecode(name)}.{way}", f"touch {ran}; cat")
    (repo / ".git/info/attributes").write_bytes(b"b.txt filter=%s\n" % name)
    write(repo)
    ran.unlink(missing_ok=True)
    await commit(repo)
    assert not ran.exists()
    await read_facts(repo)
    assert not ran.exists()
    subprocess.run(("git", "status"), cwd=repo, check=False, capture_output=True)
    assert ran.exists(), "the filter would not run for anybody"


async def test_a_branch_that_moves_in_the_last_moment_keeps_index_and_branch(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(repo)
    index = (repo / ".git/index").read_bytes()

    def meanwhile(point: str) -> None:
        if point == "branch.staged":
            tree = git(repo, "rev-parse", "HEAD^{tree}").strip()
            other = git(repo, "commit-tree", tree, "-p", "HEAD", "-m", "other").strip()
            git(repo, "update-ref", "refs/heads/main", other)

    monkeypatch.setattr("codeframe_tui.adapters.commit.passing", meanwhile)
    with pytest.raises(Refused, match="the branch moved meanwhile"):
        await commit(repo)
    assert (repo / ".git/index").read_bytes() == index
    assert git(repo, "log", "-1", "--format=%s").strip() == "other"
    assert not (repo / ".git/index.lock").exists()
