"""The one transition table."""

from __future__ import annotations

import pytest

from codeframe_tui.core.errors import Refused
from codeframe_tui.core.lifecycle import TRANSITIONS, transition
from codeframe_tui.core.task import Status, Task


@pytest.mark.parametrize("start", list(Status))
@pytest.mark.parametrize("to", list(Status))
def test_only_moves_of_the_table_are_allowed(start: Status, to: Status) -> None:
    task = Task("1", "t", status=start)
    if to in TRANSITIONS[start]:
        assert transition(task, to, at="now").status is to
    else:
        with pytest.raises(Refused, match=f"is {start} and cannot become {to}"):
            transition(task, to, at="now")
