"""What a change can reach: which files import which, and in which order tests run.

Only the order rests on it: the whole suite runs in any case. So a statement that is found in a
text although Python would not see it there costs nothing, and reading is by pattern: a syntax tree
of every file of a large project would cost more than many a suite.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from codeframe_tui.core.code.imports import Import, read_import
from codeframe_tui.core.evidence.verification import TestCase

__all__ = [
    "AS_THEY_COME",
    "Hints",
    "Order",
    "imported_names",
    "order_of",
    "reached",
    "seconds_of",
]

SLOW_SECONDS = 2.0
"""A file of tests that took so long runs after the others of its kind."""
_LONGEST = 255
"""A longer name is no module's: to look at all its parts would take the square of its length."""
# Nothing that was taken is given back, and no list reaches over the next one's beginning, so a
# hostile text costs linear time.
_STATEMENT = re.compile(
    r"(?:^|[;:])[ \t]*+((?:import|from)\b(?:[^\n;#\\(]|\\\n)++(?:\([^()]*+\))?+)", re.MULTILINE
)
_BY_NAME = re.compile(r"(?:import_module|__import__|importorskip)\(\s*+['\"]([\w.]++)['\"]")


def imported_names(path: str, text: str) -> frozenset[str]:
    """Dotted names of modules that a file may import; relative ones by their folders."""
    names: set[str] = set(_BY_NAME.findall(text))
    for found in _STATEMENT.finditer(text):
        for each in read_import(found.group(1)):
            origin = _origin(path, each)
            if len(origin) > _LONGEST:
                continue
            taken = (name for name in each.names if name != "*")
            names.update(f"{origin}.{name}" if origin else name for name in taken)
            names.add(origin)
    return frozenset(name for name in names if 0 < len(name) <= _LONGEST)


def _origin(path: str, each: Import) -> str:
    """The module that is imported; one above the tree's root counts as if it were in the root."""
    if not each.level:
        return each.module
    folders = path.split("/")[:-1]
    above = folders[: max(len(folders) - each.level + 1, 0)]
    return ".".join([*above, each.module] if each.module else above)


def reached(changed: Collection[str], imports: Mapping[str, Collection[str]]) -> frozenset[str]:
    """The changed files, and all that import them, through whatever stands between.

    A module may be imported by any end of its path, since any folder can be a root; a conftest is
    imported by every file beside and below it; what lies in a package imports the package.

    Args:
        changed: paths, Python or not.
        imports: path -> `imported_names` of each Python file.
    """
    users = _users(imports)
    found, waiting = set(changed), list(changed)
    while waiting:
        path = waiting.pop()
        for user in _users_of(path, users, imports):
            if user not in found:
                found.add(user)
                waiting.append(user)
    return frozenset(found)


def _users(imports: Mapping[str, Collection[str]]) -> Mapping[str, set[str]]:
    """Name -> files that import it, also as a package of what they name."""
    users: dict[str, set[str]] = defaultdict(set)
    for path, names in imports.items():
        for name in names:
            parts = name.split(".")
            for end in range(1, len(parts) + 1):
                users[".".join(parts[:end])].add(path)
    return users


def _users_of(
    path: str, users: Mapping[str, set[str]], imports: Mapping[str, Collection[str]]
) -> Iterable[str]:
    if not path.endswith(".py"):
        return ()
    if path.rpartition("/")[2] == "conftest.py":
        folder = path[: -len("conftest.py")]
        return [other for other in imports if other.startswith(folder)]
    parts = path[:-3].removesuffix("/__init__").split("/")
    names = (".".join(parts[start:]) for start in range(len(parts)))
    return {user for name in names for user in users.get(name, ())}


@dataclass(frozen=True, slots=True)
class Order:
    """Which files of tests run before all others, and which after them."""

    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()


AS_THEY_COME = Order()


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of files of tests before they run.

    Attributes:
        changed: the proposal changes them.
        failed: they had a failing test last time.
        reached: the change can reach them.
        seconds: how long they took last time.
    """

    changed: Collection[str] = ()
    failed: Collection[str] = ()
    reached: Collection[str] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)


def seconds_of(cases: Iterable[TestCase]) -> Mapping[str, float]:
    """How long the tests of each file took together."""
    found: dict[str, float] = defaultdict(float)
    for case in cases:
        found[case.id.partition("::")[0]] += case.duration
    return found


def order_of(hints: Hints) -> Order:
    """Changed ones, what failed, what is reached; slow ones at the end of their kind."""
    ranked: dict[str, int] = {}
    for rank, files in enumerate((hints.changed, hints.failed, hints.reached)):
        for file in files:
            ranked.setdefault(file, rank)
    slow = {file for file, seconds in hints.seconds.items() if seconds >= SLOW_SECONDS}
    first = sorted(ranked, key=lambda file: (ranked[file], ranked[file] > 0 and file in slow, file))
    last = sorted((file for file in slow if file not in ranked), key=hints.seconds.__getitem__)
    return Order(tuple(first), tuple(last))
