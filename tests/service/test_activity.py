"""What a page of the activity costs."""

from __future__ import annotations

from unittest import mock

from codeframe_tui.core.talk.answer import find_answer
from codeframe_tui.service import activity

ANSWER = '{"files": [{"path": "a.py", "action": "delete"}], "explanation": "No a any more."}'


def test_an_answer_is_read_once_however_many_replies_stand_around_it() -> None:
    with mock.patch.object(activity, "find_answer", wraps=find_answer) as read:
        for _ in range(3):
            assert activity._in_words(ANSWER) == "No a any more.\ndelete a.py"
            assert not any(activity._in_words(f"reply {n}") for n in range(activity.EVENTS))
    assert read.call_count == 1
