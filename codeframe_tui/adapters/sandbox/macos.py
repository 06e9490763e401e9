"""The walls that macOS could give: a profile of sandbox-exec, as text.

No level uses it: it counts only once the self-test of `opening` held on such a machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

__all__ = ["profile"]

SYSTEM = ("/usr", "/bin", "/sbin", "/System", "/Library/Frameworks", "/private/var/db/dyld")
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
RULES = (
    "(version 1)",
    "(deny default)",
    "(deny network*)",
    "(allow process-exec process-fork)",
    "(allow signal (target same-sandbox))",
    "(allow process-info* (target same-sandbox))",
    "(allow sysctl-read)",
    "(allow file-read-metadata)",
)


def profile(
    *,
    writable: Sequence[PurePosixPath],
    readable: Sequence[PurePosixPath],
    hidden: Sequence[PurePosixPath] = (),
) -> str:
    """What a command may: nothing but this; no network, no other process, no rights.

    Args:
        writable: the workspace and the private folders, as real paths.
        readable: the interpreter and its libraries, as real paths.
        hidden: below those, what is neither read nor written; the last rule wins.
    """
    return "\n".join([*RULES, *_rules(writable, readable, hidden)]) + "\n"


def _rules(
    writable: Sequence[PurePosixPath],
    readable: Sequence[PurePosixPath],
    hidden: Sequence[PurePosixPath],
) -> Iterator[str]:
    for path in (*SYSTEM, *map(str, readable), *map(str, writable)):
        yield f"(allow file-read* (subpath {_quoted(path)}))"
    for device in DEVICES:
        yield f"(allow file-read* file-write-data (literal {_quoted(device)}))"
    for path in map(str, writable):
        yield f"(allow file-write* (subpath {_quoted(path)}))"
        yield f"(deny file-write-setugid (subpath {_quoted(path)}))"
    for path in map(str, hidden):
        yield f"(deny file-read* file-write* (subpath {_quoted(path)}))"


def _quoted(path: str) -> str:
    """A string of the profile's language.

    Raises:
        ValueError: the path is not absolute, or has characters that no string there can hold.
    """
    if not path.startswith("/") or any(ord(letter) < 32 for letter in path):
        raise ValueError(f"no path for a profile: {path!r}")
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
