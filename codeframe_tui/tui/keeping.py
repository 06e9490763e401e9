"""Verdicts that are not sent yet go to the engine by themselves, so that nothing ends them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol

from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.tui.present.draft_name import DraftName

if TYPE_CHECKING:  # commands are loaded when the first one is given
    from codeframe_tui.core.commands import SaveDraft

__all__ = ["PAUSE", "Keeper"]

PAUSE = 0.5
"""Seconds in which several verdicts become one write."""


class _Timer(Protocol):
    def stop(self) -> None: ...


class Keeper:
    """Holds the newest draft of each proposal until it is stored.

    Args:
        submit: sends a command. Raises: CodeframeError.
        later: calls a function after some seconds.
    """

    def __init__(
        self,
        submit: Callable[[SaveDraft], Awaitable[object]],
        later: Callable[[float, Callable[[], Awaitable[None]]], _Timer | None],
    ) -> None:
        self._submit = submit
        self._later = later
        self._due: dict[DraftName, Callable[[], SaveDraft]] = {}
        self._kept: dict[DraftName, SaveDraft] = {}
        self._timer: _Timer | None = None

    def keep(self, name: DraftName, draft: Callable[[], SaveDraft]) -> None:
        """Store a draft soon; it is made then, for that costs by all that was decided."""
        self._due[name] = draft
        if self._timer is None:
            self._timer = self._later(PAUSE, self.save)

    async def save(self) -> None:
        """Store at once what is due and not stored; what cannot be stored now is due again."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        for name, make in list(self._due.items()):
            draft = make()
            try:
                if self._kept.get(name) != draft:
                    await self._submit(draft)
            except CodeframeError:
                continue  # the next verdict, or leaving, tries again
            self._kept[name] = draft
            if self._due.get(name) is make:
                del self._due[name]
