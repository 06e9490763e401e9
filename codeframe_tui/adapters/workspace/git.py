"""git as a program, over the private object store only."""

from __future__ import annotations

import mmap
import os
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from codeframe_tui.adapters.harmless import NEWER_GIT, environment_of_store, fault_of_git
from codeframe_tui.core.errors import CodeframeError, Lacking

__all__ = ["TIMED_OUT", "Git", "run_git"]

TIMED_OUT = 124
"""Exit code of a git that was ended for its time, as of timeout(1)."""

_IN_MEMORY = 2**20  # bytes of output that need no file
_CONFIG = """\
[core]
	repositoryFormatVersion = 0
	bare = true
	autoCRLF = false
	fileMode = true
	symlinks = true
	precomposeUnicode = false
	protectNTFS = false
	protectHFS = false
	fsmonitor = false
	hooksPath = /dev/null
	fsync = loose-object,pack,pack-metadata
	fsyncMethod = batch
[gc]
	auto = 0
[maintenance]
	auto = false
"""
_LANGUAGES = {
    "cpp": ("c", "h", "cc", "cpp", "hpp"),
    "golang": ("go",),
    "java": ("java",),
    "markdown": ("md",),
    "php": ("php",),
    "python": ("py", "pyi"),
    "ruby": ("rb",),
    "rust": ("rs",),
}
_ATTRIBUTES = "* -text -filter -ident !eol !working-tree-encoding !diff !merge\n" + "".join(
    f"*.{suffix} diff={language}\n"
    for language, suffixes in _LANGUAGES.items()
    for suffix in suffixes
)


def run_git(
    argv: list[str],
    *,
    env: dict[str, str],
    cwd: Path,
    stdin: bytes = b"",
    stdout: int | IO[bytes] = subprocess.PIPE,
    seconds: float | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run git to its end, in its own session.

    Args:
        seconds: how long it may take; then it is ended, and its code is `TIMED_OUT`.

    Raises:
        Lacking: there is no git, or nothing left to start it with.
    """
    try:
        return subprocess.run(
            ["git", *argv],
            env=env,
            cwd=cwd,
            input=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            check=False,
            start_new_session=True,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        said = f"git did not end within {seconds:g} seconds"
        return subprocess.CompletedProcess(argv, TIMED_OUT, b"", said.encode("ascii"))
    except FileNotFoundError as error:
        raise Lacking("git is not installed", hint="install git and start again") from error
    except OSError as error:
        hint = "end what takes memory, processes or files, then try again"
        raise Lacking(f"git could not be started: {error.strerror}", hint=hint) from error


class Git:
    """The private store: no hooks, no alternates, no configuration but its own.

    Args:
        directory: the bare repository; becomes GIT_DIR.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.env = environment_of_store(directory)

    def prepare(self) -> None:
        """Create the store, or put its settings right; objects stay as they are.

        Raises:
            Lacking: there is no git, or one that would run what a repository names.
        """
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if fault := fault_of_git(self.run("--version").decode("utf-8", "replace")):
            raise Lacking(fault, hint=NEWER_GIT, code="no_git")
        self.run("init", "--quiet", "--bare", "--object-format=sha1", "--template=")
        (self.directory / "config").write_text(_CONFIG, encoding="ascii")
        info = self.directory / "info"
        info.mkdir(exist_ok=True)
        (info / "attributes").write_text(_ATTRIBUTES, encoding="ascii")

    def run(self, *argv: str, stdin: bytes = b"") -> bytes:
        """Output of a git command. Raises: CodeframeError when git fails."""
        done = run_git(list(argv), env=self.env, cwd=self.directory, stdin=stdin)
        self._check(argv[0], done)
        return done.stdout

    def run_at_length(self, *argv: str) -> bytes | mmap.mmap:
        """The same for output of any size: what is large stays in a file that nobody else sees."""
        with tempfile.TemporaryFile(dir=self.directory) as file:
            done = run_git(list(argv), env=self.env, cwd=self.directory, stdout=file)
            self._check(argv[0], done)
            if os.fstat(file.fileno()).st_size > _IN_MEMORY:
                return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            file.seek(0)
            return file.read()

    def _check(self, command: str, done: subprocess.CompletedProcess[bytes]) -> None:
        if done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip()[-500:]
            raise CodeframeError(
                f"git {command} failed in the private store: {reason or done.returncode}",
                hint=f"see whether the disk is full or {self.directory} was changed by hand",
                code="store",
            )

    def start(self, *argv: str) -> subprocess.Popen[bytes]:
        """Start a git command that is talked to through pipes."""
        return subprocess.Popen(
            ["git", *argv],
            env=self.env,
            cwd=self.directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
