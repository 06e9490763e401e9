"""The model's answer against the corpus of answers."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.change.proposal import Action, ChangeSet, Edit, FileChange
from codeframe_tui.core.errors import InvalidAnswer
from codeframe_tui.core.talk.changeset import State, parse_answer, resolve

GOOD = {"files": [{"path": "a.py", "action": "create", "content": "x\n"}], "explanation": "why"}
PARSED = ChangeSet((FileChange("a.py", Action.CREATE, b"x\n"),), "why")


def answer(*files: dict[str, Any], **extra: Any) -> str:
    return json.dumps({"files": list(files), "explanation": "", **extra})


def entry(**fields: Any) -> dict[str, Any]:
    return {"path": "a.py", "action": "modify", "content": "x", **fields}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(GOOD),
        json.dumps(GOOD, indent=2),
        f"```json\n{json.dumps(GOOD, indent=2)}\n```",
        f"Here it is {{see below}}:\n\n{json.dumps(GOOD)}\n\nThat changes `{{x: 1}}` to {{}}.",
        f'The old one was {{"a": 1}} and {{ "b" is }} odd.\n```\n{json.dumps(GOOD)}\n```\n',
        f"\ufeff{json.dumps(GOOD)}",
    ],
)
def test_j2_j3_an_answer_is_found_bare_fenced_or_in_prose(text: str) -> None:
    assert parse_answer(text) == PARSED


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I changed the file as you asked.", "no JSON object"),
        ("", "empty"),
        (json.dumps(GOOD) * 2, "2 JSON objects"),
        (f"{json.dumps(GOOD)}\nor\n{json.dumps(GOOD)}", "2 JSON objects"),
        (json.dumps(GOOD)[:-20], "not valid JSON"),
        (json.dumps(GOOD)[:30], "not valid JSON"),
        ('{"files": [', "line 1 column 12"),
        ("[]", "no JSON object"),
        ("null", "no JSON object"),
        ('"x"', "no JSON object"),
        ('{"explanation": "x"}', "files is missing"),
        ('{"answer": {"files": []}}', "no JSON object with files"),
        ('{"files": {}}', "files must be a list, not an object"),
        ('{"files": null}', "files must be a list, not null"),
        ('{"files": []}', "files is empty"),
        ('{"files": [1]}', "files[0] must be an object, not a number"),
        ('{"files": [], "files": []}', "`files` stands twice|'files' stands twice"),
        ('{"files": NaN}', "NaN"),
        ('{"files": [-Infinity]}', "-Infinity"),
        ('{"files": ' + "[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "not valid JSON"),
        ('{"files": [' + "9" * 5000 + "]}", "5000 digits"),
        ('{"files": ["\n"]}', "control character"),
        (f'{{"files": ["{"x" * 9 * 2**20}"]}}', "larger than 8 MiB"),
    ],
)
def test_j1_to_j19_what_is_no_answer_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        parse_answer(text)
    assert any(part in caught.value.message for part in reason.split("|"))
    assert len(caught.value.message) < 500


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (answer(entry(action="Modify")), "create, modify or delete, not 'Modify'"),
        (answer(entry(action="rename")), "not 'rename'"),
        (answer(entry(action="")), "not ''"),
        (answer(entry(action=None)), "not None"),
        (answer(entry(action="create", content=None)), "content is missing"),
        (answer({"path": "a", "action": "create"}), "content is missing"),
        (answer({"path": "a", "action": "modify"}), "needs content or edits"),
        (answer(entry(action="delete")), "delete takes no content"),
        (answer({"path": "a", "action": "delete", "mode": "100644"}), "delete takes no mode"),
        (answer(entry(content=5)), "must be a text, not a number"),
        (answer(entry(content=["x"])), "must be a text, not a list"),
        (answer(entry(content=True)), "must be a text, not a boolean"),
        (answer(entry(path=5)), "path must be a text"),
        (answer({"action": "delete"}), "files[0] has no `path`"),
        (answer({"path": "a"}), "files[0] has no `action`"),
        (answer(entry(comment="x")), "unknown key 'comment'"),
        (answer(entry(), notes=[]), "unknown key 'notes'"),
        (answer(entry(), explanation=None), "explanation must be a text, not null"),
        (answer(entry(), explanation="\ud800"), "lone surrogate (U+D800)"),
        (answer(entry(content="a\udc80")), "lone surrogate (U+DC80)"),
        (answer(entry(path="a\ud800")), "lone surrogate"),
        (answer(entry(mode="0755")), "100644 or 100755"),
        (answer(entry(mode=100755)), "100644 or 100755"),
        (answer(entry(mode="120000")), "100644 or 100755"),
        (answer(entry(encoding="utf-8")), "encoding must be base64"),
        (answer(entry(encoding="base64", content="a!")), "not valid base64"),
        (answer(entry(encoding="base64", content="é")), "not valid base64"),
        (answer(entry(edits=[{"old": "a", "new": "b"}])), "either content or edits"),
        (answer(entry(action="create", content=None, edits=[{}])), "edits belong to modify"),
        (answer(entry(content=None, edits=[])), "edits is empty"),
        (answer(entry(content=None, edits={})), "edits must be a list"),
        (answer(entry(content=None, edits=[{"old": "a"}])), "exactly `old` and `new`"),
        (answer(entry(content=None, edits=[{"old": "", "new": "b"}])), "old is empty"),
        (answer(entry(content=None, edits=[{"old": 1, "new": "b"}])), "must be a text"),
        (answer(entry(), entry()), "named twice"),
        (answer(entry(), {"path": "a.py", "action": "delete"}), "named twice"),
        (answer(entry(), entry(path="A.py")), "case or Unicode"),
        (answer(entry(), entry(path="a.py/b")), "parent"),
        (answer(entry(), entry(path="../x")), "files[1]: path '../x' is refused: it has a `..`"),
        (answer(entry(path=".git/config")), "`.git` belongs to git"),
        (answer(entry(path=".venv/x")), "environment"),
        (answer(*[entry(path=f"f{i}") for i in range(10_001)]), "10001 entries"),
    ],
)
def test_j7_to_j21_a_wrong_entry_is_refused_with_its_place(text: str, reason: str) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        parse_answer(text, reserved=(".venv",))
    assert reason in caught.value.message
    caught.value.message.encode()
    assert len(caught.value.message) < 500


def test_j14_a_second_hostile_key_is_never_read() -> None:
    text = '{"files": [{"path": "a", "path": "../b", "action": "delete"}]}'
    with pytest.raises(InvalidAnswer, match="'path' stands twice"):
        parse_answer(text)


def test_j7_a_missing_explanation_is_empty() -> None:
    assert parse_answer('{"files": [{"path": "a", "action": "delete"}]}').explanation == ""


def test_j9_no_files_are_an_answer_when_the_tools_wrote() -> None:
    assert parse_answer('{"files": []}', allow_empty=True) == ChangeSet(())


def test_j18_ten_thousand_files_are_read() -> None:
    text = answer(*[entry(path=f"f{i}") for i in range(10_000)])
    assert len(parse_answer(text).files) == 10_000


def test_extras_are_read() -> None:
    blob = base64.b64encode(b"\x00\xff").decode()
    text = answer(
        entry(path="a", mode="100755"),
        entry(path="b", encoding="base64", content=blob),
        {"path": "c", "action": "modify", "edits": [{"old": "x", "new": ""}]},
        {"path": "d", "action": "delete", "content": None},
        entry(path="e", content="a\u0000b\r\n"),
    )
    assert parse_answer(text).files == (
        FileChange("a", Action.MODIFY, b"x", mode="100755"),
        FileChange("b", Action.MODIFY, b"\x00\xff"),
        FileChange("c", Action.MODIFY, edits=(Edit("x", ""),)),
        FileChange("d", Action.DELETE),
        FileChange("e", Action.MODIFY, b"a\x00b\r\n"),
    )


@pytest.mark.parametrize(
    "piece", ['{"', '{"a":', '{"a":{}', "{}", '{"a', '{ "a":[', '{"a":1,"a":1}']
)
def test_finding_the_answer_comes_to_an_end(piece: str) -> None:
    with pytest.raises(InvalidAnswer):
        parse_answer(piece * (2**20 // len(piece)))


@given(st.text(max_size=200))
def test_no_text_makes_the_parser_fail_otherwise(text: str) -> None:
    for candidate in (text, '{"files": ' + text):
        try:
            parse_answer(candidate)
        except InvalidAnswer:
            continue


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["path", "action", "content", "edits", "old", "new", "mode"]), inner
        )
    ),
)


@given(st.lists(JSON, max_size=3))
def test_no_json_makes_it_fail_either(files: list[Any]) -> None:
    try:
        parse_answer(json.dumps({"files": files}), allow_empty=True)
    except InvalidAnswer:
        return


# -- what a file becomes ------------------------------------------------------------------------


def change(action: str, content: bytes | None = b"new\n", **fields: Any) -> FileChange:
    return FileChange("a.py", Action(action), content, **fields)


def edit(*pairs: tuple[str, str], **fields: Any) -> FileChange:
    return change("modify", None, edits=tuple(Edit(*pair) for pair in pairs), **fields)


OLD: State = ("100644", b"one\ntwo\nthree\n")
TOOL: State = ("100755", b"written\n")
CRLF: State = ("100644", b"\xef\xbb\xbfone\r\ntwo\r\nend")
MIXED: State = ("100644", b"one\r\ntwo\n")
LATIN: State = ("100644", b"# caf\xe9\nx = 1\n")


@pytest.mark.parametrize(
    ("wanted", "base", "current", "result"),
    [
        (change("create"), None, None, ("100644", b"new\n")),
        (change("create", mode="100755"), None, None, ("100755", b"new\n")),
        (change("create"), None, TOOL, ("100755", b"new\n")),
        (change("modify"), OLD, OLD, ("100644", b"new\n")),
        (change("modify"), OLD, TOOL, ("100755", b"new\n")),
        (change("modify"), None, TOOL, ("100755", b"new\n")),
        (change("modify"), OLD, None, ("100644", b"new\n")),
        (change("modify", mode="100644"), OLD, TOOL, ("100644", b"new\n")),
        (change("modify", b"one\ntwo\nthree\n"), OLD, OLD, OLD),
        (change("delete", None), OLD, OLD, None),
        (change("delete", None), None, TOOL, None),
        (change("delete", None), OLD, None, None),
        (edit(("two\n", "2\n")), OLD, OLD, ("100644", b"one\n2\nthree\n")),
        (edit(("three", "3"), ("one", "1")), OLD, OLD, ("100644", b"1\ntwo\n3\n")),
        (edit(("writ", "eat")), OLD, TOOL, ("100755", b"eatten\n")),
        (edit(("one\n", "1\nx\n")), CRLF, CRLF, ("100644", b"\xef\xbb\xbf1\r\nx\r\ntwo\r\nend")),
        (edit(("one\r\n", "1\n")), CRLF, CRLF, ("100644", b"\xef\xbb\xbf1\ntwo\r\nend")),
        (edit(("two\n", "2\n")), MIXED, MIXED, ("100644", b"one\r\n2\n")),
        (edit(("x = 1", "x = 2")), LATIN, LATIN, ("100644", b"# caf\xe9\nx = 2\n")),
        (change("modify", b"\x00\xff"), OLD, OLD, ("100644", b"\x00\xff")),
    ],
)
def test_a_change_makes_exactly_these_bytes(
    wanted: FileChange, base: State, current: State, result: State
) -> None:
    assert resolve(wanted, base, current) == result


LINK: State = ("120000", b"target")
MODULE: State = ("160000", b"")


@pytest.mark.parametrize(
    ("wanted", "base", "current", "reason"),
    [
        (change("create"), OLD, OLD, "exists already"),
        (change("create"), OLD, None, "exists already"),
        (change("modify"), None, None, "no such file to modify"),
        (change("delete", None), None, None, "no such file to delete"),
        (edit(("x", "y")), None, None, "no such file"),
        (edit(("four", "y")), OLD, OLD, "edits[0].old is not in the file"),
        (edit(("one", "y")), OLD, TOOL, "edits[0].old is not in the file"),
        (edit(("t", "y")), OLD, OLD, "more than once"),
        (edit(("aa", "y")), ("100644", b"aaa"), None, "more than once"),
        (edit(("one\ntwo", "y"), ("two", "z")), OLD, OLD, "overlap"),
        (edit(("one", "y"), ("one", "z")), OLD, OLD, "overlap"),
        (edit(("café", "y")), LATIN, LATIN, "not in the file"),
        (edit(("x = 1", "x = 'é'")), LATIN, LATIN, "not UTF-8"),
        (change("modify"), LINK, LINK, "symbolic link"),
        (change("delete", None), LINK, None, "symbolic link"),
        (change("create"), None, LINK, "symbolic link"),
        (change("modify"), MODULE, None, "submodule"),
        (change("modify", b"a\n# ... rest unchanged ...\n"), OLD, OLD, "left out"),
        (edit(("one", "1\n# ... existing code ...")), OLD, OLD, "left out"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(
    wanted: FileChange, base: State, current: State, reason: str
) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        resolve(wanted, base, current)
    assert reason in caught.value.message
    assert "'a.py'" in caught.value.message
