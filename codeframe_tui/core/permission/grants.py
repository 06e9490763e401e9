"""What a person can allow for longer than once: patterns, shown before they are chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codeframe_tui.core.permission.patterns import quoted
from codeframe_tui.core.permission.reading import only_reads
from codeframe_tui.core.permission.ruling import Rules, Said, Spoken, judge
from codeframe_tui.core.permission.table import CHECKERS, DEEP, MANY, READERS, STARTERS
from codeframe_tui.core.shell import Part, read_script

__all__ = ["Permission", "in_words", "permission_for"]

MAX_PATTERN = 200
"""Characters of a pattern that is offered: all of it must be seen."""


@dataclass(frozen=True, slots=True)
class Permission:
    """What the rules say to a command, and what a person may say.

    Attributes:
        said: by the rules.
        grants: patterns that would let it run for its task; none where it cannot be named.
        lasting: whether they would let it run as rules of the person, too.
    """

    said: Said
    grants: tuple[str, ...] = ()
    lasting: bool = False


def permission_for(
    command: str, rules: Rules, *, walled: bool, granted: Sequence[str] = ()
) -> Permission:
    """Judge a command, and find what a person can allow when it is asked about.

    Args:
        command: the text that a shell is given.
        rules: of the person.
        walled: whether a sandbox holds what it does.
        granted: patterns that a person allowed for the task.
    """
    script = read_script(command)
    said, asked = judge(script, rules, walled=walled, granted=granted)
    if said.spoken is not Spoken.ASK or script.problem:
        return Permission(said)
    named = [_named(part) for part in asked]
    grants = tuple(dict.fromkeys(each for each in named if each))
    if not grants or "" in named:
        return Permission(said)
    with_grants, _ = judge(script, rules, walled=walled, granted=(*granted, *grants))
    if with_grants.spoken is not Spoken.ALLOW:
        return Permission(said)
    always, _ = judge(script, rules.allowing(grants), walled=walled, granted=granted)
    return Permission(said, grants, always.spoken is Spoken.ALLOW)


def _named(part: Part) -> str:
    """A pattern of a part that lets no more run than its kind; empty = it has none."""
    words = part.words
    texts = [word.text for word in words]
    if not words or not words[0].known:
        return ""
    if part.name == texts[0] and part.name in READERS | CHECKERS:
        return quoted(part.name)
    if part.name.startswith("python") and texts[1:2] == ["-m"] and _is_plain(part, 2):
        named = texts[:3] if texts[2] in CHECKERS else []
    elif part.name in MANY and _is_plain(part, 1):
        named = _kind(part)
    else:
        named = []
    if not named and not all(word.known for word in words):
        return ""
    text = " ".join(map(quoted, named or texts)) + ("" if named else " $")
    return text if len(text) <= MAX_PATTERN and text.isprintable() else ""


def _kind(part: Part) -> list[str]:
    """The words that say what one of `MANY` does; none where only all of them do."""
    texts = [word.text for word in part.words]
    about = f"{part.name} {texts[1]}"
    if about in STARTERS:
        return texts[:3] if texts[2:3] and texts[2] in CHECKERS else []
    if about in DEEP:
        return texts[:3] if _is_plain(part, 2) else []
    return [] if only_reads(part) else texts[:2]


def _is_plain(part: Part, place: int) -> bool:
    """Whether a word is known and no option."""
    there = part.words[place : place + 1]
    return bool(there) and there[0].known and not there[0].text.startswith("-")


def in_words(grants: Sequence[str]) -> str:
    """Patterns that are offered, as a person reads them who never saw one."""
    begins = [each for each in grants if not each.endswith(" $")]
    exactly = [each.removesuffix(" $") for each in grants if each.endswith(" $")]
    said = [f"all that begins with: {' · '.join(begins)}"] if begins else []
    said += [f"exactly: {' · '.join(exactly)}"] if exactly else []
    return "; and ".join(said)
