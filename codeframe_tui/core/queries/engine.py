"""Questions about the project and the engine as a whole."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "RELATIONS",
    "ShowContext",
    "ShowDoctor",
    "ShowEvents",
    "ShowIndex",
    "ShowMatches",
    "ShowPlaces",
    "ShowRelations",
    "ShowSymbols",
    "ShowTrust",
    "ShowUsage",
]


RELATIONS = ("outline", "importers", "tests", "callers")


@dataclass(frozen=True, slots=True)
class ShowUsage:
    """``usage`` of CONTRACT §9."""


@dataclass(frozen=True, slots=True)
class ShowEvents:
    """Events after a number, at most ``limit`` and 1000: ``{"events": [...], "last": seq}``."""

    after: int = 0
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class ShowContext:
    """``index context`` of CONTRACT §9, with ``tokens_by``: ``model`` or ``estimate``."""

    text: str


@dataclass(frozen=True, slots=True)
class ShowSymbols:
    """``index find`` of CONTRACT §9.

    Attributes:
        name: with dots for a definition inside others.
        kind: ``class``, ``function``, ``method`` or ``variable``; empty for any.
        path: a glob of paths or file names; empty for all.
    """

    name: str
    kind: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class ShowPlaces:
    """Files and definitions of the project by a few letters, the likeliest first.

    ``{"places": [{"kind", "name", "path", "line"}], "more", "files", "left"}``: exact names, then
    those that begin with the text, hold it, or its letters in order. ``kind`` is ``file`` (line 0)
    or as of `ShowSymbols`, which have a ``signature``; ``left`` of ``files`` are not read yet: they
    are being read, and only their paths are known.

    Attributes:
        text: with a ``/`` only paths are meant; empty = the first files.
    """

    text: str


@dataclass(frozen=True, slots=True)
class ShowIndex:
    """How much of the code is read: ``{"files", "left"}``; what is left is read from now on."""


@dataclass(frozen=True, slots=True)
class ShowRelations:
    """How code hangs together: ``{"cut": [...]}`` with ``symbols``, ``files`` or ``uses``.

    Attributes:
        relation: one of `RELATIONS`.
        name: a path of the project, for ``callers`` a name of its code.
    """

    relation: str
    name: str


@dataclass(frozen=True, slots=True)
class ShowMatches:
    """Lines of the project's files: ``{"matches": [{"path", "line", "text"}], "cut": [...]}``.

    Attributes:
        pattern: a regular expression of Python.
        path: a glob; only files whose path or name matches.
    """

    pattern: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class ShowDoctor:
    """What the product needs and found: ``{"checks": [{"name", "state", "detail", "hint"}]}``."""


@dataclass(frozen=True, slots=True)
class ShowTrust:
    """Files of the repository that loosen something once a person trusts them.

    ``{"ceiling", "files": [{"path", "name", "state", "why", "sha256", "asks": [{"what", "now",
    "then"}], "says", "held", "at", "trusted_sha256"}]}``; states are those of `core.trust.State`,
    ``says`` puts ``asks`` in words. Of the file that is named there are ``text`` and, where it
    changed since it was trusted, ``since``: [sign, line] of what changed.

    Attributes:
        path: of one file; None = all.
    """

    path: str | None = None
