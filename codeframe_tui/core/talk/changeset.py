"""The model's answer: from text to a change set, and from a change to what a file becomes.

Every message goes back to the model, so it names the place, the fault and the way out.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from codeframe_tui.core.change.proposal import Action, ChangeSet, Edit, FileChange
from codeframe_tui.core.errors import InvalidAnswer, PathRefused
from codeframe_tui.core.paths import check_path, check_set
from codeframe_tui.core.talk.answer import find_answer
from codeframe_tui.core.talk.elision import elided_line

__all__ = ["parse_answer", "resolve"]

MAX_FILES = 10_000
MAX_EXPLANATION = 2**16
"""Characters; it goes with a task wherever that is shown."""

_MODES = ("100644", "100755")
_KEYS = ("path", "action", "content", "mode", "encoding", "edits")

State = tuple[str, bytes] | None
"""A file as (mode, content); None = absent."""


def parse_answer(
    text: str, *, allow_empty: bool = False, reserved: Collection[str] = ()
) -> ChangeSet:
    """Read an answer: bare JSON, fenced, or with prose around it.

    Args:
        text: the final text of the model.
        allow_empty: accept ``"files": []`` (the tools wrote something).
        reserved: places no path may take, see `check_path`.

    Raises:
        InvalidAnswer: with the place and the exact reason.
    """
    answer = find_answer(text)
    _known_keys(answer, ("files", "explanation"), "the answer")
    explanation = _bounded(_text(answer.get("explanation", ""), "explanation"))
    entries = _list(answer["files"], "files")
    if not entries and not allow_empty:
        raise InvalidAnswer("files is empty and nothing was written with the tools")
    if len(entries) > MAX_FILES:
        raise InvalidAnswer(f"files has {len(entries)} entries; at most {MAX_FILES} are allowed")
    files = tuple(_change(entry, f"files[{i}]", reserved) for i, entry in enumerate(entries))
    try:
        check_set(change.path for change in files)
    except PathRefused as error:
        raise InvalidAnswer(error.message) from error
    return ChangeSet(files, explanation)


def _bounded(text: str) -> str:
    """What a person is shown of it, which says how much that is not."""
    more = len(text) - MAX_EXPLANATION
    return text if more <= 0 else f"{text[:MAX_EXPLANATION]}\n… {more:,} characters are cut"


def resolve(change: FileChange, base: State, current: State) -> State:
    """What a file becomes.

    Args:
        change: one entry of a change set.
        base: the file in the snapshot.
        current: the file in the workspace now, with what earlier attempts and tools wrote.

    Raises:
        InvalidAnswer: the change does not fit the file.
    """
    for state in (base, current):
        if state is not None and state[0] not in _MODES:
            kind = {"120000": "a symbolic link", "160000": "a submodule"}.get(state[0], state[0])
            raise _misfit(change, f"it is {kind}; only regular files can be changed")
    before = current if current is not None else base
    if change.action is Action.CREATE and base is not None:
        raise _misfit(change, "it exists already; use `modify`")
    if change.action is not Action.CREATE and before is None:
        raise _misfit(change, f"there is no such file to {change.action.value}; check the path")
    if change.action is Action.DELETE:
        return None
    content = before[1] if before is not None else b""
    known = [state[1] for state in (base, current) if state is not None]
    if change.edits:
        result = _edited(change, content)
        _refuse_elision(change, [edit.new.encode() for edit in change.edits], known)
    else:
        assert change.content is not None
        result = change.content
        _refuse_elision(change, [result], known)
    return change.mode or (before[0] if before is not None else _MODES[0]), result


def _misfit(change: FileChange, reason: str) -> InvalidAnswer:
    return InvalidAnswer(f"{change.action.value} {change.path!r}: {reason}")


def _refuse_elision(change: FileChange, texts: Sequence[bytes], known: Sequence[bytes]) -> None:
    for text in texts:
        line = elided_line(text, known)
        if line is not None:
            raise _misfit(
                change,
                f"the line {line!r} stands for text that was left out; give the whole content, "
                "or use `edits`",
            )


# -- edits --------------------------------------------------------------------------------------


def _edited(change: FileChange, content: bytes) -> bytes:
    """Replace every edit's place in the file as it is before the change."""
    if any(not edit.new.isascii() for edit in change.edits) and not _is_utf8(content):
        raise _misfit(change, "the file is not UTF-8; edit in ASCII, or give content as base64")
    places: list[tuple[int, int, bytes]] = []
    for number, edit in enumerate(change.edits):
        old, new = _as_in_file(edit, content)
        start = content.find(old)
        if start < 0:
            raise _misfit(change, f"edits[{number}].old is not in the file; copy it exactly")
        if content.find(old, start + 1) >= 0:
            raise _misfit(
                change, f"edits[{number}].old is in the file more than once; take more lines"
            )
        places.append((start, start + len(old), new))
    places.sort()
    pieces: list[bytes] = []
    done = 0
    for start, end, new in places:
        if start < done:
            raise _misfit(change, "edits overlap; merge them into one")
        pieces += (content[done:start], new)
        done = end
    return b"".join((*pieces, content[done:]))


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _as_in_file(edit: Edit, content: bytes) -> tuple[bytes, bytes]:
    """An edit in the line ends of the file: a model does not see them, a CRLF file keeps them."""
    old, new = edit.old.encode(), edit.new.encode()
    crlf_only = b"\r\n" in content and content.count(b"\n") == content.count(b"\r\n")
    if crlf_only and b"\r" not in old + new:
        return old.replace(b"\n", b"\r\n"), new.replace(b"\n", b"\r\n")
    return old, new


# -- entries ------------------------------------------------------------------------------------


def _change(entry: object, where: str, reserved: Collection[str]) -> FileChange:
    if not isinstance(entry, dict):
        raise InvalidAnswer(f"{where} must be an object, not {_kind(entry)}")
    _known_keys(entry, _KEYS, where)
    for key in ("path", "action"):
        if key not in entry:
            raise InvalidAnswer(f"{where} has no `{key}`")
    try:
        path = check_path(_text(entry["path"], f"{where}.path"), reserved)
    except PathRefused as error:
        raise InvalidAnswer(f"{where}: {error.message}") from error
    where = f"{where} ({path})"
    action = _action(entry["action"], where)
    if action is Action.DELETE:
        _nothing_else(entry, where)
        return FileChange(path, action)
    mode = entry.get("mode")
    if mode is not None and mode not in _MODES:
        raise InvalidAnswer(f"{where}: mode must be the text 100644 or 100755, not {_shown(mode)}")
    edits = _edits(entry, action, where)
    content = None if edits else _content(entry, action, where)
    return FileChange(path, action, content, edits, mode)


def _action(value: object, where: str) -> Action:
    for action in Action:
        if value == action.value:
            return action
    raise InvalidAnswer(f"{where}: action must be create, modify or delete, not {_shown(value)}")


def _nothing_else(entry: Mapping[str, Any], where: str) -> None:
    for key in ("content", "mode", "encoding", "edits"):
        if entry.get(key) is not None:
            raise InvalidAnswer(f"{where}: delete takes no {key}")


def _content(entry: Mapping[str, Any], action: Action, where: str) -> bytes:
    value = entry.get("content")
    if value is None:
        or_edits = " or edits" if action is Action.MODIFY else ""
        raise InvalidAnswer(f"{where}: content is missing; {action.value} needs content{or_edits}")
    text = _text(value, f"{where}: content")
    encoding = entry.get("encoding")
    if encoding is None:
        return text.encode()
    if encoding != "base64":
        raise InvalidAnswer(f"{where}: encoding must be base64 or absent, not {_shown(encoding)}")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidAnswer(f"{where}: content is not valid base64: {error}") from error


def _edits(entry: Mapping[str, Any], action: Action, where: str) -> tuple[Edit, ...]:
    value = entry.get("edits")
    if value is None:
        return ()
    if action is not Action.MODIFY:
        raise InvalidAnswer(f"{where}: edits belong to modify; {action.value} needs content")
    for key in ("content", "encoding"):
        if entry.get(key) is not None:
            raise InvalidAnswer(f"{where}: give either content or edits, not {key} with edits")
    edits = _list(value, f"{where}: edits")
    if not edits:
        raise InvalidAnswer(f"{where}: edits is empty")
    return tuple(_edit(edit, f"{where}: edits[{i}]") for i, edit in enumerate(edits))


def _edit(value: object, where: str) -> Edit:
    if not isinstance(value, dict) or set(value) != {"old", "new"}:
        raise InvalidAnswer(f"{where} must be an object with exactly `old` and `new`")
    edit = Edit(_text(value["old"], f"{where}.old"), _text(value["new"], f"{where}.new"))
    if not edit.old:
        raise InvalidAnswer(f"{where}.old is empty; it must be text of the file")
    return edit


# -- types --------------------------------------------------------------------------------------


def _known_keys(value: Mapping[str, Any], keys: Sequence[str], where: str) -> None:
    for key in value:
        if key not in keys:
            raise InvalidAnswer(f"{where} has an unknown key {_shown(key)}; known: {keys}")


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise InvalidAnswer(f"{where} must be a text, not {_kind(value)}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InvalidAnswer(
            f"{where} has a lone surrogate (U+{ord(value[error.start]):04X}), which is no character"
        ) from error
    return value


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidAnswer(f"{where} must be a list, not {_kind(value)}")
    return value


def _kind(value: object) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "a boolean",
        type(None): "null",
    }
    return names.get(type(value), "a number")


def _shown(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 80 else text[:80] + "…"
