"""Paths of the project as people type them: from where they stand, or as lists show them."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["project_path"]


def project_path(root: Path, typed: str, here: Path) -> str:
    """A path as it is within the project; as it was typed where it is in no way within.

    What begins with a dot or is whole is meant from where the person stands; of anything else what
    the project has by that path comes first, for that is how every list of ours writes it.

    Args:
        root: the project's folder, links resolved.
        here: the person's folder, links resolved.
    """
    first = typed.partition("/")[0]
    from_here = os.path.normpath(here / typed)
    meant = first in {"", ".", ".."} or (
        not os.path.lexists(root / typed) and os.path.lexists(from_here)
    )
    if not typed or not meant:
        return typed
    above = Path(from_here).parent
    for place in (from_here, str(above.resolve() / Path(from_here).name)):
        if place.startswith(f"{root}/"):
            return place.removeprefix(f"{root}/")
    return typed
