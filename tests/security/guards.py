"""Takes each guard of safety away in turn and shows which test turns red: ``make mutate``.

A guard is a case of ``corpora/guards.toml``: a piece of the program's text and what stands in its
place without it. That is done in a copy of the program, in which the named tests run; what turns
red must be green again with the guard. ``python -m tests.security.guards [WORDS]`` takes those with
these words in their names; ``--write`` keeps what all of them showed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.architecture import guards as document
from tests.architecture import reliability
from tests.security.cases import cases
from tests.torture.goals import Result, keep

ROOT = Path(__file__).parents[2]
PACKAGE = "codeframe_tui"
LEFT_OUT = ("__pycache__", "__snapshots__", ".*")
LONGEST = 600
"""Seconds; a test that hangs without a guard is red too."""
_RED = re.compile(r"^(?:FAILED|ERROR) (tests/[^:]+::.+?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Guard:
    """A piece of the program, and what stands in its place without it.

    Attributes:
        file: below the package.
        old: text that stands once in it.
        test: file below `tests`, or one test in it, that sees the difference.
    """

    id: str
    file: str
    old: str
    new: str
    test: str

    def removed(self) -> str:
        """The text of the file without the guard. Raises: ValueError, when it is not there."""
        text = (ROOT / PACKAGE / self.file).read_text()
        if text.count(self.old) != 1:
            raise ValueError(f"{self.id}: stands {text.count(self.old)} times in {self.file}")
        return text.replace(self.old, self.new)


def guards() -> list[Guard]:
    """All of them."""
    return [Guard(**case) for case in cases("guards")]


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the program and its tests."""
    with tempfile.TemporaryDirectory(prefix="cft-guards-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
        yield copy


def red_without(guard: Guard, copy: Path) -> str:
    """The first test that turns red without a guard; empty when none does."""
    file = copy / PACKAGE / guard.file
    whole = file.read_text()
    _put(file, guard.removed())
    try:
        red = first_red(copy, guard.test)
    finally:
        _put(file, whole)
    if red and first_red(copy, red.partition("[")[0]):
        raise ValueError(f"{guard.id}: {red} is red with it, too")
    return red


def first_red(copy: Path, test: str) -> str:
    """Run tests in a copy; returns the first that fails. Raises: ValueError, when none can run."""
    argv = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "--tb=no", "-rfE"]
    environment: Mapping[str, str] = {
        **os.environ,
        "PYTHONPATH": str(copy),
        "CODEFRAME_TUI_CI": "1",
    }
    try:
        done = subprocess.run(
            [*argv, f"tests/{test}"],
            cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=LONGEST,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return test
    red = _RED.search(done.stdout)
    if done.returncode == 0:
        if " passed" not in done.stdout:
            raise ValueError(f"{test}: nothing was tested here")
        return ""
    if done.returncode != 1 or red is None:
        raise ValueError(f"{test} does not run: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return red[1].removeprefix("tests/")


def _put(file: Path, text: str) -> None:
    """Write a module, and forget what was compiled of it: a second may see both."""
    file.write_text(text)
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        compiled.unlink()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def taken_away(chosen: list[Guard]) -> list[tuple[str, str]]:
    """What turned red without each."""
    found = []
    with copied() as copy:
        for guard in chosen:
            try:
                red = red_without(guard, copy)
            except ValueError as error:
                _say(str(error))
                red = ""
            _say(f"{guard.id:64} {red or 'NOTHING TURNED RED'}")
            found.append((guard.id, red))
    return found


def main(arguments: list[str]) -> int:
    """Print what turned red; 1 when a guard can go unseen."""
    words = " ".join(each for each in arguments if each != "--write")
    chosen = [guard for guard in guards() if words in guard.id]
    rows = taken_away(chosen)
    unseen = [guard for guard, red in rows if not red]
    _say(f"{len(rows) - len(unseen)} of {len(rows)} guards are seen when they are gone")
    if "--write" in arguments:
        today = datetime.now().astimezone().date().isoformat()
        note = f"unseen: {', '.join(unseen)}" if unseen else ""
        what = "guards taken away, a test turned red without each"
        by = ["tests.security.guards"]
        keep([Result("G20", what, len(rows), len(unseen), note, by, today, "make mutate")], "G20")
        document.write("safety", [(guard, f"`{red}`") for guard, red in rows if red])
        reliability.DOCUMENT.write_text(reliability.document())
    return int(bool(unseen))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
