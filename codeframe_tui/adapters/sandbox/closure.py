"""Everything a project's Python needs to run, as read-only binds and links.

An interpreter of pyenv or uv lives in HOME, a virtual environment points elsewhere, an editable
install into yet another folder. What is found here is bound; nothing else of HOME is.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from codeframe_tui.adapters.bounded import read_regular
from codeframe_tui.adapters.process import run_program
from codeframe_tui.adapters.sandbox.interpreter import (
    NAMES,
    candidates,
    environment_settings,
)
from codeframe_tui.adapters.within import follow, within
from codeframe_tui.core.errors import Lacking

__all__ = ["Closure", "look_up"]

PROBE = """
import json, sys
for name in ("ssl", "sqlite3", "ctypes", "lzma", "bz2", "hashlib"):
    try:
        __import__(name)
    except ImportError:
        pass
try:
    lines = open("/proc/self/maps").read().splitlines()
except OSError:
    lines = []
loaded = sorted({line.split(None, 5)[5] for line in lines if ".so" in line and "/" in line})
base = [sys.base_prefix, sys.base_exec_prefix]
version = list(sys.version_info[:2])
print("\\n" + json.dumps({"base": base, "path": sys.path, "version": version, "loaded": loaded}))
"""
SYSTEM = tuple(map(Path, ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/sbin", "/etc")))
"""Mounted in any case, as far as commands need it."""
PROBE_SECONDS = 20.0
LONGEST = 2**20
"""Bytes of a file that says where packages are."""
AGAIN = "make the environment again, or remove it"
SECRETS = (".ssh", ".gnupg", ".aws", ".kube", ".docker", ".config", ".password-store")
"""Folders of HOME that nothing makes readable."""


@dataclass(frozen=True, slots=True)
class Closure:
    """What to mount so that ``python`` runs.

    Attributes:
        python: the executable, as its path stands in the project's environment.
        version: major and minor.
        environment: root of a virtual environment inside the project, if that is where it is.
        binds: real directories outside /usr and the project.
        links: pairs of (path, target) of symlinks that must exist.
        sites: directories that hold installed packages.
        refused: what was not used or not bound, with the reason, one line each.
        problem: why the project's own environment does not work, so that another Python runs
            and tests would say nothing; empty when all is well.
        watched: files and folders that tell of a change.
        key: changes when the closure must be looked up again.
    """

    python: Path
    version: tuple[int, int]
    environment: Path | None
    binds: tuple[Path, ...]
    links: tuple[tuple[Path, str], ...]
    sites: tuple[Path, ...]
    refused: tuple[str, ...]
    key: tuple[object, ...] = field(repr=False)
    problem: str = ""
    watched: tuple[Path, ...] = field(default=(), repr=False)

    @property
    def has_pytest(self) -> bool:
        """Whether the environment brings its own pytest."""
        return any((site / "pytest" / "__init__.py").is_file() for site in self.sites)

    def is_fresh(self) -> bool:
        """Whether nothing was installed or removed since."""
        return _key(self.python, self.watched) == self.key


async def look_up(project: Path, forbidden: Iterable[Path]) -> Closure:
    """Find the closure of a project's Python; nothing that the project brings is run for it.

    Args:
        project: real path of the project.
        forbidden: directories that, like their ancestors, are never bound: HOME, the state.

    Raises:
        Lacking: not even our own Python runs.
    """
    faults: list[str] = []
    problem = ""
    async for found in candidates(project):
        if found.program is not None:
            probe = await _probe(found.program)
            if probe is not None:
                python, guarded = found.python, tuple(forbidden)
                own = python.is_relative_to(project)
                return await asyncio.to_thread(
                    _assemble, project, python, probe, guarded,
                    faults=tuple(faults), problem="" if own else problem,
                )  # fmt: skip
        fault = found.fault or f"{found.python} does not run: {AGAIN}"
        faults.append(fault)
        if found.broken or not found.fault:
            problem = problem or fault
    raise Lacking("; ".join(faults), hint="install codeframe-tui again")


async def _probe(program: Path) -> dict[str, list[str]] | None:
    """What an interpreter says of itself; None when it does not run."""
    argv = (str(program), "-I", "-S", "-c", PROBE)
    try:
        ended = await run_program(
            argv, env={"PATH": "/usr/bin:/bin"}, cwd=Path("/"), timeout_seconds=PROBE_SECONDS
        )
        document: dict[str, list[str]] = json.loads(ended.output.splitlines()[-1])
    except (OSError, ValueError, IndexError):
        return None
    return document


def _assemble(
    project: Path,
    python: Path,
    probe: dict[str, list[str]],
    forbidden: tuple[Path, ...],
    *,
    faults: tuple[str, ...],
    problem: str,
) -> Closure:
    root = _environment_of(python)
    sites = _sites(root, probe)
    candidates = [*map(Path, probe["base"]), *(Path(p) for p in probe["path"] if p), *sites]
    if root is not None:
        candidates += [Path(environment_settings(root).get("home", "/usr/bin")), root]
    for site in sites:
        candidates += _named_by(site)
    links: dict[Path, str] = {}
    kept = {_resolve(path, links) for path in (python, *candidates)}
    kept |= _foreign_libraries(kept, probe["loaded"])
    roots, refused = _sift(kept, project, forbidden)
    inside = root is not None and root.parent == project
    return Closure(
        python=python,
        version=(int(probe["version"][0]), int(probe["version"][1])),
        environment=root if inside else None,
        binds=roots,
        links=tuple(
            (p, t) for p, t in links.items() if not _covered(p, (*roots, *SYSTEM, project))
        ),
        sites=sites,
        refused=(*faults, *refused),
        problem=problem,
        watched=(watched := _watched(project, python, sites)),
        key=_key(python, watched),
    )


def _environment_of(python: Path) -> Path | None:
    root = python.parent.parent
    return root if (root / "pyvenv.cfg").is_file() else None


def _sites(root: Path | None, probe: dict[str, list[str]]) -> tuple[Path, ...]:
    """Directories that hold packages: the environment's, the base's unless it is shut out."""
    major, minor = probe["version"]
    name = f"python{major}.{minor}"
    found: list[Path] = []
    if root is not None:
        found.append(root / "lib" / name / "site-packages")
    if (
        root is None
        or environment_settings(root).get("include-system-site-packages", "true") == "true"
    ):
        base = Path(probe["base"][0])
        found += [
            base / "lib" / name / "site-packages",
            base / "local/lib" / name / "dist-packages",
        ]
        found += [base / "lib/python3/dist-packages"]
        found.append(Path.home() / ".local/lib" / name / "site-packages")
    return tuple(path for path in dict.fromkeys(found) if path.is_dir())


def _named_by(site: Path) -> Iterator[Path]:
    """Folders outside that a site directory leads to: plain .pth lines and editable installs."""
    for file in sorted(site.glob("*.pth")):
        with contextlib.suppress(OSError):
            for line in read_regular(file, LONGEST).decode("utf-8", "replace").splitlines():
                if line.strip() and not line.startswith(("#", "import ", "import\t")):
                    yield site / line.strip()
    for file in sorted(site.glob("*.dist-info/direct_url.json")):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            document = json.loads(read_regular(file, LONGEST))
            url = urlsplit(str(document.get("url", "")))
            if document.get("dir_info", {}).get("editable") and url.scheme == "file":
                yield Path(unquote(url.path))


def _resolve(path: Path, links: dict[Path, str]) -> Path:
    """As Python reads it: ``..`` takes away the name before it, link or not."""
    return follow(Path(os.path.abspath(path)), links)  # noqa: PTH100 - no links yet


def _foreign_libraries(kept: set[Path], loaded: list[str]) -> set[Path]:
    files = (_resolve(Path(name), {}) for name in loaded)
    return {file.parent for file in files if not _covered(file, kept) and file.parent.is_dir()}


def _sift(
    kept: Iterable[Path], project: Path, forbidden: tuple[Path, ...]
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Drop what is mounted anyway, what another directory covers and what must never be bound."""
    roots: list[Path] = []
    refused: list[str] = []
    guarded = (project, *forbidden)
    secrets = [Path.home() / name for name in SECRETS]
    for path in sorted(kept, key=lambda path: len(path.parts)):
        if not path.is_dir() or _covered(path, (*SYSTEM, project, *roots)):
            continue
        if any(within(path, guard) is not None for guard in guarded):
            refused.append(f"{path} is not made readable: it holds the home, project or state")
            continue
        if any(within(secret, path) is not None for secret in secrets):
            refused.append(f"{path} is not made readable: it may hold secrets")
            continue
        roots.append(path)
    return tuple(roots), tuple(refused)


def _covered(path: Path, roots: Iterable[Path]) -> bool:
    return any(path.is_relative_to(root) for root in roots)


def _watched(project: Path, python: Path, sites: Iterable[Path]) -> tuple[Path, ...]:
    """What changes when packages or environments come, go or are mended."""
    own = [project / name / part for name in NAMES for part in ("pyvenv.cfg", "bin/python")]
    return (python, python.parent.parent / "pyvenv.cfg", *sites, *own)


def _key(python: Path, watched: Iterable[Path]) -> tuple[object, ...]:
    return (os.path.realpath(python), *(_changed(path) for path in watched))


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
