"""Watches what a run uses altogether: memory, processes, disk.

The launcher loads this from its file, so it knows nothing of the package. A resource limit counts
for one process or one file; here all processes below the launcher's warden are added up. What is
cheap is asked at each look (resident memory, free blocks of a file system), what is exact and dear
only when the cheap answer makes it possible that a total is exceeded, or now and then.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Container, Generator, Iterator, Mapping, Sequence

__all__ = ["Watch"]

EVERY, WALK_EVERY = 0.1, 1.0
"""Seconds between looks, and between walks through what was written."""
NEAR = 0.02
"""Seconds between looks while the second half of the memory fills: it may be gone in no time."""
SHARE, NEAR_SHARE = 20, 4
"""A look or a walk waits this many times what the last one took: 5 % of a core at most."""
SLACK = 8
"""Processes of the sandbox's own; where the kernel counts, it counts first."""
INODE = 1_024
DEEPEST = 100
STEP = 512
_PAGE = os.sysconf("SC_PAGE_SIZE")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

Steps = Generator[None, None, None]


class _Process:
    """No dataclass: what those import is copied with every warden."""

    __slots__ = ("pid", "resident", "threads")

    def __init__(self, pid: int, threads: int, resident: int) -> None:
        self.pid, self.threads, self.resident = pid, threads, resident


class Watch:
    """Looks in small steps, so that whoever has it can listen for the order to kill.

    Args:
        totals: ``memory`` and ``disk`` in bytes, ``processes``.
        folders: descriptors of folders on disk that the run may write.
        private: mount point -> size, of the file systems in memory that the run alone has.
    """

    def __init__(
        self, totals: Mapping[str, int], folders: Sequence[int], private: Mapping[str, int]
    ) -> None:
        self._totals, self._folders, self._private = totals, folders, private
        self._began = time.time()
        self._free = self._free_at_walk = self._free_now()
        self._shared = _shared_memory()
        self._due = time.monotonic() + EVERY
        self._walk_due = time.monotonic() + WALK_EVERY
        self._steps: Steps | None = None
        self._looked, self._near, self._resident = 0.0, False, 0
        self._inside = 0
        self._written, self._whole = 0, True
        self.exceeded = ""

    def pause(self) -> int | None:
        """Milliseconds until the next step; None = there is nothing more to see."""
        if self.exceeded:
            return None
        return max(0, int((self._due - time.monotonic()) * 1000) + 1) if not self._steps else 0

    def step(self) -> bool:
        """Go on looking, if it is time; True once a total, then named in `exceeded`, is."""
        now = time.monotonic()
        if self.exceeded or (self._steps is None and now < self._due):
            return False
        if self._steps is None:
            self._steps, self._looked = self._look(), 0.0
        ended = next(self._steps, self) is self
        self._looked += time.monotonic() - now
        if ended or self.exceeded:
            self._steps = None
            every, share = (NEAR, NEAR_SHARE) if self._near else (EVERY, SHARE)
            self._due = time.monotonic() + max(every, share * self._looked)
        return bool(self.exceeded)

    def _look(self) -> Steps:
        family = list(_descendants(os.getpid()))
        yield
        if sum(each.threads for each in family) > self._totals["processes"] + SLACK:
            self.exceeded = "processes"
            return
        files: dict[tuple[int, int], int] = {}
        if _shared_memory() - self._shared > self._totals["memory"] // 4:
            elsewhere = self._devices(family)
            files = _unnamed(family, lambda device: device not in elsewhere)
            yield
        hidden = sum(files.values())
        resident = sum(each.resident for each in family) + hidden
        grows, self._resident = resident > 1.02 * self._resident, resident
        self._near = grows and 2 * resident > self._totals["memory"]
        if resident > self._totals["memory"]:
            if files:  # what is mapped is in the shares of the processes, too
                hidden -= sum(_mapped(each, files) for each in family)
                yield
            if sum(map(_proportional, family)) + hidden > self._totals["memory"]:
                self.exceeded = "memory"
                return
            yield
        yield from self._look_at_disk(family)

    def _look_at_disk(self, family: Sequence[_Process]) -> Steps:
        limit = self._totals["disk"]
        in_memory = sum(used for _, used in self._private_now(family))
        free = self._free_now()
        grown = self._free_at_walk - free
        late = time.monotonic() >= self._walk_due
        if self._folders and (late or grown > max(0, limit - self._written - in_memory) // 2):
            began = self._looked
            yield from self._walk_all(limit)
            devices = {os.fstat(fd).st_dev for fd in self._folders}
            self._written += sum(_unnamed(family, devices.__contains__).values())
            self._free_at_walk = free
            self._walk_due = time.monotonic() + max(WALK_EVERY, SHARE * (self._looked - began))
        if self._written + in_memory > limit or (not self._whole and self._free - free > limit):
            self.exceeded = "disk"

    def _walk_all(self, limit: int) -> Steps:
        self._written, self._whole = 0, True
        seen: set[int] = set()
        for folder in self._folders:
            try:
                inner = os.open(".", _FOLDER, dir_fd=folder)
            except OSError:
                self._whole = False
                continue
            try:
                yield from self._walk(inner, seen, limit)
            finally:
                os.close(inner)

    def _walk(self, folder: int, seen: set[int], limit: int, depth: int = 0) -> Steps:
        """Add up the blocks of what changed since the run began.

        By blocks, since the size of a sparse file says nothing; by the time of change, which no
        program can set, so that what was there before needs no walk of its own.
        """
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number % STEP == 0:
                    yield
                try:
                    info = entry.stat(follow_symlinks=False)
                except OSError:
                    continue
                if info.st_ctime >= self._began and info.st_ino not in seen:
                    self._written += info.st_blocks * 512 + INODE
                    if info.st_nlink > 1:
                        seen.add(info.st_ino)
                if self._written > limit:
                    return
                if stat.S_ISDIR(info.st_mode):
                    yield from self._enter(entry.name, folder, seen, limit, depth + 1)

    def _enter(self, name: str, folder: int, seen: set[int], limit: int, depth: int) -> Steps:
        """Go down; what cannot be entered is not seen, and then the file system's word counts."""
        try:
            inner = os.open(name, _FOLDER, dir_fd=folder) if depth < DEEPEST else -1
        except FileNotFoundError:
            return
        except OSError:
            inner = -1
        if inner < 0:
            self._whole = False
            return
        try:
            yield from self._walk(inner, seen, limit, depth)
        finally:
            os.close(inner)

    def _free_now(self) -> int:
        if not self._folders:
            return 0
        room = os.statvfs(self._folders[0])
        return room.f_bfree * room.f_frsize

    def _private_now(self, family: Sequence[_Process]) -> list[tuple[str, int]]:
        """Path and used bytes of the file systems in memory, by way of a process that has them.

        A process that is still on its way into the sandbox sees the host's: those have other sizes.
        """
        for pid in (self._inside, *(each.pid for each in family)) if self._private else ():
            found = []
            for path, size in self._private.items():
                place = f"/proc/{pid}/root{path}"
                try:
                    info = os.statvfs(place)
                except OSError:
                    break
                if info.f_blocks * info.f_frsize != size:
                    break
                found.append((place, (info.f_blocks - info.f_bfree) * info.f_frsize))
            else:
                self._inside = pid
                return found
        return []

    def _devices(self, family: Sequence[_Process]) -> set[int]:
        """Those whose unnamed files are counted elsewhere."""
        found = {os.fstat(fd).st_dev for fd in self._folders}
        for place, _ in self._private_now(family):
            try:
                found.add(os.stat(place).st_dev)  # noqa: PTH116
            except OSError:
                continue
        return found


def _descendants(root: int) -> Iterator[_Process]:
    """All processes below one, whatever they did to their group and session."""
    children: dict[int, list[_Process]] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - pathlib is not worth its import here
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123
                    words = file.read().rpartition(b")")[2].split()
            except OSError:
                continue
            found = _Process(int(name), int(words[17]), int(words[21]) * _PAGE)
            children.setdefault(int(words[1]), []).append(found)
    waiting = children.get(root, [])
    while waiting:
        each = waiting.pop()
        yield each
        waiting += children.get(each.pid, [])


def _proportional(process: _Process) -> int:
    """Memory with shared pages counted in parts, so that forks do not count their parent again."""
    try:
        with open(f"/proc/{process.pid}/smaps_rollup", "rb") as file:  # noqa: PTH123
            for line in file:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        return 0
    except OSError:
        pass
    return process.resident


def _mapped(process: _Process, files: Container[tuple[int, int]]) -> int:
    """What some files, by device and inode, are of the process's proportional memory."""
    found, counts = 0, False
    try:
        with open(f"/proc/{process.pid}/smaps", "rb") as file:  # noqa: PTH123
            for line in file:
                words = line.split(maxsplit=5)
                if not words[0].endswith(b":"):
                    major, minor = (int(each, 16) for each in words[3].split(b":"))
                    counts = (os.makedev(major, minor), int(words[4])) in files
                elif counts and words[0] == b"Pss:":
                    found += int(words[1]) * 1024
    except OSError:
        pass  # it ended, or nobody may look: then `_proportional` says the same
    return found


def _shared_memory() -> int:
    """Bytes of files in memory on the whole machine."""
    try:
        with open("/proc/meminfo", "rb") as file:  # noqa: PTH123
            for line in file:
                if line.startswith(b"Shmem:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _unnamed(
    family: Sequence[_Process], counts: Callable[[int], bool]
) -> dict[tuple[int, int], int]:
    """Bytes of open files that no folder names any more, or ever did, by device and inode.

    Args:
        counts: whether the files of a device do.
    """
    found = {}
    for process in family:
        try:
            names = os.listdir(f"/proc/{process.pid}/fd")  # noqa: PTH208
        except OSError:
            continue
        for name in names:
            try:
                info = os.stat(f"/proc/{process.pid}/fd/{name}")  # noqa: PTH116
            except OSError:
                continue
            if stat.S_ISREG(info.st_mode) and info.st_nlink == 0 and counts(info.st_dev):
                found[info.st_dev, info.st_ino] = info.st_blocks * 512
    return found
