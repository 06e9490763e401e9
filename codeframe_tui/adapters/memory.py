"""Our memory and environment hold the model's key: other programs of this user must not read them.

What the walls of a sandbox hide, its lowest level leaves in reach: a command there runs as the user
whose engine this is, and ``/proc/PID/environ`` of that user's processes is theirs to read.
"""

from __future__ import annotations

import sys

__all__ = ["seal"]

_PR_SET_DUMPABLE = 4


def seal() -> bool:
    """Keep it to ourselves; programs that we start are as open as ever.

    It also means no core dump, and no debugger but that of an administrator.

    Returns:
        Whether this system can.
    """
    if sys.platform != "linux":
        return False
    try:
        import ctypes  # noqa: PLC0415 - a Python may have been built without it

        return bool(ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
    except (ImportError, OSError, AttributeError):
        return False
