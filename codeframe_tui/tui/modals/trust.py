"""Files of the repository: which of them ask for trust, and all that one of them says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from codeframe_tui.tui.keymap import bindings
from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.modals.letter import LetterSheet
from codeframe_tui.tui.modals.sheet import Choice
from codeframe_tui.tui.present.rows import row, safe
from codeframe_tui.tui.present.trust import state_words, trust_list_rows, trust_rows
from codeframe_tui.tui.widgets.lines import LineList

__all__ = ["TrustList", "TrustSheet"]

_TRUST = Choice("t", "trust it, as it is", "trust")
_DECLINE = Choice("x", "do not trust it", "distrust")
_CHOICES: Mapping[str, Sequence[Choice]] = {
    "trusted": (Choice("x", "trust it no longer", "distrust"),),
    "untrusted": (_TRUST, _DECLINE),
    "changed": (_TRUST, _DECLINE),
    "declined": (_TRUST,),
    "gone": (Choice("x", "forget it", "distrust"),),
}


class _List(LineList):
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]


class TrustList(Dialog[str]):
    """Gives the path of the file that a person wants to read.

    Args:
        files: of the answer to `ShowTrust`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "read", show=False)]

    def __init__(self, files: Sequence[Mapping[str, Any]]) -> None:
        super().__init__("Files of the repository", [("enter", "read it"), ("j k", "move")])
        self._files = files

    def content(self) -> Iterable[Widget]:
        """The list."""
        yield _List(classes="dialog-options")

    def on_mount(self) -> None:
        """Show them."""
        super().on_mount()
        listed = self.query_one(_List)
        listed.set_rows(trust_list_rows(self._files))
        listed.move_to(str(self._files[0]["path"]), tell=False)
        listed.focus()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Read one."""
        event.stop()
        self.decide(event.key)

    def action_read(self) -> None:
        """Read the one under the cursor."""
        self.query_one(_List).action_choose()


class TrustSheet(LetterSheet):
    """Shows a file whole; gives ``trust`` or ``distrust``.

    Args:
        file: of the answer to `ShowTrust` about it alone.
    """

    def __init__(self, file: Mapping[str, Any]) -> None:
        stands = [row(None, *state_words(file))]
        choices = _CHOICES.get(str(file["state"]), ())
        super().__init__(safe(file["path"]), stands, partial(trust_rows, file), choices)
