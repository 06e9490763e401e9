"""Which files import what a change brings into the code. Pure."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator

from codeframe_tui.core.evidence.reach import imported_names

__all__ = ["brought", "imports"]

_DEFINED = re.compile(
    r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]*)?=(?!=)", re.MULTILINE
)


def brought(path: str, before: str | None, after: str | None) -> frozenset[str]:
    """Dotted names that a file has after a change and not before; None = there is no file.

    A module may be imported by any end of its path, since any folder can be a root.
    """
    if after is None or not path.endswith(".py"):
        return frozenset()
    modules = frozenset(_modules(path))
    if before is None:
        return modules
    new = _defined(after) - _defined(before)
    return frozenset(f"{module}.{name}" for module in modules for name in new)


def imports(names: Collection[str], path: str, text: str) -> bool:
    """Whether a file imports one of these names, or something in it."""
    return any(end in names for name in imported_names(path, text) for end in _begins(name))


def _modules(path: str) -> Iterator[str]:
    parts = path[:-3].removesuffix("/__init__").split("/")
    for first in range(len(parts)):
        if first == 0 or parts[first] not in sys.stdlib_module_names:
            yield ".".join(parts[first:])


def _begins(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def _defined(text: str) -> frozenset[str]:
    return frozenset(one or other for one, other in _DEFINED.findall(text))
