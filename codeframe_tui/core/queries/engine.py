"""Questions about the project and the engine as a whole."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ShowContext",
    "ShowDoctor",
    "ShowEvents",
    "ShowSymbols",
    "ShowUsage",
]


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
    """``index context`` of CONTRACT §9."""

    text: str


@dataclass(frozen=True, slots=True)
class ShowSymbols:
    """``index find`` of CONTRACT §9."""

    name: str


@dataclass(frozen=True, slots=True)
class ShowDoctor:
    """What the product needs and found: ``{"checks": [{"name", "state", "detail", "hint"}]}``."""
