"""Without mount namespaces: imports of the project come from the workspace, not the user's tree.

Loaded by every child Python through PYTHONPATH; ``CODEFRAME_REROOT`` holds a JSON list of the
project's path, the workspace's path and the environment's path. One finder stands first and asks
the others; whatever they find below the project is looked for at the same place in the workspace.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from types import ModuleType

PROJECT: str
WORKSPACE: str
ENVIRONMENT: str
PROJECT, WORKSPACE, ENVIRONMENT = json.loads(os.environ["CODEFRAME_REROOT"])


def reroot(path: str) -> str:
    """The place in the workspace for a path of the project; others stay."""
    real = os.path.realpath(path)
    if not _below(real, PROJECT) or _below(real, WORKSPACE):
        return path
    if ENVIRONMENT and _below(real, ENVIRONMENT):
        return path
    return WORKSPACE + real[len(PROJECT) :]


def _below(path: str, root: str) -> bool:
    return path == root or path.startswith(root + os.sep)


class Reroot:
    """Asks the other finders, then moves the answer into the workspace."""

    @classmethod
    def find_spec(
        cls, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder.find_spec`."""
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if finder is cls or find is None:
                continue
            spec: ModuleSpec | None = find(name, path, target)
            if spec is not None:
                return _moved(spec)
        return None


def _moved(spec: ModuleSpec) -> ModuleSpec | None:
    locations = spec.submodule_search_locations
    moved = None if locations is None else [reroot(place) for place in locations]
    if spec.origin is None or not spec.has_location:
        if moved is not None:
            spec.submodule_search_locations = moved
        return spec
    origin = reroot(spec.origin)
    if origin == spec.origin:
        return spec
    if not os.path.exists(origin):
        return None
    return spec_from_file_location(spec.name, origin, submodule_search_locations=moved)


sys.path[:] = [reroot(entry) if entry else entry for entry in sys.path]
sys.meta_path.insert(0, Reroot)
