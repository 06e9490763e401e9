"""Trust in files of the repository: what it is pinned to, and what it would loosen."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from codeframe_tui.core.flags.change import flag
from codeframe_tui.core.flags.trusted import with_trusted
from codeframe_tui.core.talk.agent import AgentDefinition
from codeframe_tui.core.trust import (
    Ask,
    Found,
    Look,
    Record,
    asks,
    held,
    said,
    since,
    standing,
    tightened,
    unsettled,
)

OURS = AgentDefinition("ours", "", ("Glob", "Grep", "Read"), "", "D2", 1)
THEIRS = AgentDefinition("theirs", "", ("Bash", "Read", "Write"), "", "D4", 3, trusted=False)
FILE = Found("a.md", "f" * 64, "text", THEIRS)
RECORD = Record("/project", "a.md", "f" * 64, True, "2026-01-02T00:00:00.000Z", "text")


@pytest.mark.parametrize(
    ("record", "state", "why"),
    [
        (None, "untrusted", ""),
        (RECORD, "trusted", ""),
        (replace(RECORD, trusted=False), "declined", ""),
        (replace(RECORD, sha256="0" * 64), "changed", "changed since you trusted it on 2026-01-02"),
        (replace(RECORD, project="/copy"), "untrusted", "decided about when the project was /copy"),
        (replace(RECORD, path="b.md"), "untrusted", "you trusted the same content as b.md"),
        (
            replace(RECORD, sha256="0" * 64, trusted=False),
            "untrusted",
            "changed since you declined it on 2026-01-02",
        ),
    ],
)
def test_trust_holds_for_one_project_one_path_and_one_content(
    record: Record | None, state: str, why: str
) -> None:
    records = {} if record is None else {record.path: record}
    found = standing(FILE, "/project", records)
    assert (found.state, found.why) == (state, why)


def test_what_could_not_be_read_is_never_trusted() -> None:
    for file in (Found("a.md", problem="a link"), replace(FILE, agent=None, problem="broken")):
        assert standing(file, "/project", {"a.md": RECORD}).state == "unusable"
    nothing = replace(FILE, sha256="")
    assert standing(nothing, "/project", {"a.md": replace(RECORD, sha256="")}).state == "unusable"


def test_an_untrusted_definition_has_no_more_than_the_one_that_works_without_it() -> None:
    lesser = tightened(replace(THEIRS, trusted=True), OURS)
    assert (lesser.tools, lesser.max_corrections, lesser.trusted) == (("Read",), 1, False)
    strict = replace(THEIRS, tools=("Read",), max_corrections=0)
    assert tightened(strict, OURS) == strict


def test_what_trust_would_loosen_is_told_and_no_more() -> None:
    found = asks(THEIRS, OURS, "green")
    assert found == (
        Ask("policy", "manual", "green"),
        Ask("tools", "Read", "Bash, Read, Write"),
        Ask("corrections", "1", "3"),
    )
    words = "policy green instead of manual, the tools Bash and Write, 3 corrections instead of 1"
    assert said(found) == words
    tame = replace(OURS, trusted=False)
    assert asks(tame, OURS, "auto") == ()
    assert said(()) == ""


@pytest.mark.parametrize(
    ("level", "ceiling", "kept"),
    [
        ("D4", "manual", "its level D4 asks for policy auto; your ceiling is manual"),
        ("D4", "auto", ""),
        ("D3", "auto", ""),
        ("D1", "manual", ""),
    ],
)
def test_the_ceiling_holds_for_those_who_are_trusted_too(
    level: str, ceiling: str, kept: str
) -> None:
    agent = replace(THEIRS, level=level, tools=(), max_corrections=0)
    assert held(agent, ceiling) == kept
    then = {ask.then for ask in asks(agent, OURS, ceiling)}
    assert then <= {ceiling, "green"}


def test_a_person_is_asked_about_what_loosens_something_and_about_what_changed() -> None:
    tame = replace(FILE, path="tame.md", agent=replace(OURS, trusted=False))
    changed = replace(RECORD, path="tame.md", sha256="0" * 64)
    look = Look("/project", (FILE, tame), OURS, {})
    assert [file.path for file, _ in unsettled(look, "manual")] == ["a.md"]
    after = replace(look, records={"a.md": RECORD, "tame.md": changed})
    assert [file.path for file, _ in unsettled(after, "manual")] == ["tame.md"]
    declined = replace(look, records={"a.md": replace(RECORD, trusted=False)})
    assert unsettled(declined, "manual") == []


def test_what_changed_is_shown_with_lines_around_it() -> None:
    old = "\n".join(f"line {n}" for n in range(20))
    lines = since(old, old.replace("line 9", "LINE 9"))
    assert lines[0] == ("@", "line 7")
    assert ("-", "line 9") in lines
    assert ("+", "LINE 9") in lines
    assert len(lines) == 9
    assert since(old, old) == []


@pytest.mark.parametrize("seed", range(40))
def test_what_is_left_and_what_is_added_make_both_texts(seed: int) -> None:
    random = Random(seed)
    old, new = ("\n".join(random.choices("abc", k=random.randrange(12))) for _ in range(2))
    shown = since(old, new)
    for text, other in ((old, "+"), (new, "-")):
        lines = [line for sign, line in shown if sign not in {other, "@"}]
        assert "\n".join(lines) in text or not shown  # all near a change: nothing is left out
    assert (shown == []) == (old == new)


def test_comparing_stays_bounded_whatever_the_texts_are() -> None:
    old, new = "a\n" * 50_000, "a\nb\n" * 25_000
    shown = since(old, new)  # comparing all with all would take hours
    assert {sign for sign, _ in shown} == {"@", " ", "-", "+"}


def test_a_proposal_that_changes_a_trusted_file_is_red_whatever_its_name() -> None:
    paths = (".claude/agents/a.md", "dotfiles/agents/B.md", "a.py")
    before = [flag("agent_rules", paths[0]), flag("secret", paths[2]), flag("agent_rules", "x.md")]
    found = list(with_trusted(before, paths, [paths[0], "dotfiles/agents/b.md"]))
    told = {(each.rule, each.path, each.severity, "you trust" in each.message) for each in found}
    assert told == {
        ("secret", "a.py", "red", False),
        ("agent_rules", "x.md", "red", False),
        ("agent_rules", paths[0], "red", True),
        ("agent_rules", paths[1], "red", True),
    }
    assert list(with_trusted(before, paths, ())) == before
