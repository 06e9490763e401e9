"""What signals tell about a task in hand, until the durable documents have it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from codeframe_tui.core.events import Signal
from codeframe_tui.tui.present.rows import safe_lines

__all__ = ["LOG_LINES", "Live"]

LOG_LINES = 5_000
"""Lines of raw output kept per task."""
_LINE = 2_000


@dataclass(slots=True)
class Live:
    """Transient facts of one task.

    Attributes:
        tests: run -> test id -> (outcome, seconds).
        progress: run -> its newest ``test.progress`` data.
        log: the newest raw lines, sanitised.
        writing: path and content so far of the file that the model is at; None once the
            answer has become a proposal, or nobody works on the task.
        by_hand: the runs are of what a person saved in a copy of their own.
        waiting: the countdown under way, if any.
        changed: grows with every change of the log.
    """

    tests: dict[str, dict[str, tuple[str, float]]] = field(default_factory=dict)
    progress: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    log: deque[str] = field(default_factory=lambda: deque(maxlen=LOG_LINES))
    writing: tuple[str, str] | None = None
    by_hand: bool = False
    waiting: Mapping[str, Any] | None = None
    changed: int = 0
    _partial: str = ""
    _stored: int = -1
    _settled: int = -1

    def take(self, signal: Signal) -> None:
        """Take one signal over; unknown kinds and malformed data are left alone."""
        data = signal.data
        match signal.kind:
            case "test":
                run = self.tests.setdefault(str(data.get("run")), {})
                seconds = data.get("duration")
                run[str(data.get("id"))] = (
                    str(data.get("outcome")),
                    float(seconds) if isinstance(seconds, int | float) else 0.0,
                )
            case "test.progress":
                self.progress[str(data.get("run"))] = data
            case "test.output":
                self._write(str(data.get("text", "")))
            case "file":
                self._write_file(data)
            case "hand":
                self.begin()
                self.by_hand = True
            case "waiting":
                self.waiting = data or None
            case _:
                pass

    def begin(self) -> None:
        """Forget the runs: another verification or reply begins."""
        self.tests.clear()
        self.progress.clear()
        self.by_hand = False

    def store(self, turn: int) -> None:
        """A reply is stored; another one may follow before there is a proposal."""
        self._stored = max(self._stored, turn)

    def settle(self) -> None:
        """Nothing is being written any more; what is still on its way of stored replies is late.

        Signals and events travel apart, so a piece of a file may come after its proposal.
        """
        self.writing = None
        self._settled = self._stored

    def _write_file(self, data: Mapping[str, Any]) -> None:
        turn = data.get("turn")
        if not isinstance(turn, int) or turn > self._settled:
            self.writing = str(data.get("path")), str(data.get("content", ""))

    def _write(self, text: str) -> None:
        *lines, partial = (self._partial + text[-262_144:]).split("\n")
        self._partial = partial[-8_192:]
        if lines:  # all at once: a call for each of twenty thousand lines a second would be felt
            text = "\n".join(lines)
            self.log.extend(line[:_LINE] for line in safe_lines(text, limit=len(text)))
        self.changed += 1
