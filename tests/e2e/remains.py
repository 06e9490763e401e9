"""What an engine has open while it lives, and what is left when it has ended."""

from __future__ import annotations

import ctypes
import os
import re
import statistics
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from codeframe_tui.adapters.lock import ProjectLock
from codeframe_tui.adapters.project import Project
from codeframe_tui.core.errors import Refused
from tests.contract.sandbox_room import descendants

__all__ = ["Growth", "Remains", "Use", "adopt"]

WARM_UP = 0.3
"""Of a life; an engine loads and fills what it keeps."""
SAMPLES = 20
"""That a life has at least, else nothing can be said of it."""
MORE_DESCRIPTORS = 12
MORE_MIB = 24.0
"""Between the first and the last third after the warm-up; a leak of each task is more than that."""
_RECORD = re.compile(r"^(?=\d{4}-\d\d-\d\d \d\d:)", re.MULTILINE)
_FAULT = re.compile(r"Traceback|never retrieved|never awaited| CRITICAL | ERROR ")
_FULL = re.compile(
    r"File too large|disk I/O error|could not be written|No space left"
    r"|failed in the private store: -25"  # of a program: SIGXFSZ
)
"""What is said while the disk is full, which is told to the person and done again."""


def adopt() -> None:
    """From now on what our children leave is ours, so that it is seen and can be ended."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


@dataclass(frozen=True, slots=True)
class Use:
    """What a process has at a moment."""

    descriptors: int
    mib: float

    @staticmethod
    def of(pid: int) -> Use:
        """Raises: OSError, when it is gone."""
        folder = Path("/proc") / str(pid)
        resident = int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        return Use(len([*(folder / "fd").iterdir()]), resident / 2**20)


@dataclass
class Growth:
    """How much an engine grows in one life."""

    samples: list[Use] = field(default_factory=list)

    def look(self, pid: int) -> None:
        """Take a sample; none of a process that is gone."""
        with suppress(OSError):
            self.samples.append(Use.of(pid))

    def grown(self) -> Use | None:
        """From the first to the last third after the warm-up; None of a life that was too short."""
        warm = self.samples[int(len(self.samples) * WARM_UP) :]
        if len(self.samples) < SAMPLES:
            return None
        third = len(warm) // 3
        return Use(
            int(_more([each.descriptors for each in warm], third)),
            _more([each.mib for each in warm], third),
        )

    def faults(self) -> list[str]:
        """What grew without end."""
        grown = self.grown()
        if grown is None:
            return []
        found = []
        if grown.descriptors > MORE_DESCRIPTORS:
            found.append(f"{grown.descriptors} descriptors more than in the beginning")
        if grown.mib > MORE_MIB:
            found.append(f"{grown.mib:.1f} MiB more than in the beginning")
        return found


def _more(values: list[int] | list[float], third: int) -> float:
    return statistics.median(values[-third:]) - statistics.median(values[:third])


class Remains:
    """Compares a machine before an engine and after it.

    Args:
        project: whose engines have ended by the time of `faults`.
        places: folders that are as empty afterwards as they were before: of temporary files, of
            sockets.
    """

    def __init__(self, project: Project, places: Iterable[Path]) -> None:
        self._project = project
        self._places = tuple(places)
        self._mounts = _mounts()
        self._family = descendants(os.getpid())
        self._before = {place: _entries(place) for place in self._places}

    def faults(self, may_stand: Callable[[str], bool], working: Iterable[str]) -> list[str]:
        """What is left that nobody needs.

        Args:
            may_stand: whether a path may stand in the project.
            working: names of the workspaces that tasks need.
        """
        family = descendants(os.getpid()) - self._family
        found = [f"a process is left: {_words(pid)}" for pid in sorted(family)]
        found += [f"a mount is left: {mount}" for mount in sorted(_mounts() - self._mounts)]
        for place in self._places:
            found += [f"left in {place}: {name}" for name in _entries(place) - self._before[place]]
        found += [
            f"left in the project: {path}"
            for path in sorted(_below(self._project.root))
            if path.partition("/")[0] != ".git" and not may_stand(path)
        ]
        return [*found, *self._of_state(set(working)), *self._of_log()]

    def workspaces(self) -> set[str]:
        """Names of those that are there, and of what was not thrown away yet."""
        folder = self._project.state / "workspaces"
        return (_entries(folder) | _entries(folder / ".trash")) - {".trash"}

    def _of_state(self, working: set[str]) -> list[str]:
        state = self._project.state
        found = [f"a journal is left: {entry}" for entry in _entries(state / "apply")]
        left = self.workspaces() - working
        found += [f"a workspace is left: {name}" for name in sorted(left)]
        locks = [*self._project.root.rglob("*.lock"), *state.rglob("*.lock")]
        found += [f"a lock is left: {lock}" for lock in locks if lock != self._project.lock]
        try:
            with ProjectLock(self._project.lock):
                return found
        except Refused:
            return [*found, "the project's lock is held"]

    def _of_log(self) -> list[str]:
        folder = self._project.engine_log.parent
        found = [f"a fault of the program is reported: {each}" for each in folder.glob("report-*")]
        for log in sorted(folder.glob("*.log*")):
            for record in _RECORD.split(log.read_text(errors="replace")):
                if _FAULT.search(record) and not _FULL.search(record):
                    found.append(f"{log.name}: {record.rstrip()}")
        return found


def _mounts() -> set[str]:
    return {line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()}


def _entries(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()


def _below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def _words(pid: int) -> str:
    with suppress(OSError):
        words = (Path("/proc") / str(pid) / "cmdline").read_bytes().split(b"\0")
        return b" ".join(words).decode(errors="replace").strip()[:200] or f"pid {pid}"
    return f"pid {pid}"
