"""Whether a command may run, and by which rule.

Theory of operation. A command is all the programs that it starts (`core.shell`), and each of them
is looked at: what is denied of them wins, then what is asked about, then what is allowed. For one
program, rules of the person come first (deny, ask, allow), then those of `table`; one of those
yields to a rule of the person that is about nothing else. Words that are only known when a command
runs may be what a rule is about, which is then asked. Whatever is not understood is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from codeframe_tui.core.permission.languages import starts_others
from codeframe_tui.core.permission.patterns import Match, Pattern, pattern
from codeframe_tui.core.permission.reading import only_reads
from codeframe_tui.core.permission.table import ASKED, DENIED, IDLE, Own, rows_about
from codeframe_tui.core.shell import Part, Script, Word, git_operands
from codeframe_tui.core.text import reveal_name

__all__ = ["HELD", "Rules", "Said", "Spoken", "judge"]


class Spoken(StrEnum):
    """What is said to a command; the gravest of all its parts counts."""

    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


_GRAVITY = {Spoken.ALLOW: 0, Spoken.ASK: 1, Spoken.DENY: 2}


@dataclass(frozen=True, slots=True)
class Rules:
    """Patterns that a person set, in the words of `patterns`."""

    allow: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()

    def allowing(self, texts: Iterable[str]) -> Rules:
        """The same with more that is allowed."""
        return replace(self, allow=tuple(dict.fromkeys((*self.allow, *texts))))


@dataclass(frozen=True, slots=True)
class Said:
    """What the rules say to a command, or to a part of it.

    Attributes:
        spoken: whether it runs, is asked about, or does not run.
        rule: one line that names the rule, and what it is about.
        idle: of a part that is no reason to let a command run: it does nothing by itself.
    """

    spoken: Spoken
    rule: str
    idle: bool = False


HELD = "no rule is about it, and the sandbox holds it"
ASKED_EACH = "no rule allows it"


def judge(
    script: Script, rules: Rules, *, walled: bool, granted: Sequence[str] = ()
) -> tuple[Said, list[Part]]:
    """What the rules say to a command.

    Args:
        script: all that it starts.
        rules: of the person.
        walled: whether a sandbox holds what it does.
        granted: patterns that a person allowed for the task it is part of.

    Returns:
        The answer, and the parts that are asked about.
    """
    bench = _Bench(rules, tuple(map(pattern, granted)), walled, _steering(script.parts))
    said = [(bench.part(part), part) for part in script.parts]
    asked = [part for each, part in said if each.spoken is Spoken.ASK]
    gravest = max((each for each, _ in said), key=lambda s: _GRAVITY[s.spoken], default=None)
    if gravest is not None and gravest.spoken is Spoken.DENY:
        return gravest, asked
    if script.problem:
        return Said(Spoken.ASK, f"not understood: {reveal_name(script.problem)}"), asked
    if gravest is not None and gravest.spoken is Spoken.ASK:
        return gravest, asked
    named = [each for each, _ in said if not each.idle]
    if not named:
        default = Said(Spoken.ALLOW, HELD) if walled else Said(Spoken.ASK, ASKED_EACH)
        return default, asked
    return next((each for each in named if each.rule != HELD), named[0]), asked


@dataclass(frozen=True, slots=True)
class _Bench:
    """Looks at the parts of one command.

    Attributes:
        steered: a variable that the command sets and that may change what its programs do.
    """

    rules: Rules
    granted: tuple[Pattern, ...]
    walled: bool
    steered: str

    def part(self, part: Part) -> Said:
        forms = _forms(part)
        if found := _gravest(self.rules.deny, forms):
            match, text = found
            certain = match is Match.YES
            may = "" if certain else ", which this may be"
            spoken = Spoken.DENY if certain else Spoken.ASK
            return Said(spoken, f'your rule "{text}" (deny){may}')
        granted = self._covering(self.granted, part)
        if not granted and (found := _gravest(self.rules.ask, forms)):
            return Said(Spoken.ASK, f'your rule "{found[1]}" (ask)')
        allowed = self._covering(map(pattern, self.rules.allow), part)
        if own := self._own(part, forms, [*granted, *allowed]):
            return own
        if allowed:
            return Said(Spoken.ALLOW, f'your rule "{allowed[0].text}" (allow)')
        if granted:
            return Said(Spoken.ALLOW, f'you allowed "{granted[0].text}" for this task')
        return self._default(part)

    def _covering(self, patterns: Iterable[Pattern], part: Part) -> list[Pattern]:
        """Patterns that let a part run, where nothing beside its words speaks against it."""
        return [] if self._beside(part) else [each for each in patterns if _covers(each, part)]

    def _beside(self, part: Part) -> str:
        for target in part.writes:
            if not target.known or target.text not in {"/dev/null", "/dev/stdout", "/dev/stderr"}:
                return (
                    f"it writes into {reveal_name(target.text) or 'a file'}, which no rule allows"
                )
        if self.steered:
            return f"it sets {reveal_name(self.steered)}, which may change what runs"
        return ""

    def _own(
        self, part: Part, forms: Sequence[Sequence[Word]], allowed: Sequence[Pattern]
    ) -> Said | None:
        """What the table says, where no rule of the person is about just that."""
        for table, spoken in ((DENIED, Spoken.DENY), (ASKED, Spoken.ASK)):
            if spoken is Spoken.ASK and (self.walled or only_reads(part)):
                continue
            own, match = _gravest_own(table, forms)
            if own is None or any(_names(each, own.about) for each in allowed):
                continue
            if match is Match.YES:
                return Said(spoken, f'built-in rule "{own.about.text}": it {own.why}')
            if not self.walled:
                return Said(
                    Spoken.ASK, f'built-in rule "{own.about.text}", which this may be: it {own.why}'
                )
        why = "" if self.walled or any(each.ends for each in allowed) else starts_others(part)
        return Said(Spoken.ASK, f"built-in rule: {why}") if why else None

    def _default(self, part: Part) -> Said:
        if self.walled:
            return Said(Spoken.ALLOW, HELD)
        if beside := self._beside(part):
            return Said(Spoken.ASK, beside)
        idle = not part.words or part.carries or part.name in IDLE or _moves_within(part)
        return Said(Spoken.ALLOW if idle else Spoken.ASK, ASKED_EACH, idle=idle)


def _names(pattern: Pattern, other: Pattern) -> bool:
    """Whether all that a pattern is about is what another one is about."""
    forms = _forms(Part(pattern.as_words()))
    return any(other.match(form) is Match.YES for form in forms)


def _covers(pattern: Pattern, part: Part) -> bool:
    """Whether a pattern is about a part, or names it together with what starts it."""
    skipped, here = 0, part
    while pattern.match(here.words, strict=True) is not Match.YES or (
        skipped and (None in pattern.words or len(pattern.words) <= skipped)
    ):
        if here.outer is None:
            return False
        skipped, here = skipped + here.skipped, here.outer
    return True


def _gravest(patterns: Iterable[str], forms: Sequence[Sequence[Word]]) -> tuple[Match, str] | None:
    best: tuple[Match, str] | None = None
    for text in patterns:
        match = max((pattern(text).match(form) for form in forms), default=Match.NO)
        if match and (best is None or match > best[0]):
            best = (match, text)
    return best


def _gravest_own(
    table: tuple[Own, ...], forms: Sequence[Sequence[Word]]
) -> tuple[Own | None, Match]:
    best: tuple[Own | None, Match] = (None, Match.NO)
    names = {form[0].text.rpartition("/")[2] for form in forms if form}
    for own in rows_about(table, names):
        match = max((own.about.match(form) for form in forms), default=Match.NO)
        if match > best[1]:
            best = (own, match)
    return best


def _forms(part: Part) -> list[list[Word]]:
    """The words of a part as rules that restrict look at them.

    As they are; without options before and between, so that ``git -C x push`` is a push; and of
    ``python -m`` the module as a program.
    """
    words = part.words
    forms = [words]
    if not words:
        return forms
    places = range(1, len(words))
    if part.name == "git":
        _, rest = git_operands(words)
        forms.append([words[0], *(word for word in rest if not _option(word))])
    else:
        forms.append([words[0], *(word for word in words[1:] if not _option(word))])
    if part.name.startswith("python") and (found := [n for n in places if words[n].text == "-m"]):
        module = words[found[0] + 1 :]
        forms += [module, [*module[:1], *(word for word in module[1:] if not _option(word))]]
    return forms


def _option(word: Word) -> bool:
    return word.text.startswith("-") and not word.open


def _moves_within(part: Part) -> bool:
    """Whether it goes to a folder below the one it is in."""
    if part.name != "cd" or len(part.words) != 2 or not part.words[1].known:
        return False
    text = part.words[1].text
    return bool(text) and text[0] not in "/~-" and ".." not in text.split("/")


_HARMLESS = re.compile(
    r"LANG|LC_\w+|TZ|NO_COLOR|FORCE_COLOR|CLICOLOR|TERM|COLUMNS|LINES|CI|PYTHONDONTWRITEBYTECODE|"
    r"PYTHONUNBUFFERED|PYTHONHASHSEED|PYTHONWARNINGS|(?!.*(proxy|config))[a-z][a-z0-9_]*"
)


def _steering(parts: Iterable[Part]) -> str:
    """A variable that is set somewhere and may change what programs do; empty = none."""
    for part in parts:
        for name in part.sets:
            if not _HARMLESS.fullmatch(name):
                return name or "a variable"
    return ""
