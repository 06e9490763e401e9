"""What verbs print: text for people, JSON for programs; nothing else reaches stdout."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TextIO

from codeframe_tui.core.errors import CodeframeError, Lacking, error_document
from codeframe_tui.core.events import Event
from codeframe_tui.core.some import some
from codeframe_tui.core.text import clean, clean_line

__all__ = ["Output", "event_text"]

_CLEAR_LINE = "\x1b[K"


class Output:
    """Two streams and the choice between text and JSON.

    Args:
        as_json: one JSON object a line on stdout instead of text.
    """

    def __init__(
        self, *, as_json: bool, stdout: TextIO | None = None, stderr: TextIO | None = None
    ) -> None:
        self.as_json = as_json
        self._stdout = stdout or sys.stdout
        self._stderr = stderr or sys.stderr

    def document(self, document: Mapping[str, Any], text: str | Callable[[], str]) -> None:
        """Print a result in the form that was asked for; the text is sanitised here."""
        if self.as_json:
            self._write(self._stdout, json.dumps(document, separators=(",", ":")))
        else:
            shown = text() if callable(text) else text
            if shown:
                self._write(self._stdout, clean(shown, limit=len(shown)))

    def event(self, event: Event) -> None:
        """Print an event as one line."""
        self.document(event.document(), lambda: event_text(event))

    def warn(self, text: str) -> None:
        """Tell something beside the result."""
        self._write(self._stderr, clean(text))

    def passing(self, text: str) -> None:
        """Tell on a terminal's own line what stands there until the result; nothing clears it."""
        if self.as_json or not self._stderr.isatty():
            return
        with suppress(OSError):
            self._stderr.write(f"\r{_CLEAR_LINE}{clean_line(text)}")
            self._stderr.flush()

    def error(self, error: CodeframeError) -> None:
        """Print why it ended, and what to do."""
        if self.as_json:
            self._write(self._stderr, json.dumps(error_document(error)))
            return
        self._write(self._stderr, f"error: {clean(error.message)}")
        if error.hint:
            self._write(self._stderr, f"hint: {clean(error.hint)}")

    @staticmethod
    def _write(stream: TextIO, text: str) -> None:
        try:
            stream.write(text + "\n")
            stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise Lacking(
                f"the output cannot be written: {error.strerror}",
                hint="what the verb did is done; `list` shows it",
                code="output",
            ) from error


def event_text(event: Event) -> str:
    """An event as one sanitised line for people: time, task, type and its facts."""
    told = ", ".join(f"{name} {_fact(value)}" for name, value in event.data.items() if value)
    parts = (event.at[11:19], f"{event.seq:>5}", f"{event.task or '-':<8}", event.type, told)
    return clean_line(" ".join(parts), limit=400).rstrip()


def _fact(value: object) -> str:
    match value:
        case {"path": path}:
            return str(path)
        case {"name": name}:
            return str(name)
        case list() | tuple():
            return some(map(_fact, value), between=" ")
        case dict():
            return " ".join(f"{name}={_fact(each)}" for name, each in value.items() if each)
        case _:
            return str(value)
