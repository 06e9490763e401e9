"""The order of files is the same in every process."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from itertools import count
from pathlib import Path

SAID = (
    "amount backoff cache dialect encoder fixture gateway header invoice journal kernel "
    "ledger mailer number outbox packet queue retry socket ticket upload vector widget"
)
WORDS = SAID.split()
FILES = [f"app/{folder}/{name}.py" for folder in ("core", "wire", "shop") for name in WORDS[:6]]
RANKED = """
import json, sys
from pathlib import Path
from codeframe_tui.adapters.index.inside.context import rank
from codeframe_tui.adapters.index.inside.database import open_database
from codeframe_tui.adapters.index.inside.git import Objects
from codeframe_tui.adapters.index.inside.past import Past
from codeframe_tui.adapters.index.inside.shelf import Shelf

project, folder, tree, *texts = Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]
shelf = Shelf(open_database(folder / "index.db"), Objects(project / ".git"), folder / "at-work")
past = Past(shelf.database, project)
past.follow("HEAD")
at = shelf.tree(tree, float("inf"))
found = [rank(shelf, past, at, text) for text in texts]
print(json.dumps([[(f.path, f.score, f.reasons) for f in each] for each in found]))
shelf.close()
"""


def repository(folder: Path) -> str:
    """Sixty changes, whose messages share words; the tree of the last."""
    dice, marks = random.Random(1), count(1)
    stream = []
    for number in range(60):
        message = " ".join(dice.sample(WORDS, 9))
        stream += ["commit refs/heads/main", f"committer a <a@b> {number} +0000"]
        stream += [f"data {len(message)}", message]
        for path in FILES if not number else dice.sample(FILES, 3):
            imported = dice.choice(FILES).removesuffix(".py").replace("/", ".")
            body = f"import {imported}\n" + "".join(
                f"def {'_'.join(dice.sample(WORDS, 3))}_{next(marks)}():\n    pass\n"
                for _ in range(4)
            )
            stream += [f"M 100644 inline {path}", f"data {len(body)}", body]
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    run = ["git", "-C", str(folder)]
    fed = "\n".join([*stream, ""])
    subprocess.run([*run, "fast-import", "--quiet"], input=fed, text=True, check=True)
    told = subprocess.run([*run, "rev-parse", "HEAD^{tree}"], capture_output=True, check=True)
    return told.stdout.decode().strip()


def ranked(project: Path, folder: Path, tree: str, seed: str) -> list[list[object]]:
    """Files for each of some texts, by a process with that seed of hashes."""
    folder.mkdir()
    dice = random.Random(2)
    texts = [" ".join(dice.sample(WORDS, 12)) for _ in range(20)]
    told = subprocess.run(
        [sys.executable, "-c", RANKED, project, folder, tree, *texts],
        env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True,
    )  # fmt: skip
    return json.loads(told.stdout)  # type: ignore[no-any-return]


def test_two_processes_give_files_the_same_places_and_scores(tmp_path: Path) -> None:
    tree = repository(tmp_path / "project")
    one, other = (ranked(tmp_path / "project", tmp_path / seed, tree, seed) for seed in ("1", "2"))
    assert {len(each) for each in one} == {len(FILES)}
    assert one == other
