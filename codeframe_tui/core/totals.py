"""What one command or one test run may use altogether."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Totals"]


@dataclass(frozen=True, slots=True)
class Totals:
    """Limits over all processes and files of a run; see the settings for each."""

    memory_bytes: int = 2**30
    processes: int = 256
    disk_bytes: int = 2**30

    def exceeded(self, name: str) -> str:
        """What a run did that exceeded ``memory``, ``disk`` or ``processes``, and what to do."""
        what, setting = {
            "memory": (f"used more than {self.memory_bytes >> 20} MiB of memory", "memory_bytes"),
            "disk": (f"wrote more than {self.disk_bytes >> 20} MiB", "disk_bytes"),
            "processes": (f"had more than {self.processes} processes", "processes"),
        }[name]
        return f"stopped: it {what}; totals.{setting} in config.toml allows more"
