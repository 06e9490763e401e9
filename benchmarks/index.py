"""What the code index costs in CPU, beside universal-ctags and a text index of the same files.

``python -m benchmarks.index [--gate]``; with ``--gate`` exit 1 when a full build takes more than
three times the CPU of both peers, or one save more than 1 % of a full build.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.context import FILES, copy_project
from codeframe_tui.adapters.index.inside.finding import find
from codeframe_tui.adapters.index.inside.room import Room

BUILD, SAVE = 3.0, 0.01
ROUNDS = 7
FOREVER = float("inf")
QUERIES = (
    ("symbol, exact", "JSONDecoder"),
    ("symbol, prefix", "JSONDec"),
    ("symbol, letters in order", "jsndcdr"),
)
ANY = {"kind": "", "path": ""}
TASK = "Retry the HTTP request when the server answers 429, honour Retry-After"


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of some work, with those of processes that it ended."""
    before = _spent()
    work()
    return _spent() - before


def _spent() -> float:
    whose = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, whose))


def tree_of(project: Path, store: Path) -> str:
    """The id of the tree of a folder, in a store of its own."""
    env = {**os.environ, "GIT_DIR": str(store), "GIT_WORK_TREE": str(project)}
    for argv in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *argv], env=env, check=True)
    done = subprocess.run(["git", "write-tree"], env=env, check=True, capture_output=True)
    return done.stdout.decode().strip()


def ctags(project: Path) -> None:
    subprocess.run(
        ["ctags", "-R", "--languages=Python", "-f", os.devnull, "."], cwd=project, check=True
    )


def text_index(project: Path, file: Path) -> None:
    """FTS5 over words split on camel and snake case, as a plain tool would do it."""
    database = sqlite3.connect(file)
    database.execute("CREATE VIRTUAL TABLE t USING fts5(path, body, tokenize='porter')")
    split = re.compile(r"(?<=[a-z])(?=[A-Z])|_")
    for path in sorted(project.rglob("*.py")):
        body = split.sub(" ", path.read_text("utf-8", "replace"))
        database.execute("INSERT INTO t VALUES(?,?)", (str(path), body))
    database.commit()
    database.close()


def build(room: Room, tree: str) -> None:
    room.answer("outline", tree, FOREVER, name="ast.py")
    room.close()


def measure(folder: Path) -> tuple[dict[str, float], float, float, float]:
    """CPU seconds by what was done, those of the peers, size and memory in MB."""
    project, store, database = folder / "project", folder / "store", folder / "index.db"
    size = copy_project(project)
    print(f"{FILES:,} files, {size / 1e6:.1f} MB\n")
    tree = tree_of(project, store)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    spent: dict[str, float] = {}
    room = Room(store, database, project)

    def context(tree: str) -> None:
        room.answer("context", tree, FOREVER, text=TASK, budget=24_000, bytes_each=4.0)

    spent["full build"] = cpu(lambda: build(room, tree))
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    megabytes = sum(f.stat().st_size for f in folder.glob("index.db*")) / 1e6
    room.close()
    room = Room(store, database, project)
    spent["warm start"] = cpu(room._here)  # noqa: SLF001 - a look inside
    spent["first context"] = cpu(lambda: context(tree))
    spent["context"] = statistics.median(cpu(lambda: context(tree)) for _ in range(ROUNDS))
    known = room._here().shelf.tree(tree, FOREVER)  # noqa: SLF001
    for what, name in QUERIES:
        look = partial(find, room._here().shelf, known, name)  # noqa: SLF001
        spent[what] = statistics.median(cpu(look) for _ in range(ROUNDS))
    saves = []
    for number in range(ROUNDS):
        (project / "argparse.py").write_text(f"def changed_{number}(): ...\n")
        look = partial(room.answer, "find", tree_of(project, store), FOREVER, among=ANY)
        saves.append(cpu(partial(look, name=f"changed_{number}")))
    spent["one save, and found"] = statistics.median(saves)
    room.close()
    peers = cpu(lambda: text_index(project, folder / "fts.db"))
    if shutil.which("ctags"):
        peers += cpu(lambda: ctags(project))
    else:
        print("no ctags here: the text index alone is compared")
    return spent, peers, megabytes, memory


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        spent, peers, megabytes, memory = measure(Path(folder))
    full = spent["full build"]
    print("what                     | CPU, ms | / full build")
    for what, seconds in spent.items():
        print(f"{what:<24} | {seconds * 1000:>7.1f} | {seconds / full:>8.2%}")
    print(f"\nctags and a text index: {peers * 1000:.0f} ms; full build / both: {full / peers:.2f}")
    print(f"index: {megabytes:.1f} MB; memory grew by {memory:.0f} MB")
    slow = full > BUILD * peers or spent["one save, and found"] > SAVE * full
    return int("--gate" in sys.argv and slow)


if __name__ == "__main__":
    sys.exit(main())
