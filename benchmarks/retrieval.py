"""How well the files that a change will touch are found from its message alone.

``python -m benchmarks.retrieval REPOSITORY... [--commits N] [--seed S] [--subject] [--any]
[--most FILES] [--keep FOLDER] [--gate]``

Takes any git repositories, bare ones too. Samples commits of each that change code together with a
test, as tasks here do (``--any``: with or without; that takes in sweeps of linters and formatters,
whose messages name no place), and for every one ranks the files of its parent with the commit's
message (``--subject``: its first line alone, which is harder) as the task. Wanted are the Python
files, no tests, that the commit changes and that were there before; candidates are all Python
files. Commits that change more than ``--most`` of them are passed over.

Beside it in the same run: BM25 over the same words, and files by how many distinct keywords of the
message stand in them as whole words, which is what a search by ripgrep gives. Averages are of
repositories, intervals are bootstrapped. The weights were chosen on aiohttp, click, httpx,
mitmproxy, poetry, pydantic and sqlalchemy with seed 1: report others. With ``--keep`` what was read
stays for the next run, which then only ranks. With ``--gate`` exit 1 when a floor is not held.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codeframe_tui.adapters.index.inside.context import rank
from codeframe_tui.adapters.index.inside.database import open_database
from codeframe_tui.adapters.index.inside.git import Objects
from codeframe_tui.adapters.index.inside.past import Past
from codeframe_tui.adapters.index.inside.shelf import Shelf, Tree
from codeframe_tui.core.code.ranking import bm25
from codeframe_tui.core.code.testnames import is_test
from codeframe_tui.core.code.words import words

METHODS = ("full", "without history", "BM25", "keywords")
MEASURES = ("r@5", "r@10", "r@20", "MRR", "hit@5")
FLOORS = {"full": (0.75, 0.88, 0.93), "without history": (0.72, 0.84, 0.91)}
NEWEST = 3_000
_TRAILER = re.compile(
    r"^(?:[A-Za-z-]+-by|closes|fixes|refs?)\b.*$|\(?#\d+\)?", re.IGNORECASE | re.MULTILINE
)
_PLAIN = re.compile(r"\w{3,}")


@dataclass
class Results:
    """Values of each commit by method, in the order of `MEASURES`."""

    of: dict[str, list[tuple[float, ...]]] = field(
        default_factory=lambda: {method: [] for method in METHODS}
    )
    milliseconds: list[float] = field(default_factory=list)

    def means(self, method: str) -> list[float]:
        """Of each measure."""
        return [statistics.fmean(column) for column in zip(*self.of[method], strict=True)]


@dataclass(frozen=True)
class Case:
    """A commit: what it says, what it changed, and where it began."""

    parent: str
    tree: str
    message: str
    targets: frozenset[str]


def git(repository: Path, *argv: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(repository), *argv], capture_output=True, check=True, text=True,
        errors="replace",
    )  # fmt: skip
    return done.stdout


def cases(repository: Path, given: argparse.Namespace) -> list[Case]:
    """Commits that change code, but not too much of it, the oldest first."""
    past = git(
        repository, "log", "--no-merges", "--no-renames", "--diff-filter=AM", "--name-status",
        f"-n{NEWEST}", "--format=%x01%P%x02%B%x03", "HEAD",
    )  # fmt: skip
    found = []
    for record in past.split("\x01")[1:]:
        head, _, names = record.partition("\x03")
        parent, _, message = head.partition("\x02")
        files = [tuple(line.split("\t")) for line in names.split("\n") if line.endswith(".py")]
        targets = frozenset(path for how, path in files if how == "M" and not is_test(path))
        fitting = given.any or any(is_test(path) for _, path in files)
        said = message.partition("\n")[0] if given.subject else message
        text = _TRAILER.sub("", said).strip()
        if parent and fitting and 1 <= len(targets) <= given.most and text:
            found.append((parent.split()[0], text, targets))
    chosen = random.Random(given.seed).sample(range(len(found)), min(given.commits, len(found)))
    return [
        Case(parent, git(repository, "rev-parse", f"{parent}^{{tree}}").strip(), text, targets)
        for parent, text, targets in (found[n] for n in sorted(chosen, reverse=True))
    ]


class Present(Objects):
    """Files whose contents are here: a repository that was fetched in part lacks the largest."""

    def __init__(self, repository: Path) -> None:
        super().__init__(repository)
        self._missing: dict[str, bool] = {}

    def tree(self, tree: str) -> dict[str, str]:
        """The blobs by path, of those that are here."""
        files = super().tree(tree)
        asked = [blob for blob in dict.fromkeys(files.values()) if blob not in self._missing]
        told = subprocess.run(
            ["git", "cat-file", "--batch-check"], env=self._env, capture_output=True, check=True,
            input="".join(f"{blob}\n" for blob in asked), text=True,
        ).stdout.splitlines()  # fmt: skip
        for blob, line in zip(asked, told, strict=True):
            self._missing[blob] = line.endswith("missing")
        return {path: blob for path, blob in files.items() if not self._missing[blob]}


class Room:
    """The index of one repository, with and without its past, and the peers over the same texts."""

    def __init__(self, repository: Path, folder: Path) -> None:
        place = repository / ".git" if (repository / ".git").exists() else repository
        self.objects = Present(place.resolve())
        self.shelf = Shelf(open_database(folder / "index.db"), self.objects, folder / "at-work")
        self.past = Past(self.shelf.database, repository)
        self.nothing = Past(open_database(folder / "empty.db"), repository)
        self.plain: dict[str, frozenset[str]] = {}

    def rankings(self, case: Case, tree: Tree) -> Iterator[tuple[str, list[str]]]:
        """Paths, the likeliest first, by method."""
        self.past.follow(case.parent)
        yield "full", [r.path for r in rank(self.shelf, self.past, tree, case.message)]
        without = rank(self.shelf, self.nothing, tree, case.message)
        yield "without history", [r.path for r in without]
        yield "BM25", self.by_words(case, tree)
        yield "keywords", self.by_keywords(case, tree)

    def by_words(self, case: Case, tree: Tree) -> list[str]:
        """BM25."""
        wanted = dict.fromkeys(words(case.message), 1.0)
        python = {n for n, path in enumerate(tree.paths) if path.endswith(".py")}
        counts = {
            word: {
                file: count
                for document, count, *_ in self.shelf.postings(word)
                for file in tree.files.get(document, ())
                if file in python
            }
            for word in wanted
        }
        lengths = {n: self.shelf.lengths[tree.documents[n]][0] for n in python}
        scores = bm25(counts, lengths, wanted)
        return [tree.paths[n] for n in sorted(scores, key=lambda n: (-scores[n], n))]

    def by_keywords(self, case: Case, tree: Tree) -> list[str]:
        """The number of distinct words."""
        missing = {b for b in tree.blobs if b not in self.plain}
        for blob, content in zip(missing, self.objects.read(missing, 2**30), strict=True):
            text = (content or b"").decode("utf-8", "replace").lower()
            self.plain[blob] = frozenset(_PLAIN.findall(text))
        wanted = frozenset(_PLAIN.findall(case.message.lower()))
        scored = [
            (-len(wanted & self.plain[blob]), path)
            for path, blob in zip(tree.paths, tree.blobs, strict=True)
            if path.endswith(".py")
        ]
        return [path for score, path in sorted(scored) if score]


def measured(ranking: Sequence[str], targets: frozenset[str]) -> tuple[float, ...]:
    """In the order of `MEASURES`."""
    python = [path for path in ranking if path.endswith(".py")]
    recalls = [len(targets.intersection(python[:n])) / len(targets) for n in (5, 10, 20)]
    first = next((n for n, path in enumerate(python, 1) if path in targets), 0)
    return (*recalls, 1 / first if first else 0.0, float(0 < first <= 5))


def name_of(repository: Path) -> str:
    return repository.name if repository.name != "repo" else repository.parent.name


def run(repository: Path, given: argparse.Namespace) -> Results:
    results = Results()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep / name_of(repository) if given.keep else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        room = Room(repository, folder)
        for case in cases(repository, given):
            tree = room.shelf.tree(case.tree, float("inf"))
            room.past.follow(case.parent)
            start = time.process_time()
            rank(room.shelf, room.past, tree, case.message)
            results.milliseconds.append((time.process_time() - start) * 1000)
            for method, ranking in room.rankings(case, tree):
                results.of[method].append(measured(ranking, case.targets))
    return results


def interval(groups: Sequence[Sequence[float]], rounds: int = 1_000) -> tuple[float, float]:
    """95 % bootstrap interval of the mean of the groups' means."""
    dice = random.Random(1)
    means = sorted(
        statistics.fmean(statistics.fmean(dice.choices(group, k=len(group))) for group in groups)
        for _ in range(rounds)
    )
    return means[int(rounds * 0.025)], means[int(rounds * 0.975)]


def show(name: str, means: Callable[[str], list[float]]) -> None:
    for method in METHODS:
        values = "".join(f"{value:>8.3f}" for value in means(method))
        print(f"{name:<22} {method:<16}{values}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--commits", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=int, default=10)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--subject", action="store_true")
    parser.add_argument("--any", action="store_true")
    parser.add_argument("--gate", action="store_true")
    given = parser.parse_args()
    print(f"{'repository':<22} {'method':<16}" + "".join(f"{m:>8}" for m in MEASURES))
    all_results = []
    for repository in given.repositories:
        results = run(repository, given)
        all_results.append(results)
        show(name_of(repository), results.means)
        spent = sorted(results.milliseconds)
        print(f"{'':<22} rank: CPU p50 {statistics.median(spent):.0f} ms, most {spent[-1]:.0f} ms")
    means = {
        method: [
            statistics.fmean(c) for c in zip(*(r.means(method) for r in all_results), strict=True)
        ]
        for method in METHODS
    }
    show("all", means.__getitem__)
    for method in METHODS:
        columns = [[[row[n] for row in r.of[method]] for r in all_results] for n in range(5)]
        spans = (interval(groups) for groups in columns)
        print(f"{method:<16} 95 %: " + "  ".join(f"[{a:.3f},{b:.3f}]" for a, b in spans))
    held = all(
        value >= floor
        for method, floors in FLOORS.items()
        for value, floor in zip(means[method], floors, strict=False)
    )
    print("floors held" if held else f"floors not held: {FLOORS}")
    return int(given.gate and not held)


if __name__ == "__main__":
    sys.exit(main())
