"""What signals tell about a task in hand, until the durable documents have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from codeframe_tui.core.events import Signal
from codeframe_tui.tui.present.log import Log

__all__ = ["AGAIN", "Live"]

_SAYS, _WRITES = "says", "writes"
_VERBS = {"model.text": _SAYS, "model.thinking": "thinks", "tool.output": "prints"}
_TAIL = 160
"""Characters of what streams that are worth a look."""

AGAIN = "again"
"""The run of tests that a person lets run once more, beside red, green and regression."""


@dataclass(slots=True, eq=False, repr=False)
class Live:
    """Transient facts of one task.

    Attributes:
        tests: run -> test id -> (outcome, seconds).
        progress: run -> its newest ``test.progress`` data.
        log: the newest raw lines.
        writing: path and content so far of the file that the model is at; None once the
            answer has become a proposal, or nobody works on the task.
        by_hand: the runs are of what a person saved in a copy of their own.
        trouble: why saves in that copy are not seen at once; empty while they are.
        waiting: the countdown under way, if any.
        again: tests run again because a person wants it.
        doing: what the model does just now and the newest of it: ``("thinks", "so I …")``.
        tested: grows with every change of `tests`, `progress` and `again`.
    """

    tests: dict[str, dict[str, tuple[str, float]]] = field(default_factory=dict)
    progress: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    log: Log = field(default_factory=Log)
    writing: tuple[str, str] | None = None
    by_hand: bool = False
    trouble: str = ""
    waiting: Mapping[str, Any] | None = None
    again: bool = False
    doing: tuple[str, str] | None = None
    tested: int = 0
    _stored: int = -1
    _settled: int = -1

    def take(self, signal: Signal) -> None:
        """Take one signal over; unknown kinds and malformed data are left alone."""
        data = signal.data
        match signal.kind:
            case "test" | "test.progress":
                self._take_test(signal.kind, str(data.get("run")), data)
            case "test.output":
                self.log.write(str(data.get("text", "")))
            case "file":
                self._write_file(data)
            case "hand":
                self.trouble = str(data.get("trouble") or "")
                if data.get("files"):
                    self.begin()
                    self.by_hand = True
            case "model.text" | "model.thinking" | "model.tool" | "tool.output":
                self._hear(signal.kind, data)
            case "waiting":
                self.waiting = data or None
            case _:
                pass

    def begin(self) -> None:
        """Forget the runs and what streamed: another verification or reply begins."""
        self.doing = None
        self.tests.clear()
        self.progress.clear()
        self.by_hand = False
        self.tested += 1

    def rest(self) -> None:
        """What it did just now has ended."""
        self.doing = None

    def repeat(self, *, on: bool) -> None:
        """Tests run again from now on, or do not any more: what signals say of them is late."""
        if on != self.again:
            self.again = on
            self.tests.pop(AGAIN, None)
            self.progress.pop(AGAIN, None)
            self.tested += 1

    def store(self, turn: int) -> None:
        """A reply is stored; another one may follow before there is a proposal."""
        self._stored = max(self._stored, turn)

    def settle(self) -> None:
        """Nothing is being written any more; what is still on its way of stored replies is late.

        Signals and events travel apart, so a piece of a file may come after its proposal.
        """
        self.writing = self.doing = None
        self._settled = self._stored

    def _write_file(self, data: Mapping[str, Any]) -> None:
        turn = data.get("turn")
        if not isinstance(turn, int) or turn > self._settled:
            self.writing = str(data.get("path")), str(data.get("content", ""))
            if self.doing and self.doing[0] in {_SAYS, _WRITES}:
                self.doing = _WRITES, self.writing[0]  # what it says is an answer for the program

    def _hear(self, kind: str, data: Mapping[str, Any]) -> None:
        verb = _VERBS.get(kind) or f"calls {str(data.get('name'))[:60]}"
        if verb == _SAYS and self.doing and self.doing[0] == _WRITES:
            return
        text = str(data.get("text") or data.get("partial_json") or "")[-_TAIL:]
        before = self.doing[1] if self.doing and self.doing[0] == verb else ""
        self.doing = verb, (before + text)[-_TAIL:]

    def _take_test(self, kind: str, run: str, data: Mapping[str, Any]) -> None:
        if run == AGAIN and not self.again:
            return
        self.tested += 1
        if kind == "test.progress":
            self.progress[run] = data
            return
        seconds = data.get("duration")
        self.tests.setdefault(run, {})[str(data.get("id"))] = (
            str(data.get("outcome")),
            float(seconds) if isinstance(seconds, int | float) else 0.0,
        )
