"""The port WorkingTree on a real tree: all or nothing, whatever happens in between."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from codeframe_tui.adapters.apply import JournalledTree, slots
from codeframe_tui.adapters.apply.journal import JournalStore
from codeframe_tui.adapters.beneath import move_new
from codeframe_tui.core.errors import Conflict, PathRefused, Refused
from codeframe_tui.ports import Replacement

Side = tuple[str, bytes] | None
Tree = dict[str, tuple[int, bytes] | None]

OLD: dict[str, Side] = {
    "kept.py": ("100644", b"kept\r\n"),
    "src/modified.py": ("100644", b"old\n"),
    "src/deleted.py": ("100755", b"gone\n"),
    "tool.sh": ("100644", b"#!/bin/sh\n"),
}
NEW: dict[str, Side] = {
    "kept.py": ("100644", b"kept\r\n"),
    "new/deep/created.py": ("100644", b"created"),
    "src/modified.py": ("100644", b"new\xff\n"),
    "tool.sh": ("100755", b"#!/bin/sh\n"),
}


def replacements(old: Mapping[str, Side], new: Mapping[str, Side]) -> list[Replacement]:
    paths = sorted(old.keys() | new.keys())
    return [Replacement(p, old.get(p), new.get(p)) for p in paths if old.get(p) != new.get(p)]


CHANGE = replacements(OLD, NEW)


def lay(root: Path, files: Mapping[str, Side]) -> None:
    root.mkdir(exist_ok=True)
    for path, side in files.items():
        assert side is not None
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(side[1])
        (root / path).chmod(0o755 if side[0] == "100755" else 0o644)


def seen(root: Path) -> Tree:
    """Everything in a folder: files with permissions and content, folders as None."""
    return {
        path.relative_to(root).as_posix(): (
            None if path.is_dir() else (stat.S_IMODE(path.lstat().st_mode), path.read_bytes())
        )
        for path in root.rglob("*")
    }


def as_seen(files: Mapping[str, Side], *folders: str) -> Tree:
    tree: Tree = dict.fromkeys(folders)
    for path, side in files.items():
        assert side is not None
        tree[path] = (0o755 if side[0] == "100755" else 0o644, side[1])
        for parent in Path(path).parents:
            if parent != Path():
                tree[parent.as_posix()] = None
    return tree


OLD_TREE, NEW_TREE = as_seen(OLD), as_seen(NEW)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    lay(tmp_path / "project", OLD)
    return tmp_path / "project"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture(params=[True, False], ids=["exchange", "rename"])
def swap(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def left_over(state: Path) -> list[str]:
    folder = state / "apply"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


# -- the change ---------------------------------------------------------------------------------


async def test_a_change_is_applied_and_undone_byte_for_byte(
    project: Path, state: Path, swap: bool
) -> None:
    tree = JournalledTree(project, state, swap=swap)
    await tree.replace("decision-1", CHANGE)
    assert seen(project) == NEW_TREE
    await tree.replace("decision-2", replacements(NEW, OLD))
    assert seen(project) == OLD_TREE
    assert left_over(state) == []
    assert await tree.recover() == {}


async def test_repeating_a_finished_name_does_nothing(project: Path, state: Path) -> None:
    await JournalledTree(project, state).replace("decision-1", CHANGE)
    lay(project, {"src/modified.py": ("100644", b"edited later")})
    before = seen(project)
    await JournalledTree(project, state).replace("decision-1", CHANGE)
    assert seen(project) == before
    with pytest.raises(Conflict):
        await JournalledTree(project, state).replace("decision-2", CHANGE)


async def test_fifty_files_and_a_large_one(project: Path, state: Path) -> None:
    new = dict(OLD)
    new |= {f"many/{n % 7}/{n}.txt": ("100644", b"%d\n" % n) for n in range(50)}
    new["large.bin"] = ("100644", os.urandom(400_000))
    tree = JournalledTree(project, state)
    await tree.replace("d", replacements(OLD, new))
    assert seen(project) == as_seen(new)
    assert await tree.differs(new) == []
    await tree.replace("u", replacements(new, OLD))
    assert seen(project) == OLD_TREE


async def test_differs_names_what_is_not_as_given(project: Path, state: Path) -> None:
    tree = JournalledTree(project, state)
    assert await tree.differs({**OLD, "absent": None, "no/folder": None}) == []
    given: dict[str, Side] = {
        "kept.py": ("100755", b"kept\r\n"),
        "tool.sh": ("100644", b"other"),
        "src/modified.py": None,
        "absent": ("100644", b""),
    }
    assert await tree.differs(given) == list(given)


async def test_permissions_are_kept_and_never_raised(
    project: Path, state: Path, swap: bool
) -> None:
    (project / "src/modified.py").chmod(0o600)
    (project / "tool.sh").chmod(0o6640)
    await JournalledTree(project, state, swap=swap).replace("d", CHANGE)
    assert stat.S_IMODE((project / "src/modified.py").stat().st_mode) == 0o600
    assert stat.S_IMODE((project / "tool.sh").stat().st_mode) == 0o750


@pytest.mark.parametrize("bits", [0o600, 0o640, 0o664, 0o700, 0o744])
async def test_undo_gives_back_permissions_that_git_does_not_know(
    project: Path, state: Path, bits: int
) -> None:
    for number, path in enumerate(("gone", "switched")):
        (project / path).write_bytes(b"x")
        (project / path).chmod(bits)
        before = seen(project)
        old = ("100755" if bits & 0o100 else "100644", b"x")
        other = ("100644" if bits & 0o100 else "100755", b"x")
        new = None if path == "gone" else other
        await JournalledTree(project, state).replace(f"do-{number}", [Replacement(path, old, new)])
        await JournalledTree(project, state).replace(f"un-{number}", [Replacement(path, new, old)])
        assert seen(project) == before
        await JournalledTree(project, state).replace(f"a-{number}", [Replacement(path, old, None)])
        (project / path).write_bytes(b"by the user")
        (project / path).chmod(0o600)
        change = Replacement(path, ("100644", b"by the user"), ("100644", b"x"))
        await JournalledTree(project, state).replace(f"b-{number}", [change])
        assert seen(project)[path] == (0o600, b"x")


async def test_root_keeps_the_owner(project: Path, state: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    for path in (project, *project.rglob("*")):
        os.chown(path, 1234, 1234)
    await JournalledTree(project, state).replace("d", CHANGE)
    assert {path.stat().st_uid for path in project.rglob("*")} == {1234}


async def test_only_folders_that_an_apply_made_are_removed(project: Path, state: Path) -> None:
    old = {**OLD, "mine/only.py": ("100644", b"x")}
    lay(project, old)
    new = {path: side for path, side in old.items() if path != "mine/only.py"}
    new["ours/a/b.py"] = ("100644", b"x")
    tree = JournalledTree(project, state)
    await tree.replace("d", replacements(old, new))
    assert seen(project) == as_seen(new, "mine")
    (project / "ours" / "note").write_bytes(b"user")
    await tree.replace("u", replacements(new, old))
    (project / "ours" / "note").unlink()
    assert seen(project) == as_seen(old, "ours")


async def test_a_folder_that_was_made_again_by_the_user_stays(project: Path, state: Path) -> None:
    tree = JournalledTree(project, state)
    await tree.replace("d", CHANGE)
    content = (project / "new/deep/created.py").read_bytes()
    (project / "new").rename(project.parent / "away")
    lay(project, {"new/deep/created.py": ("100644", content)})
    await tree.replace("u", replacements(NEW, OLD))
    assert seen(project) == as_seen(OLD, "new", "new/deep")


class Death(BaseException):
    """Ends an apply as a kill would: nothing is tidied."""


@pytest.mark.parametrize("again", ["", "rollback.restored.0", "rollback.synced"])
async def test_folders_that_came_back_with_their_files_go_with_them(
    project: Path, state: Path, again: str
) -> None:
    """An undo had removed them when the power failed, and met a disk error at the next start."""

    def dies_at(step: str) -> Callable[[str], None]:
        def crash(name: str) -> None:
            if name == step:
                raise Death

        return crash

    def fails(name: str) -> None:
        if name == "apply.synced":
            raise OSError(errno.EIO, "input/output error")
        dies_at(again)(name)

    await JournalledTree(project, state).replace("d", CHANGE)
    undoing = JournalledTree(project, state, crash=dies_at("apply.remembered"))
    with pytest.raises(Death):
        await undoing.replace("u", replacements(NEW, OLD))
    assert not (project / "new").exists()
    if again:
        with pytest.raises(Death):
            await JournalledTree(project, state, crash=fails).recover()
        await JournalledTree(project, state).recover()
    else:
        assert await JournalledTree(project, state, crash=fails).recover() == {"u": "old"}
    assert seen(project) == NEW_TREE
    await JournalledTree(project, state).replace("u2", replacements(NEW, OLD))
    assert seen(project) == OLD_TREE


# -- what is refused before anything is written -------------------------------------------------


async def refused(
    project: Path, state: Path, changes: list[Replacement], reason: str, kind: type[Exception]
) -> None:
    before = seen(project)
    with pytest.raises(kind, match=reason):
        await JournalledTree(project, state, reserved=(".venv",)).replace("d", changes)
    assert seen(project) == before
    assert left_over(state) == []


WRITTEN: Side = ("100644", b"evil")


@pytest.mark.parametrize(("old", "new"), [(None, WRITTEN), (WRITTEN, WRITTEN), (WRITTEN, None)])
@pytest.mark.parametrize(
    ("name", "to", "path"),
    [
        ("link", "..", "link/x"),
        ("link", "src", "link/modified.py"),
        ("link", "kept.py", "link"),
        ("link", "dangling", "link"),
        ("link", "link", "link"),
        ("link", "/dev/null", "link"),
    ],
)
@pytest.mark.goal("G2", "links at an apply, each action")
async def test_links_are_refused_for_every_action(
    project: Path, state: Path, name: str, to: str, path: str, old: Side, new: Side
) -> None:
    (project / name).symlink_to(to)
    with pytest.raises(PathRefused, match="symbolic link"):
        await JournalledTree(project, state).replace("d", [*CHANGE, Replacement(path, old, new)])
    assert (project / name).is_symlink()
    (project / name).unlink()
    assert seen(project) == OLD_TREE


async def test_folders_and_special_files_are_refused(project: Path, state: Path) -> None:
    os.mkfifo(project / "fifo")
    for path in ("src", "fifo"):
        for old, new in ((None, WRITTEN), (WRITTEN, WRITTEN), (WRITTEN, None)):
            with pytest.raises(PathRefused, match="not a regular file"):
                await JournalledTree(project, state).replace("d", [Replacement(path, old, new)])
    (project / "fifo").unlink()
    assert seen(project) == OLD_TREE


async def test_clashing_paths_are_refused(project: Path, state: Path) -> None:
    twins = [Replacement("x", None, WRITTEN), Replacement("X", None, WRITTEN)]
    await refused(project, state, twins, "case or Unicode", PathRefused)
    parent = [Replacement("x", None, WRITTEN), Replacement("x/y", None, WRITTEN)]
    await refused(project, state, parent, "parent", PathRefused)
    below = [Replacement("kept.py/x", None, WRITTEN)]
    await refused(project, state, below, "'kept.py' is not a folder", PathRefused)


async def test_the_inside_of_another_repository_is_refused(project: Path, state: Path) -> None:
    lay(project / "sub", {"x": ("100644", b"x")})
    (project / "sub" / ".git").write_bytes(b"gitdir: elsewhere")
    changes = [Replacement("sub/x", ("100644", b"x"), WRITTEN)]
    await refused(project, state, changes, "repository of its own", PathRefused)


@pytest.mark.fault(
    "tree",
    "a file with several hard links, or a read-only one",
    sees="the path is refused, with the reason",
    kept="the project, byte for byte",
)
async def test_hard_linked_and_read_only_files_are_refused(project: Path, state: Path) -> None:
    os.link(project / "tool.sh", project / "other")
    await refused(project, state, CHANGE, "hard links", PathRefused)
    (project / "other").unlink()
    (project / "tool.sh").chmod(0o444)
    await refused(project, state, CHANGE, "read-only", PathRefused)


async def test_a_read_only_folder_is_refused(project: Path, state: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("nothing is read-only for root")
    (project / "src").chmod(0o555)
    try:
        await refused(project, state, CHANGE, "read-only", PathRefused)
    finally:
        (project / "src").chmod(0o755)


@pytest.mark.parametrize(
    ("path", "side"),
    [
        ("src/modified.py", ("100644", b"edited")),
        ("src/deleted.py", ("100755", b"edited")),
        ("tool.sh", ("100755", b"#!/bin/sh\n")),
        ("new/deep/created.py", ("100644", b"mine")),
    ],
)
async def test_an_edit_made_before_is_a_conflict(
    project: Path, state: Path, path: str, side: Side
) -> None:
    lay(project, {path: side})
    await refused(project, state, CHANGE, f"changed meanwhile: {path};", Conflict)


async def test_a_conflict_names_all_paths(project: Path, state: Path) -> None:
    (project / "src/deleted.py").unlink()
    lay(project, {"tool.sh": ("100644", b"x")})
    await refused(project, state, CHANGE, "src/deleted.py, tool.sh", Conflict)


# -- faults on the way --------------------------------------------------------------------------


def points_of(tmp_path: Path, swap: bool) -> list[str]:
    """All named steps of the change, by a dry run."""
    lay(tmp_path / "dry", OLD)
    steps: list[str] = []
    tree = JournalledTree(tmp_path / "dry", tmp_path / "dry-state", crash=steps.append, swap=swap)
    asyncio.run(tree.replace("d", CHANGE))
    return steps


STEPS = [
    "apply.begun", "apply.staged.0", "apply.staged.2", "apply.staged.3", "apply.staged",
    "apply.journal",
    "apply.checked.0", "apply.renamed.0", "apply.checked.1", "apply.renamed.1",
    "apply.checked.2", "apply.renamed.2", "apply.checked.3", "apply.renamed.3",
    "apply.synced", "apply.remembered", "apply.done",
]  # fmt: skip


def test_the_matrix_below_knows_every_step(tmp_path: Path) -> None:
    assert points_of(tmp_path, True) == STEPS


@pytest.mark.fault(
    "tree",
    "the disk is full, read-only or broken in the middle of an apply",
    sees="nothing was written, and why",
    kept="the project, all old or all new",
)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "number", [errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EMFILE, errno.EIO]
)
async def test_a_failing_disk_leaves_all_old_or_all_new(
    project: Path, state: Path, step: str, number: int
) -> None:
    def fail(name: str) -> None:
        if name == step:
            raise OSError(number, os.strerror(number))

    tree = JournalledTree(project, state, crash=fail)
    if step in {"apply.remembered", "apply.done"}:
        await tree.replace("d", CHANGE)
        assert seen(project) == NEW_TREE
    else:
        with pytest.raises(Refused, match=os.strerror(number)):
            await tree.replace("d", CHANGE)
        assert seen(project) == OLD_TREE
        assert await JournalledTree(project, state).recover() == {}
    assert left_over(state) == []


@pytest.mark.fault(
    "tree",
    "you save a file while it is being applied",
    sees="a conflict that names the file",
    kept="every byte you saved",
)
@pytest.mark.parametrize("target", [r.path for r in CHANGE])
@pytest.mark.parametrize("step", [s for s in STEPS if s != "apply.begun"])
async def test_no_byte_that_a_user_saves_on_the_way_is_lost(
    project: Path, state: Path, swap: bool, target: str, step: str
) -> None:
    def save(name: str) -> None:
        if name == step:
            (project / target).parent.mkdir(parents=True, exist_ok=True)
            (project / "user.tmp").write_bytes(b"the user's work")
            (project / "user.tmp").replace(project / target)

    tree = JournalledTree(project, state, crash=save, swap=swap)
    index = [r.path for r in CHANGE].index(target)
    too_late = STEPS.index(step) >= STEPS.index(f"apply.renamed.{index}")
    if too_late:
        await tree.replace("d", CHANGE)
        rest = NEW_TREE
    else:
        with pytest.raises(Conflict, match=target):
            await tree.replace("d", CHANGE)
        rest = OLD_TREE
    after = seen(project)
    assert after.pop(target) == (0o644, b"the user's work")
    above = {parent.as_posix() for parent in Path(target).parents}
    assert {p: s for p, s in after.items() if p not in above} == {
        p: s for p, s in rest.items() if p != target and p not in above
    }
    assert left_over(state) == []


@pytest.mark.parametrize("target", [r.path for r in CHANGE if r.old])
async def test_what_a_user_saved_before_its_turn_never_leaves_its_place(
    project: Path, state: Path, swap: bool, target: str
) -> None:
    """Else a kill would leave it in a journal."""
    there: list[bytes] = []

    def save(name: str) -> None:
        if name == "apply.journal":
            (project / target).write_bytes(b"the user's work")
        elif there or name.startswith("apply.renamed"):
            there.append((project / target).read_bytes())

    with pytest.raises(Conflict, match=target):
        await JournalledTree(project, state, crash=save, swap=swap).replace("d", CHANGE)
    assert set(there) <= {b"the user's work"}


async def test_a_save_into_the_open_file_that_came_out_is_put_back(
    project: Path, state: Path, swap: bool
) -> None:
    with (project / "src/modified.py").open("r+b") as editor:

        def save(name: str) -> None:
            if name == "apply.renamed.3":
                editor.write(b"late")
                editor.flush()

        with pytest.raises(Conflict, match=r"src/modified\.py"):
            await JournalledTree(project, state, crash=save, swap=swap).replace("d", CHANGE)
    after = seen(project)
    assert after.pop("src/modified.py") == (0o644, b"late")
    assert after == {p: s for p, s in OLD_TREE.items() if p != "src/modified.py"}


async def test_what_a_user_saved_over_the_new_stays_when_the_rest_goes_back(
    project: Path, state: Path, swap: bool
) -> None:
    edits = {
        "apply.renamed.2": ("new/deep/created.py", "src/modified.py"),
        "apply.checked.3": ("tool.sh",),
    }

    def save(name: str) -> None:
        for path in edits.get(name, ()):
            (project / path).write_bytes(b"user")

    with pytest.raises(Conflict) as caught:
        await JournalledTree(project, state, crash=save, swap=swap).replace("d", CHANGE)
    assert "left as they are: new/deep/created.py, src/modified.py" in caught.value.message
    after = seen(project)
    for path in ("new/deep/created.py", "src/modified.py", "tool.sh"):
        assert after[path] == (0o644, b"user")
    assert after["src/deleted.py"] == (0o755, b"gone\n")
    assert left_over(state) == []


@pytest.mark.fault(
    "tree",
    "a symbolic link is put in the way of an apply",
    sees="a conflict",
    kept="what the link points to",
)
async def test_a_link_put_in_the_way_is_not_followed(project: Path, state: Path) -> None:
    victim = project.parent / "victim"
    victim.write_bytes(b"old\n")

    def attack(name: str) -> None:
        if name == "apply.checked.2":
            (project / "src/modified.py").unlink()
            (project / "src/modified.py").symlink_to(victim)

    with pytest.raises(Conflict, match=r"src/modified\.py"):
        await JournalledTree(project, state, crash=attack).replace("d", CHANGE)
    assert victim.read_bytes() == b"old\n"
    assert (project / "src/modified.py").is_symlink()
    assert (project / "src/deleted.py").read_bytes() == b"gone\n"


@pytest.mark.fault(
    "tree",
    "the folder of a new file is removed at the moment it is moved there",
    sees="that nothing was applied, and why",
    kept="all that was there before; the change can be made again",
)
async def test_a_new_file_whose_folder_goes_is_not_taken_for_written(
    project: Path, state: Path, swap: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(source: int, slot: str, parent: int, name: str) -> None:
        if name == "created.py":
            shutil.rmtree(project / "new")
        move_new(source, slot, parent, name)

    monkeypatch.setattr(slots, "move_new", late)
    tree = JournalledTree(project, state, swap=swap)
    with pytest.raises(Refused, match="nothing was applied: No such file"):
        await tree.replace("d", CHANGE)
    assert seen(project) == OLD_TREE
    assert left_over(state) == []
    monkeypatch.undo()
    await tree.replace("d", CHANGE)
    assert seen(project) == NEW_TREE


# -- kill -9 ------------------------------------------------------------------------------------

CHILD = """
import asyncio, os, signal, sys
from pathlib import Path
from codeframe_tui.adapters.apply import JournalledTree
from codeframe_tui.ports import Replacement

project, state, step, verb, swap = sys.argv[1:6]
changes = [Replacement(*change) for change in {changes!r}]
conflict = sys.argv[6:]

def crash(name):
    if conflict and name == conflict[0]:
        Path(project, "tool.sh").write_bytes(b"user")
    if name == step:
        os.kill(os.getpid(), signal.SIGKILL)

tree = JournalledTree(Path(project), Path(state), crash=crash, swap=swap == "1")
try:
    if verb == "replace":
        asyncio.run(tree.replace("d", changes))
    else:
        asyncio.run(tree.recover())
except Exception as error:
    sys.exit(type(error).__name__)
"""


def run_killed_at(
    project: Path, state: Path, step: str, verb: str, swap: bool, *conflict: str
) -> bool:
    """Whether the step was reached: then the process was killed there."""
    code = CHILD.format(changes=[(r.path, r.old, r.new) for r in CHANGE])
    arguments = [str(project), str(state), step, verb, "1" if swap else "0", *conflict]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode in {-signal.SIGKILL, 0, 1}, done.stderr
    return done.returncode == -signal.SIGKILL


@pytest.mark.fault(
    "kill",
    "kill -9 at any step of an apply",
    sees="the next start ends it",
    kept="the project, all old or all new",
)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.goal("G6", "kills at each point of an apply")
async def test_a_kill_at_any_step_ends_all_old_or_all_new(
    project: Path, state: Path, swap: bool, step: str
) -> None:
    assert run_killed_at(project, state, step, "replace", swap)
    committed = STEPS.index(step) >= STEPS.index("apply.journal")
    tree = JournalledTree(project, state)
    assert await tree.recover() == {"d": "new" if committed else "old"}
    assert seen(project) == (NEW_TREE if committed else OLD_TREE)
    assert left_over(state) == []
    assert await tree.recover() == {}
    await tree.replace("d", CHANGE)
    assert seen(project) == NEW_TREE


RECOVERY = ["recover.begun", *STEPS[STEPS.index("apply.journal") :]]


@pytest.mark.fault(
    "kill",
    "kill -9 of the recovery of an apply",
    sees="the next start ends it",
    kept="the project, all new",
)
@pytest.mark.parametrize("first", ["apply.journal", "apply.renamed.1", "apply.synced"])
@pytest.mark.parametrize("step", RECOVERY)
@pytest.mark.goal("G6", "pairs of kills: of an apply and of its recovery")
async def test_a_kill_in_the_recovery_is_recovered_too(
    project: Path, state: Path, first: str, step: str
) -> None:
    assert run_killed_at(project, state, first, "replace", swap=True)
    assert run_killed_at(project, state, step, "recover", swap=True)
    assert await JournalledTree(project, state).recover() == {"d": "new"}
    assert seen(project) == NEW_TREE
    assert left_over(state) == []


@pytest.mark.fault(
    "kill",
    "kill -9 while a conflict is taken back",
    sees="the next start ends it",
    kept="the project, all old, and your edit",
)
@pytest.mark.parametrize(
    "step",
    ["rollback.begun", *(f"rollback.restored.{n}" for n in (3, 2, 1, 0)), "rollback.synced"],
)
@pytest.mark.goal("G6", "pairs of a conflict and a kill on the way back")
async def test_a_kill_on_the_way_back_ends_all_old(project: Path, state: Path, step: str) -> None:
    conflict = "apply.checked.3"  # the user saves the last file when the others are in place
    assert run_killed_at(project, state, step, "replace", True, conflict)
    assert await JournalledTree(project, state).recover() == {"d": "old"}
    after = seen(project)
    assert after.pop("tool.sh") == (0o644, b"user")
    assert after == {p: s for p, s in OLD_TREE.items() if p != "tool.sh"}
    assert left_over(state) == []


@pytest.mark.fault(
    "tree",
    "you edit a file after a kill in the middle of an apply",
    sees="a conflict that names the journal with the other versions",
    kept="your edit and both versions",
)
@pytest.mark.parametrize("step", ["apply.journal", "apply.renamed.0", "apply.renamed.3"])
async def test_an_edit_after_the_kill_waits_for_a_person(
    project: Path, state: Path, step: str
) -> None:
    assert run_killed_at(project, state, step, "replace", swap=True)
    lay(project, {"src/modified.py": ("100644", b"user")})
    before = seen(project)
    tree = JournalledTree(project, state)
    assert await tree.recover() == {"d": "conflict"}
    lay(project, {"src/modified.py": ("100644", b"old\n")})
    assert await tree.recover() == {"d": "conflict"}
    with pytest.raises(Conflict, match="interrupted apply") as caught:
        await tree.replace("d", CHANGE)
    assert str(tree.journal_folder("d")) in caught.value.hint
    lay(project, {"src/modified.py": ("100644", b"user")})
    assert seen(project) == before


# -- where journals are kept --------------------------------------------------------------------


async def test_a_journal_that_a_repository_brings_along_is_not_read(
    project: Path, state: Path
) -> None:
    lay(
        project,
        {
            ".codeframe-tui-journal-0123456789abcdef/journal": ("100644", b"{}"),
            "apply/d/journal": ("100644", b"{}"),
        },
    )
    before = seen(project)
    assert await JournalledTree(project, state).recover() == {}
    assert seen(project) == before


async def test_slots_are_looked_for_and_removed_in_places_of_ours_only(
    project: Path, state: Path
) -> None:
    lay(project.parent / "outside", {"kept": ("100644", b"kept")})
    lay(state, {"apply/d/place": ("100644", b"../outside")})
    await JournalledTree(project, state).recover()
    assert seen(project.parent / "outside") == {"kept": (0o644, b"kept")}


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a\0", "x" * 200])
async def test_a_journal_has_a_plain_name(project: Path, state: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a journal"):
        await JournalledTree(project, state).replace(name, CHANGE)
    assert seen(project) == OLD_TREE


async def test_journals_are_private(project: Path, state: Path) -> None:
    modes: set[int] = set()

    def look(name: str) -> None:
        if name == "apply.staged":
            modes.update(stat.S_IMODE(p.stat().st_mode) for p in (state / "apply").rglob("d*"))
            modes.update(stat.S_IMODE(p.stat().st_mode) for p in (state / "apply").rglob("slots"))

    await JournalledTree(project, state, crash=look).replace("d", CHANGE)
    assert modes == {0o700}


@pytest.mark.parametrize("step", ["", "apply.staged.2", "apply.journal", "apply.renamed.1"])
async def test_slots_stand_in_the_project_when_the_state_is_on_another_disk(
    project: Path, step: str
) -> None:
    elsewhere = Path("/dev/shm")
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == project.stat().st_dev:
        pytest.skip("there is no second file system to write to")
    state = elsewhere / f"codeframe-tui-test-{os.getpid()}-{project.parent.name}"
    try:
        if step:
            assert run_killed_at(project, state, step, "replace", swap=True)
            folder = JournalStore(state, project).slots("d")
            assert folder is not None
            assert folder.parent == project
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            await JournalledTree(project, state).recover()
            assert seen(project) == (OLD_TREE if step == "apply.staged.2" else NEW_TREE)
        await JournalledTree(project, state).replace("d", CHANGE)
        assert seen(project) == NEW_TREE
    finally:
        subprocess.run(["rm", "-rf", str(state)], check=True)
