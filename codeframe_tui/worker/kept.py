"""Kept: a bounded memory of what need not be made twice."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

__all__ = ["Kept"]

K = TypeVar("K")
V = TypeVar("V")


class Kept(Generic[K, V]):
    """The newest values by key; threads may share it."""

    def __init__(self, limit: int = 16) -> None:
        self._values: dict[K, V] = {}
        self._limit = limit
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        """What is kept; None = nothing."""
        return self._values.get(key)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._values.clear()

    def keep(self, key: K, value: V) -> None:
        """Keep a value, in the place of an older one."""
        with self._lock:
            self._values.pop(key, None)
            self._values[key] = value
            if len(self._values) > self._limit:
                del self._values[next(iter(self._values))]
