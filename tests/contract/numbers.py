"""Numbers of tasks in order, by a way of its own: adapters sort them in SQL."""

from __future__ import annotations


def natural_key(number: str) -> tuple[int, ...]:
    """Sort key that puts 1.10 after 1.9; text must be a valid number."""
    return tuple(int(part) for part in number.split("."))
