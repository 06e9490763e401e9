"""Trust in a file of the repository: recorded by a person, pinned to what was looked at.

A repository is a stranger's work, so its files only tighten what workers may do. A person who has
read one may let it loosen, up to their own ceiling: the record names the project, the path and the
hash of the bytes. One byte more, another name, another project, and nobody trusts it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from codeframe_tui.core.policy import LEVEL_POLICY, Policy, policy_for
from codeframe_tui.core.talk.agent import AgentDefinition

__all__ = [
    "Ask",
    "Found",
    "Look",
    "Record",
    "Standing",
    "State",
    "asks",
    "held",
    "said",
    "since",
    "standing",
    "tightened",
    "unsettled",
    "wished",
]

State = Literal["trusted", "untrusted", "changed", "declined", "unusable", "gone"]
"""``changed``: since it was trusted; ``declined``: a person wants to hear no more of this content;
``unusable``: it cannot be read, or is no definition; ``gone``: a record without its file."""
_CONTEXT = 3
"""Unchanged lines around what changed."""
_MOST_COMPARED = 40_000
"""Pairs of lines that are compared at most; what differs more is shown as replaced."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that may be trusted, as it was read: once.

    Attributes:
        path: relative to the project.
        sha256: of the bytes that were read; empty when they could not be.
        text: those bytes.
        agent: what they define, as somebody who is not trusted; None when they define nothing.
        problem: why it cannot be used, or not be trusted.
    """

    path: str
    sha256: str = ""
    text: str = ""
    agent: AgentDefinition | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What a person decided about a file.

    Attributes:
        project: real path of the project.
        trusted: false when they declined.
        at: ISO 8601 in UTC.
        text: what was trusted, so that a change can be shown.
    """

    project: str
    path: str
    sha256: str
    trusted: bool
    at: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """All files that may be trusted, at one moment.

    Attributes:
        project: real path of the project.
        default: who works while nobody names a definition; None when theirs is broken.
        records: by path.
    """

    project: str
    found: tuple[Found, ...]
    default: AgentDefinition | None
    records: Mapping[str, Record]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a file stands.

    Attributes:
        why: what a person should know about it; empty when there is nothing to say.
    """

    state: State
    why: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a file loosens once it is trusted: ``policy``, ``tools`` or ``corrections``."""

    what: str
    now: str
    then: str


def standing(file: Found, project: str, records: Mapping[str, Record]) -> Standing:
    """How a file stands against what people decided."""
    record = records.get(file.path)
    if file.agent is None or not file.sha256:
        return Standing("unusable", file.problem)
    if record is None:
        return Standing("untrusted", _renamed(file, records))
    if record.project != project:
        return Standing("untrusted", f"decided about when the project was {record.project}")
    if record.sha256 != file.sha256:
        if record.trusted:
            return Standing("changed", f"changed since you trusted it on {record.at[:10]}")
        return Standing("untrusted", f"changed since you declined it on {record.at[:10]}")
    return Standing("trusted" if record.trusted else "declined")


def _renamed(file: Found, records: Mapping[str, Record]) -> str:
    same = (each.path for each in records.values() if each.sha256 == file.sha256 and each.trusted)
    other = next(same, None)
    return "" if other is None else f"you trusted the same content as {other}"


def asks(agent: AgentDefinition, default: AgentDefinition, ceiling: str) -> tuple[Ask, ...]:
    """What a definition loosens once it is trusted; what a person chose at any time still wins.

    Args:
        default: who works otherwise, and beyond whose tools and corrections it cannot go untrusted.
        ceiling: the most that a level may choose.
    """
    found = []
    then = policy_for(None, agent.level, trusted=True, ceiling=ceiling)
    if then is not Policy.MANUAL:
        found.append(Ask("policy", Policy.MANUAL.value, then.value))
    lesser = tightened(agent, default)
    if lesser.tools != agent.tools:
        found.append(Ask("tools", ", ".join(lesser.tools) or "none", ", ".join(agent.tools)))
    if lesser.max_corrections != agent.max_corrections:
        now, most = str(lesser.max_corrections), str(agent.max_corrections)
        found.append(Ask("corrections", now, most))
    return tuple(found)


def said(wished: Sequence[Ask]) -> str:
    """What a file loosens once it is trusted, in words; empty when nothing."""
    return ", ".join(map(_words, wished))


def _words(ask: Ask) -> str:
    match ask.what:
        case "policy":
            return f"policy {ask.then} instead of {ask.now}"
        case "tools":
            before = ask.now.split(", ")
            more = [tool for tool in ask.then.split(", ") if tool not in before]
            return f"the {'tool' if len(more) == 1 else 'tools'} {' and '.join(more)}"
        case _:
            return f"{ask.then} {ask.what} instead of {ask.now}"


def held(agent: AgentDefinition, ceiling: str) -> str:
    """What the ceiling keeps a level from, trusted or not; empty when nothing."""
    wanted = LEVEL_POLICY[agent.level]
    if policy_for(None, agent.level, trusted=True, ceiling=ceiling) is wanted:
        return ""
    return f"its level {agent.level} asks for policy {wanted.value}; your ceiling is {ceiling}"


def tightened(agent: AgentDefinition, default: AgentDefinition) -> AgentDefinition:
    """A definition that nobody trusts: nothing beyond what holds without it."""
    return AgentDefinition(
        name=agent.name,
        description=agent.description,
        tools=tuple(tool for tool in agent.tools if tool in default.tools),
        role=agent.role,
        level=agent.level,
        max_corrections=min(agent.max_corrections, default.max_corrections),
        source=agent.source,
        trusted=False,
    )


def since(old: str, new: str) -> list[tuple[str, str]]:
    """Signs (``+``, ``-``, a space, ``@`` where lines are left out) and lines of what changed."""
    before, after = old.split("\n"), new.split("\n")
    same = next(
        (at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other),
        min(len(before), len(after)),
    )
    room = min(len(before), len(after)) - same
    pairs = zip(reversed(before), reversed(after), strict=False)
    ends = next((at for at, (one, other) in enumerate(pairs) if one != other or at == room), room)
    lines = [(" ", line) for line in after[:same]]
    lines += _between(before[same : len(before) - ends], after[same : len(after) - ends])
    lines += [(" ", line) for line in after[len(after) - ends :]]
    return list(_shortened(lines))


def _between(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Lines that differ at both ends; comparing them could take for ever if they are many."""
    codes = [("replace", 0, len(before), 0, len(after))]
    if len(before) * len(after) <= _MOST_COMPARED:
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        codes = [*matcher.get_opcodes()]
    for how, first, last, new_first, new_last in codes:
        if how == "equal":
            yield from ((" ", line) for line in before[first:last])
        else:
            yield from (("-", line) for line in before[first:last])
            yield from (("+", line) for line in after[new_first:new_last])


def _shortened(lines: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Only what is near a change, each run below the number of its first line."""
    near: set[int] = set()
    for at, (sign, _) in enumerate(lines):
        if sign != " ":
            near.update(range(at - _CONTEXT, at + _CONTEXT + 1))
    number = 1
    for at, (sign, line) in enumerate(lines):
        if at in near:
            if at - 1 not in near or at == 0:
                yield "@", f"line {number}"
            yield sign, line
        number += sign != "-"


def wished(file: Found, look: Look, ceiling: str) -> tuple[Ask, ...]:
    """What a file loosens once it is trusted; nothing while that cannot be told."""
    if file.agent is None or look.default is None:
        return ()
    return asks(file.agent, look.default, ceiling)


def unsettled(look: Look, ceiling: str) -> Sequence[tuple[Found, Standing]]:
    """Files that a person should look at: they would loosen something, or changed since."""
    found = ((file, standing(file, look.project, look.records)) for file in look.found)
    return [
        (file, stands)
        for file, stands in found
        if stands.state == "changed"
        or (stands.state == "untrusted" and wished(file, look, ceiling))
    ]
