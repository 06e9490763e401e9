"""Real time."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

__all__ = ["SystemClock"]


class SystemClock:
    """Fulfils the port Clock."""

    def now(self) -> str:
        """See the port."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return now.removesuffix("+00:00") + "Z"

    def monotonic(self) -> float:
        """See the port."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """See the port."""
        await asyncio.sleep(seconds)
