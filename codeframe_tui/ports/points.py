"""Named points of the road, where a test can end the process from outside.

Production code names points and does nothing more. Nobody listens unless a test has added an audit
hook to the process (``tests/e2e/points.py``); without one, passing a point costs less than a call.
"""

from __future__ import annotations

import sys

__all__ = ["POINT", "passing"]

POINT = "codeframe_tui.point"
"""Name of the audit event; its one argument is the name of the point."""


def passing(point: str) -> None:
    """Say that a point of the road is passed, e.g. ``claim.taken``."""
    sys.audit(POINT, point)
